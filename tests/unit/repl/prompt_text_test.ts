import assert from "node:assert/strict";
import { type PromptState, promptText } from "../../../repl/prompt_text.ts";
import { PLAIN } from "../../../verbs/look.ts";

const STATE: PromptState = {
  site: "satp1",
  router: "up",
  listening: false,
  up: 12,
  stuck: 0,
  expired: 0,
  own: [],
};
const text = (state: Partial<PromptState>) => promptText({ ...STATE, ...state }, PLAIN);
const own = (agent: string) => ({ agent, op: "acq", kind: "process" as const, sessionId: 1, startedMs: 0 });

Deno.test("promptText() tells site, agents, what runs, and what is wrong", () => {
  assert.equal(text({}), "satp1 12 up> ");
  assert.equal(text({ listening: true, up: 3 }), "satp1 3 up, listening> ");
  assert.equal(text({ expired: 2, own: [own("a1")] }), "satp1 12 up, 2 expired, a1.acq runs> ");
  assert.equal(text({ own: [own("a1"), own("a2")] }), "satp1 12 up, 2 run> ");
  assert.equal(text({ stuck: 1 }), "satp1 12 up, 1 stuck> ");
  assert.equal(text({ router: "lost" }), "satp1 router lost> ");
});

Deno.test("promptText() leaves room for the line", () => {
  const long = text({ site: "x".repeat(200), up: 500, expired: 100, own: [own("y".repeat(100))] });
  assert.ok(long.length < 60, long);
});
