import assert from "node:assert/strict";
import { type AnyOperation, OCSReply, OpCode } from "../../../client/mod.ts";
import { OwnOperations } from "../../../repl/own_operations.ts";
import type { LiveAgent } from "../../../verbs/fleet_event.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A fleet of one agent whose only operation has a code; time is set by hand. */
function oneAgent() {
  const operations = new Map([["acq", { code: OpCode.NONE as OpCode, sinceMs: 0 }]]);
  const agent: Mutable<LiveAgent> = {
    instance: "a1",
    agentClass: null,
    address: "observatory.a1",
    api: undefined,
    state: "up",
    operations,
    heardMs: 0,
  };
  const fleet = { nowMs: 0, agents: new Map([["a1", agent]]) };
  const beat = (atMs: number, code: OpCode): void => {
    fleet.nowMs = agent.heardMs = atMs;
    operations.set("acq", { code, sinceMs: atMs });
  };
  return { fleet, agent, beat };
}

function reply(status: string, sessionId = 1, code = 0): OCSReply {
  return new OCSReply(code, "", { session_id: sessionId, status: status as "running" }); // one of the statuses
}

/** Sends a request of the operation a1.acq through the guard. */
async function send(
  own: OwnOperations,
  action: "start" | "status" | "wait",
  answer: OCSReply,
): Promise<void> {
  // The guard looks at its name and kind.
  const operation = { opName: "acq", kind: "process" } as AnyOperation;
  await own.around({ agent: "a1", action, operation }, () => Promise.resolve(answer));
}

Deno.test("OwnOperations notices what is started, until heartbeats tell that it has ended", async () => {
  const { fleet, beat } = oneAgent();
  const own = new OwnOperations(() => Promise.resolve());
  own.fleet = fleet;
  beat(1000, OpCode.NONE);
  await send(own, "start", reply("starting"));
  assert.deepEqual(own.running.map(({ agent, op, kind }) => [agent, op, kind]), [["a1", "acq", "process"]]);
  // A heartbeat that was on its way before the start.
  beat(1500, OpCode.SUCCEEDED);
  assert.equal(own.running.length, 1);
  beat(2500, OpCode.RUNNING);
  assert.equal(own.running.length, 1);
  beat(3500, OpCode.SUCCEEDED);
  assert.equal(own.running.length, 0);
});

Deno.test("OwnOperations forgets what an answer shows to be done, and what was refused was never there", async () => {
  const { fleet } = oneAgent();
  const own = new OwnOperations(() => Promise.resolve());
  own.fleet = fleet;
  await send(own, "start", reply("running", 1, -1));
  assert.equal(own.running.length, 0);
  await send(own, "start", reply("running"));
  await send(own, "status", reply("done", 0));
  assert.equal(own.running.length, 1);
  await send(own, "wait", reply("done"));
  assert.equal(own.running.length, 0);
});

Deno.test("OwnOperations knows whose end was seen in an answer, for a moment", async () => {
  const { fleet } = oneAgent();
  const own = new OwnOperations(() => Promise.resolve());
  own.fleet = fleet;
  await send(own, "start", reply("running"));
  await send(own, "wait", reply("done"));
  assert.equal(own.sawEnd("a1", "acq"), true);
  assert.equal(own.sawEnd("a1", "acq"), true);
  await send(own, "start", reply("running", 2));
  await send(own, "wait", reply("done", 2));
  fleet.nowMs += 5000;
  assert.equal(own.sawEnd("a1", "acq"), false);
});

Deno.test("OwnOperations keeps what an expired agent ran: nobody knows", async () => {
  const { fleet, agent, beat } = oneAgent();
  const own = new OwnOperations(() => Promise.resolve());
  own.fleet = fleet;
  await send(own, "start", reply("running"));
  beat(5000, OpCode.EXPIRED);
  agent.state = "expired";
  assert.equal(own.running.length, 1);
  own.forget("a1");
  assert.equal(own.running.length, 0);
});

Deno.test("OwnOperations sends nothing where it may not", async () => {
  const own = new OwnOperations(() => Promise.reject(new Error("no router")));
  await assert.rejects(
    own.around({ agent: "a1", action: "start" }, () => assert.fail("it was sent")),
    /no router/,
  );
});
