import assert from "node:assert/strict";
import { docParams } from "../../../repl/doc_params.ts";

Deno.test("docParams() reads our docstrings", () => {
  const docstring = `delay_task(delay=5, succeed=True)

**Task** (abortable) - Does nothing for the requested time.

Parameters:
    delay (float, optional): Seconds before it returns, 0 or more. Defaults
        to 5.
    succeed (bool, optional): Whether it reports success. Defaults to True.

Notes:
    delay: this is no parameter
`;
  assert.deepEqual(docParams(docstring), [
    { name: "delay", type: "float, optional", values: [] },
    { name: "succeed", type: "bool, optional", values: ["true", "false"] },
  ]);
});

Deno.test("docParams() reads those of Python, with choices in words", () => {
  const docstring = `request(action, agents=None)

        **Task** - Ask for something.

        Args:
          action (str): One of "acquire", "renew" or "release". It is "free" otherwise.
          agents (list, optional): Whom.
              One more line: with a colon.
          mode (str): either 'a' or 'b'
`;
  assert.deepEqual(docParams(docstring), [
    { name: "action", type: "str", values: ["acquire", "renew", "release"] },
    { name: "agents", type: "list, optional", values: [] },
    { name: "mode", type: "str", values: ["a", "b"] },
  ]);
});

Deno.test("docParams() takes the names of a signature where nothing else is said, and nothing from a text without", () => {
  assert.deepEqual(docParams("count(session, params=None, speed: int = 5)").map(({ name }) => name), [
    "speed",
  ]);
  assert.deepEqual(docParams(""), []);
  assert.deepEqual(docParams("Just a text (with parentheses)."), []);
  assert.deepEqual(docParams(`x(${"a,".repeat(50_000)})`).length, 1);
});
