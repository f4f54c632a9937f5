import assert from "node:assert/strict";
import { ScriptGuard } from "../../../client/_script_guard.ts";
import {
  CallTimeoutError,
  CleanupError,
  NotConnectedError,
  OCSReply,
  ScriptInterruptedError,
} from "../../../client/mod.ts";
import type { AnyOperation } from "../../../client/agent_types.ts";

const now = () => Date.now() / 1000;

/** An operation at an agent that runs since some time, or not at all; counts what it is asked. */
function operation(startSeconds: number | undefined) {
  const asked: string[] = [];
  let isOn = startSeconds !== undefined;
  const reply = () =>
    Promise.resolve(
      startSeconds === undefined ? new OCSReply(0, "No session active.", {}) : new OCSReply(0, "", {
        session_id: 7,
        op_name: "acq",
        status: isOn ? "running" : "done",
        start_time: startSeconds,
      }),
    );
  const ask = (what: string) => () => {
    asked.push(what);
    if (what === "stop") isOn = false;
    return reply();
  };
  const parts = { opName: "acq", agent: "faker1", kind: "process", interrupted: undefined };
  const calls = { status: ask("status"), stop: ask("stop"), wait: ask("wait") };
  // The guard asks for nothing else.
  return { asked, operation: { ...parts, ...calls } as unknown as AnyOperation };
}

/** A start through a guard whose answer is an error. */
async function failedStart(guard: ScriptGuard, of: AnyOperation, error: Error): Promise<void> {
  const request = { agent: "faker1", action: "start", operation: of } as const;
  await assert.rejects(() => guard.around(request, () => Promise.reject(error)), error);
}

const late = () => new CallTimeoutError("no answer", "observatory.faker1.ops", 30_000);

Deno.test("ScriptGuard ends a run that began with a start whose answer never came", async () => {
  const guard = new ScriptGuard(undefined);
  const { asked, operation: acq } = operation(now());
  await failedStart(guard, acq, late());
  assert.equal(guard.started.length, 1);
  assert.deepEqual(await guard.endAll(5), []);
  assert.deepEqual(asked, ["status", "status", "stop", "wait"]);
  assert.equal(guard.started.length, 0);
});

Deno.test("ScriptGuard leaves a run alone that is older than the start whose answer never came, and says so", async () => {
  const guard = new ScriptGuard(undefined);
  const { asked, operation: acq } = operation(now() - 3600);
  await failedStart(guard, acq, late());
  const [error] = await guard.endAll(5);
  assert.ok(error instanceof CleanupError);
  assert.match(error.message, /Cannot tell who started "acq" on "faker1"/);
  assert.deepEqual(asked, ["status"]);
  assert.equal(guard.started.length, 1);
});

Deno.test("ScriptGuard forgets a start that was never sent, and one that did not happen", async () => {
  const guard = new ScriptGuard(undefined);
  const { asked, operation: acq } = operation(undefined);
  await failedStart(guard, acq, new NotConnectedError("not connected"));
  assert.equal(guard.started.length, 0);
  await failedStart(guard, acq, late());
  assert.deepEqual(await guard.endAll(5), []);
  assert.deepEqual(asked, ["status"]);
  assert.equal(guard.started.length, 0);
});

Deno.test("ScriptGuard waits for the answer to a start that the second Ctrl-C gave up, and ends that run", async () => {
  const guard = new ScriptGuard(undefined);
  const { asked, operation: acq } = operation(now());
  const answer = Promise.withResolvers<OCSReply>();
  const start = guard.around({ agent: "faker1", action: "start", operation: acq }, () => answer.promise);
  guard.interrupt(new ScriptInterruptedError("first"));
  guard.interrupt(new ScriptInterruptedError("second"));
  await assert.rejects(() => start, /second/);
  const ended = guard.endAll(5);
  assert.deepEqual(asked, []);
  answer.resolve(new OCSReply(0, "Started", { session_id: 7, op_name: "acq", status: "starting" }));
  assert.deepEqual(await ended, []);
  assert.deepEqual(asked, ["status", "stop", "wait"]);
});

Deno.test("ScriptGuard does not take a refused start for its own", async () => {
  const guard = new ScriptGuard(undefined);
  const { operation: acq } = operation(now());
  const refusal = new OCSReply(-1, "already in progress", {
    session_id: 7,
    op_name: "acq",
    status: "running",
  });
  await guard.around({ agent: "faker1", action: "start", operation: acq }, () => Promise.resolve(refusal));
  assert.equal(guard.started.length, 0);
});
