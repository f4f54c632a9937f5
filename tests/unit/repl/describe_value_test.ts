import assert from "node:assert/strict";
import { OCSReply } from "../../../client/mod.ts";
import { describeError, describeValue } from "../../../repl/describe_value.ts";
import { Evaluator } from "../../../repl/evaluator.ts";

const PLAIN = { columns: 80, colors: false };

Deno.test("describeValue() prints replies as Python does, and abbreviates what is large", () => {
  const reply = new OCSReply(0, "No session active.", {});
  assert.equal(describeValue(reply, PLAIN), reply.toString());
  const hostileReply = new OCSReply(0, "a\x1b[2Jb\x07", {});
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assert.match(describeValue(hostileReply, PLAIN), /^OCSReply: OK : a[^\x00-\x1f]*\n[^\x00-\x1f]*$/);
  assert.equal(describeValue("text", PLAIN), '"text"');
  const large = Array.from({ length: 100_000 }, (_, n) => ({ n, text: "x".repeat(5000) }));
  assert.ok(describeValue(large, PLAIN).length < 500_000);
  const hostile = {
    [Symbol.for("Deno.customInspect")]: () => {
      throw new Error("no");
    },
  };
  assert.equal(describeValue(hostile, PLAIN), "(cannot be shown: no)");
});

Deno.test("describeError() shows where in the typed text, and nothing of ours", async () => {
  using evaluator = new Evaluator();
  await evaluator.evaluate(
    "function promptFails() { throw new TypeError('deep', { cause: new Error('below') }) }",
  );
  const evaluation = await evaluator.evaluate("promptFails()");
  assert.ok(evaluation.kind === "error");
  const text = describeError(evaluation.error, PLAIN);
  assert.match(text, /^TypeError: deep\n {4}at promptFails \(<anonymous>:1:\d+\)\nCaused by Error: below/);
  assert.doesNotMatch(text, /evaluator|ext:|node:/);
  assert.equal(describeError(5, PLAIN), "Thrown: 5");
  assert.ok(describeError(new Error("x".repeat(100_000)), PLAIN).length < 5000);
});
