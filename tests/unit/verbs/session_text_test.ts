import assert from "node:assert/strict";
import type { OCSReply } from "../../../ocs/mod.ts";
import { sessionState, stateStyle } from "../../../verbs/session_text.ts";

const RUNNING = { session_id: 3, status: "running", start_time: 100, end_time: null, success: null } as const;
const ENDED = { ...RUNNING, status: "done", end_time: 104, degraded: true } as const;

Deno.test("sessionState() and stateStyle() show that a session which runs is degraded", () => {
  const states: OCSReply["session"][] = [
    { ...RUNNING, degraded: false },
    { ...RUNNING, degraded: true },
    { ...RUNNING, status: "stopping", degraded: true },
    { ...ENDED, success: true },
    { ...ENDED, success: false },
  ];
  assert.deepEqual(states.map((session) => [sessionState(session, 110), stateStyle(session)]), [
    ["running for 10.0 s", "green"],
    ["running, degraded, for 10.0 s", "yellow"],
    ["stopping, degraded, for 10.0 s", "yellow"],
    ["succeeded 6.0 s ago, after 4.0 s", "dim"],
    ["failed 6.0 s ago, after 4.0 s", "red"],
  ]);
});
