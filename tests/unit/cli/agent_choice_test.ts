import assert from "node:assert/strict";
import { agentChoice } from "../../../cli/agent_choice.ts";
import { UsageError } from "../../../cli/explain_error.ts";

Deno.test("OCS 7.1: agentChoice() takes --agent and --entrypoint from anywhere, and hands on the rest in order", () => {
  const file = {
    kind: "file",
    module: "a.ts",
    entrypoint: "main",
    args: ["--instance-id", "x", "--mode", "acq"],
  };
  assert.deepEqual(agentChoice(["--instance-id", "x", "--agent", "a.ts", "--mode", "acq"]), file);
  assert.deepEqual(agentChoice(["--agent=a.ts", "--instance-id", "x", "--mode", "acq"]), file);
  assert.deepEqual(
    agentChoice(["--entrypoint", "start", "--instance-id", "x", "--agent", "a.ts", "--mode", "acq"]),
    { ...file, entrypoint: "start" },
  );
  assert.deepEqual(agentChoice(["--agent=https://lab/a=b.ts", "--entrypoint=go"]), {
    ...{ kind: "file", module: "https://lab/a=b.ts", entrypoint: "go", args: [] },
  });
});

Deno.test("agentChoice() leaves all that is behind a class to the agent, also options of these names", () => {
  assert.deepEqual(agentChoice(["FakeDataAgent", "--agent", "x", "-h"]), {
    kind: "class",
    agentClass: "FakeDataAgent",
    args: ["--agent", "x", "-h"],
  });
});

Deno.test("agentChoice() without class and file leaves it to the instance id", () => {
  assert.deepEqual(agentChoice([]), { kind: "instance", args: [] });
  assert.deepEqual(agentChoice(["--instance-id", "x"]), { kind: "instance", args: ["--instance-id", "x"] });
});

Deno.test("agentChoice() refuses what has no value, and an entry point of no file", () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--agent"], /--agent has no value, expected a TypeScript file or a URL/],
    [["--agent", "--instance-id", "x"], /--agent has no value/],
    [["--agent=", "--instance-id", "x"], /--agent has no value/],
    [["--agent", "a.ts", "--entrypoint"], /--entrypoint has no value, expected the name of a function/],
    [["--entrypoint", "main"], /--entrypoint is "main", expected --agent with the file that has it/],
  ];
  for (const [words, text] of cases) {
    assert.throws(
      () => agentChoice(words),
      (error) => error instanceof UsageError && text.test(error.message),
    );
  }
});
