import assert from "node:assert/strict";
import { eventTexts } from "../../../repl/event_texts.ts";
import type { FleetEvent } from "../../../verbs/fleet_event.ts";
import { PLAIN } from "../../../verbs/look.ts";

const now = new Date(2026, 10, 26, 12, 0, 1);
const texts = (events: readonly FleetEvent[], own: readonly FleetEvent[] = []) =>
  eventTexts(events, {
    look: PLAIN,
    isOwn: (event) => own.includes(event),
    ownOf: (agent) => agent === "a9" ? ["run"] : [],
    now,
  });

Deno.test("eventTexts() tells every failure, and the success of what this prompt has started", () => {
  const failed: FleetEvent = {
    kind: "operation-ended",
    agent: "a1",
    op: "run",
    success: false,
    messages: [[0, "first \x1b[31mword"], [1, "last word"]],
  };
  const [text = ""] = texts([failed]);
  assert.match(
    text,
    /^12:00:01 a1\.run has failed\n {9}\d\d:\d\d:00 first word\n {9}\d\d:\d\d:01 last word$/,
  );
  const ended: FleetEvent = { ...failed, success: true, messages: [] };
  assert.deepEqual(texts([ended]), []);
  assert.deepEqual(texts([ended], [ended]), ["12:00:01 a1.run has ended: succeeded"]);
});

Deno.test("eventTexts() tells what was lost with an agent", () => {
  assert.deepEqual(
    texts([
      { kind: "agent-expired", agent: "a1", running: ["acq", "run"] },
      { kind: "agent-expired", agent: "a9", running: ["acq"] },
      { kind: "agent-returned", agent: "a2", restarted: true, lost: ["acq"] },
      { kind: "agent-returned", agent: "a3", restarted: false, lost: [] },
    ]),
    [
      "12:00:01 a1 is not heard any more; when it was last heard, acq, run ran",
      "12:00:01 a9 is not heard any more; when it was last heard, acq, run ran",
      "12:00:01 a2 was restarted; acq ended with the old one",
      "12:00:01 a3 is heard again",
    ],
  );
});

Deno.test("eventTexts() makes names of foreign origin harmless", () => {
  const events: FleetEvent[] = [
    { kind: "agent-appeared", agent: "a\x1b[2J1" },
    { kind: "agent-expired", agent: "a2", running: ["x\r\ny"] },
    { kind: "operation-ended", agent: "a3", op: "o\x07p", success: false, messages: [] },
  ];
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  for (const text of texts(events)) assert.doesNotMatch(text, /[\x00-\x1f]/);
});

Deno.test("eventTexts() puts many of a kind into one line", () => {
  const events = Array.from({ length: 500 }, (_, n): FleetEvent => ({
    kind: "agent-expired",
    agent: `agent${n}`,
    running: [],
  }));
  assert.deepEqual(texts(events), [
    "12:00:01 500 agents are gone: agent0, agent1, agent2, agent3, agent4, agent5, agent6, agent7 and 492 more",
  ]);
});
