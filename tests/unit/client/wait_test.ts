import assert from "node:assert/strict";
import { Wait } from "../../../client/_wait.ts";
import { NotConnectedError, OCSReply, OperationLostError, WampError } from "../../../client/mod.ts";

type Answer = OCSReply | Error;

/** An agent that answers one after the other, and what it was asked. */
function agent(
  answers: readonly Answer[],
  options: {
    readonly routerReturns?: boolean;
    readonly openSession?: number;
    readonly signal?: AbortSignal;
  } = {},
) {
  const asked: number[] = [];
  let recovered = 0;
  const wait = new Wait({
    ask: (seconds) => {
      const answer = answers[asked.length];
      asked.push(seconds);
      if (answer === undefined) return Promise.reject(new Error("asked too often"));
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    recovered: () => {
      recovered++;
      return Promise.resolve(options.routerReturns ?? true);
    },
    what: '"acq" on "faker1"',
    openSession: options.openSession,
    signal: options.signal,
  });
  return { wait, asked, recoveries: () => recovered };
}

const running = (id: number) => new OCSReply(1, "still running", { session_id: id, status: "running" });
const done = (id: number) => new OCSReply(0, "not running (SUCCEEDED)", { session_id: id, status: "done" });
const idle = new OCSReply(0, "Idle.", {});
const lost = new WampError("wamp.close.transport_lost", ["lost"]);
const noProcedure = new WampError("wamp.error.no_such_procedure", ["none"]);
const canceled = new WampError("wamp.error.canceled", ["gone"]);

Deno.test("a wait without a time asks in slices of 20 s until the operation ends", async () => {
  const { wait, asked } = agent([running(3), running(3), done(3)]);
  assert.equal((await wait.run(undefined)).status, 0);
  assert.deepEqual(asked, [20, 20, 20]);
});

Deno.test("a wait with a time asks for what is left and gives the TIMEOUT reply at its end", async () => {
  const { wait, asked } = agent([running(3), running(3), running(3), running(3)]);
  const reply = await wait.run(0);
  assert.equal(reply.status, 1);
  assert.deepEqual(asked, [0]);
  const negative = agent([running(3)]);
  assert.equal((await negative.wait.run(-1)).status, 1);
  assert.deepEqual(negative.asked, [-1]);
  const short = agent([done(3)]);
  await short.wait.run(7.5);
  assert.deepEqual(short.asked, [7.5]);
});

Deno.test("a wait goes on after the router was away", async () => {
  for (const error of [lost, new NotConnectedError("away")]) {
    const { wait, recoveries } = agent([running(3), error, noProcedure, noProcedure, running(3), done(3)]);
    assert.equal((await wait.run(undefined)).status, 0);
    assert.equal(recoveries(), 1);
  }
});

Deno.test("a wait fails with the loss when the router does not come back", async () => {
  const { wait } = agent([lost], { routerReturns: false });
  await assert.rejects(wait.run(undefined), lost);
});

Deno.test("a wait for an agent that was never there fails at once", async () => {
  const { wait, asked } = agent([noProcedure]);
  await assert.rejects(wait.run(undefined), noProcedure);
  assert.equal(asked.length, 1);
});

Deno.test("a wait looks again for an agent that vanished under it", async () => {
  const { wait } = agent([canceled, noProcedure, done(3)]);
  assert.equal((await wait.run(undefined)).session.session_id, 3);
});

Deno.test("a wait never gives the end of another session as that of its own", async () => {
  for (const other of [done(4), running(4), idle]) {
    const { wait } = agent([running(3), canceled, other]);
    await assert.rejects(wait.run(undefined), (error) => {
      assert.ok(error instanceof OperationLostError);
      assert.match(error.message, /^Cannot tell how session 3 of "acq" on "faker1" ended: /);
      return true;
    });
  }
});

Deno.test("a wait tells of an agent that was restarted before it gave its first answer", async () => {
  const { wait } = agent([canceled, noProcedure, idle], { openSession: 3 });
  await assert.rejects(wait.run(undefined), (error) => {
    assert.ok(error instanceof OperationLostError);
    assert.match(error.message, /^Cannot tell how session 3 .* ended: its agent was restarted meanwhile$/);
    return true;
  });
  // Somebody may have started another one since; that is the one to wait for, as ever.
  const later = agent([done(4)], { openSession: 3 });
  assert.equal((await later.wait.run(undefined)).session.session_id, 4);
});

Deno.test("an error of the agent itself ends a wait", async () => {
  const broken = new WampError("wamp.error.runtime_error", ["it broke"]);
  const { wait } = agent([running(3), broken]);
  await assert.rejects(wait.run(undefined), broken);
});

Deno.test("an aborted signal ends a wait that looks for its agent", async () => {
  const controller = new AbortController();
  const { wait } = agent([canceled, noProcedure], { signal: controller.signal });
  const waiting = assert.rejects(wait.run(undefined), /the operator left/);
  controller.abort(new Error("the operator left"));
  await waiting;
});
