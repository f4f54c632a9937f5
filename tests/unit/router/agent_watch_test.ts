import assert from "node:assert/strict";
import { AgentWatch } from "../../../router/metrics/agent_watch.ts";
import { makeCore } from "./harness.ts";

const FEED = { agent_class: "FakeDataAgent", session_id: "1790000000.5", feed_name: "heartbeat" };

/** Ends when all that was begun in this turn of the event loop has ended. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

async function start(bounds: { mostAgents?: number; mostOperations?: number } = {}) {
  const { core, clock, log, agent } = makeCore();
  const session = core.openInternal("test_realm", "trusted");
  const watch = new AgentWatch({
    session,
    addressRoot: "observatory",
    logger: log,
    monotonicMs: () => clock.monotonicMs(),
    ...bounds,
  });
  const peer = agent();
  await turn();
  /** Publishes, and has the watch hear it. */
  const beat = async (instanceId: string, message: unknown, feed: unknown = FEED) => {
    peer.publish(`observatory.${instanceId}.feeds.heartbeat`, [[message, feed]]);
    await turn();
  };
  return { watch, clock, log, peer, beat, agents: () => [...watch.agents()] };
}

Deno.test("AgentWatch knows each agent that beats, its class, start, operations and the age of its heartbeat", async () => {
  const { watch, clock, log, peer, beat, agents } = await start();
  await beat("faker1", { acq: 3, delay_task: 1 });
  await clock.advance(2);
  await beat("faker1", { acq: 3, delay_task: 5 });
  await beat("old", 0, { agent_address: "observatory.old" });
  await clock.advance(0.5);
  // Neither of them is a heartbeat of an agent.
  peer.publish("observatory.faker1.feeds.other", [[{ acq: 6 }, FEED]]);
  peer.publish("observatory.a.b.feeds.heartbeat", [[{ acq: 6 }, FEED]]);
  await turn();
  assert.deepEqual(agents(), [
    {
      address: "observatory.faker1",
      agentClass: "FakeDataAgent",
      startedSeconds: 1790000000.5,
      heartbeats: 2,
      ageSeconds: 0.5,
      opCodes: new Map([["acq", 3], ["delay_task", 5]]),
    },
    {
      address: "observatory.old",
      agentClass: "",
      startedSeconds: undefined,
      heartbeats: 1,
      ageSeconds: 0.5,
      opCodes: new Map(),
    },
  ]);
  assert.equal(watch.ignored, 0);
  assert.deepEqual(log.lines, []);
});

Deno.test("AgentWatch takes the operations of an agent for expired after 5 s without a heartbeat, until it is back", async () => {
  const { clock, beat, agents } = await start();
  await beat("faker1", { acq: 3 });
  await clock.advance(5);
  assert.deepEqual(agents()[0]?.opCodes, new Map([["acq", 3]]));
  await clock.advance(0.001);
  assert.deepEqual([agents()[0]?.ageSeconds, agents()[0]?.opCodes], [5.001, new Map([["acq", 7]])]);
  await beat("faker1", { acq: 8 });
  assert.deepEqual([agents()[0]?.ageSeconds, agents()[0]?.opCodes], [0, new Map([["acq", 8]])]);
});

Deno.test("AgentWatch counts what is no heartbeat, and takes no codes, names and texts beyond its bounds", async () => {
  const { watch, peer, beat, agents } = await start();
  const topic = "observatory.x.feeds.heartbeat";
  for (const args of [[], [3], [[]], [[{}]], [[{}, "feed"]], [[{}, null]], [[{}, []]]]) {
    peer.publish(topic, args);
    await turn();
  }
  await beat("y".repeat(300), { acq: 3 });
  assert.deepEqual([watch.ignored, agents()], [8, []]);
  const odd = {
    zero: 0,
    nine: 9,
    text: "3",
    half: 2.5,
    none: null,
    [""]: 3,
    ["l".repeat(201)]: 3,
    ["\ud800"]: 3,
    good: 3,
  };
  await beat("odd", odd, { agent_class: "C".repeat(1000), session_id: "soon" });
  assert.equal(watch.ignored, 8);
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`op${at}`, 1]));
  await beat("many", many, { agent_class: 7 });
  assert.equal(watch.ignored, 9);
  await beat("list", [3, 3]);
  assert.deepEqual(
    agents().map((
      { agentClass, startedSeconds, opCodes },
    ) => [agentClass.length, startedSeconds, opCodes.size]),
    [[200, undefined, 1], [0, undefined, 100], [13, 1790000000.5, 0]],
  );
});

Deno.test("AgentWatch keeps so many agents, and gives up one that is gone for one that is there, never the other way", async () => {
  const { watch, clock, beat, agents } = await start({ mostAgents: 3 });
  const addresses = () => agents().map(({ address }) => address.split(".")[1]);
  for (const name of ["a", "b", "c"]) {
    await beat(name, {});
    await clock.advance(1);
  }
  await beat("d", {});
  assert.deepEqual([addresses(), watch.ignored], [["a", "b", "c"], 1]);
  await clock.advance(4);
  await beat("c", {});
  await beat("d", {});
  assert.deepEqual([addresses(), watch.ignored], [["b", "c", "d"], 1]);
});

Deno.test("AgentWatch keeps so many operations of all agents together, and has room again when agents have fewer", async () => {
  const { watch, clock, beat, agents } = await start({ mostAgents: 2, mostOperations: 3 });
  const sizes = () => agents().map(({ opCodes }) => opCodes.size);
  await beat("a", { x: 3, y: 3 });
  await clock.advance(1);
  await beat("b", { x: 3, y: 3, z: 3 });
  assert.deepEqual([sizes(), watch.ignored], [[2, 1], 1]);
  await beat("a", { x: 3 });
  await beat("b", { x: 3, y: 3, z: 3 });
  assert.deepEqual([sizes(), watch.ignored], [[1, 2], 2]);
  await clock.advance(6);
  await beat("c", { x: 3, y: 3 });
  assert.deepEqual([sizes(), watch.ignored], [[2, 1], 3]);
});
