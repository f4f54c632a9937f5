import assert from "node:assert/strict";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import type { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { RegistryAgent } from "../../../agents/registry.ts";
import type { REGISTRY } from "../../../agents/registry/options.ts";
import { OpCode } from "../../../client/mod.ts";
import { startAgent } from "../../../framework/mod.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { Router } from "../../../router/mod.ts";
import type { FleetEvent } from "../../../verbs/fleet_event.ts";
import { FleetWatch } from "../../../verbs/fleet_watch.ts";
import { status } from "../../../verbs/operate.ts";
import { openSharedLink } from "../../../verbs/shared_link.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { TcpProxy } from "../client/tcp_proxy.ts";
import { PlainAgents } from "./plain_agents.ts";

/** A watch of a site, whose time stands still unless the test moves it. */
async function watch(url: string, clock = new ManualClock()) {
  const link = await openSharedLink({
    site: { site: "none", siteHub: url, siteRealm: "test_realm", addressRoot: "observatory" },
  });
  const fleet = FleetWatch.open(link, { clock });
  const events: FleetEvent[] = [];
  fleet.onEvent((event) => events.push(event));
  return {
    link,
    fleet,
    clock,
    events,
    of: <K extends FleetEvent["kind"]>(kind: K) =>
      events.filter((event): event is Extract<FleetEvent, { kind: K }> => event.kind === kind),
    async [Symbol.asyncDispose]() {
      await fleet[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
    },
  };
}

function startFaker(url: string) {
  return startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
    instanceId: "faker1",
    connection: { url, realm: "test_realm" },
    options: { mode: "acq", numChannels: 1, sampleRate: 5, frameLength: 60 },
    crossbarTimeoutSeconds: 0,
  });
}

Deno.test("FleetWatch lists by a second of heartbeats where no registry runs, and says that it listens", async () => {
  await using router = await Router.start();
  await using agents = await PlainAgents.start({ url: router.url, instances: ["a", "b"] });
  agents.set("a", "acq", { sessionId: 3, code: OpCode.RUNNING, messages: [] });
  agents.get("b").hangs = true;
  await using site = await watch(router.url);
  const { fleet, clock } = site;
  await untilTrue(() => site.link.connection.state === "joined");
  await untilTrue(async () => {
    await agents.beat();
    return fleet.agents.size === 2;
  });
  assert.equal(fleet.listening, true);
  await untilTrue(async () => {
    await clock.advance(0.2);
    return !fleet.listening;
  });
  await fleet.settled;
  assert.deepEqual(site.of("agent-appeared"), []);
  const [a, b] = [fleet.agents.get("a"), fleet.agents.get("b")];
  assert(a !== undefined && b !== undefined);
  await untilTrue(() => a.api);
  assert.deepEqual([a.agentClass, a.address, a.state], ["PlainAgent", "observatory.a", "up"]);
  assert.equal(a.operations.get("acq")?.code, OpCode.RUNNING);
  // It runs for a minute, as its session tells.
  const sinceMs = a.operations.get("acq")?.sinceMs ?? 0;
  assert(fleet.nowMs - sinceMs >= 0);
  assert.equal(b.api, undefined);
  await untilTrue(() => b.state === "stuck", { what: "the agent that does not answer" });
  agents.get("b").hangs = false;
  assert.equal((await fleet.refreshApi("b"))?.agent_class, "PlainAgent");
  assert.equal(b.state, "up");
  assert.equal(await fleet.refreshApi("nobody"), undefined);
});

Deno.test("FleetWatch lists five hundred agents at once where a registry runs, gone ones and the registry included", async () => {
  await using router = await Router.start();
  const registryClock = new ManualClock();
  const registry = await startAgent<typeof REGISTRY.options, RegistryAgent>(RegistryAgent, {
    instanceId: "registry",
    agentClass: "RegistryAgent",
    connection: { url: router.url, realm: "test_realm" },
    options: { waitTime: 1000 },
    clock: registryClock,
  });
  try {
    const names = Array.from({ length: 500 }, (_, at) => `sim${at}`);
    await using agents = await PlainAgents.start({ url: router.url, instances: [...names, "gone"] });
    await agents.beat("gone");
    for (const name of names) agents.set(name, "acq", { sessionId: 1, code: OpCode.RUNNING, messages: [] });
    await registryClock.advance(7);
    await agents.beat(...names);
    await registryClock.advance(1);
    await using site = await watch(router.url);
    const { fleet } = site;
    // The watch's own time stands still: what is there comes from the registry.
    await within(fleet.settled, 10_000, "the first listing");
    assert.equal(fleet.agents.size, 502);
    assert.equal(fleet.agents.get("gone")?.state, "expired");
    assert.equal(fleet.agents.get("gone")?.operations.get("acq")?.code, OpCode.EXPIRED);
    assert.equal(fleet.agents.get("sim499")?.operations.get("acq")?.code, OpCode.RUNNING);
    await untilTrue(() => [...fleet.agents.values()].filter(({ api }) => api !== undefined).length === 501);
    assert.equal(
      fleet.agents.get("registry")?.agentClass ?? fleet.agents.get("registry")?.api?.agent_class,
      "RegistryAgent",
    );
    assert.deepEqual(agents.get("gone").asked, []);
    assert(names.every((name) => agents.get(name).asked.join() === "get_api"));
    await agents.beat("gone");
    await untilTrue(() => site.of("agent-returned").length === 1);
    assert.deepEqual(site.events, [{ kind: "agent-returned", agent: "gone", restarted: false, lost: [] }]);
  } finally {
    await registry.stop();
  }
});

Deno.test("FleetWatch tells of agents that appear, expire, return and restart, with what ran on them", async () => {
  await using router = await Router.start();
  await using agents = await PlainAgents.start({ url: router.url, instances: ["a", "b"] });
  await using site = await watch(router.url);
  const { fleet, clock, link } = site;
  await untilTrue(async () => {
    await agents.beat("a");
    await clock.advance(0.3);
    return !fleet.listening && fleet.agents.size === 1;
  });
  agents.set("b", "acq", { sessionId: 1, code: OpCode.RUNNING, messages: [] });
  await agents.beat("b");
  await untilTrue(() => site.of("agent-appeared").length === 1);
  agents.set("b", "acq", { sessionId: 5, code: OpCode.FAILED, messages: [] });
  await agents.beat("b");
  await untilTrue(() => site.of("operation-ended").length === 1);
  agents.set("b", "acq", { sessionId: 6, code: OpCode.RUNNING, messages: [] });
  await agents.beat("b");
  await untilTrue(() => fleet.agents.get("b")?.operations.get("acq")?.code === OpCode.RUNNING);
  const client = await link.client("b");
  for (let second = 0; second < 6; second++) {
    await agents.beat("a");
    await clock.advance(1);
    await untilTrue(() => (fleet.agents.get("a")?.heardMs ?? 0) >= fleet.nowMs - 1000);
  }
  await untilTrue(() => site.of("agent-expired").length === 1);
  assert.deepEqual(site.of("agent-expired"), [{ kind: "agent-expired", agent: "b", running: ["acq"] }]);
  assert.equal(fleet.agents.get("b")?.operations.get("acq")?.code, OpCode.EXPIRED);
  assert.notEqual(await link.client("b"), client);
  await agents.beat("b");
  await untilTrue(() => site.of("agent-returned").length === 1);
  const returned = await link.client("b");
  // A new process counts its sessions from 0 again: that this one failed is news all the same.
  agents.get("b").process = "2.5";
  agents.set("b", "acq", { sessionId: 0, code: OpCode.FAILED, messages: [[1, "no device"]] });
  await agents.beat("b");
  await untilTrue(() => site.of("operation-ended").length === 2);
  assert.notEqual(await link.client("b"), returned);
  assert.deepEqual(site.of("agent-returned"), [
    { kind: "agent-returned", agent: "b", restarted: false, lost: [] },
    { kind: "agent-returned", agent: "b", restarted: true, lost: ["acq"] },
  ]);
  assert.deepEqual(site.of("operation-ended")[1]?.messages, [[1, "no device"]]);
});

Deno.test("FleetWatch announces each failed run once with its last messages, also one between two heartbeats", async () => {
  await using router = await Router.start();
  await using agents = await PlainAgents.start({
    url: router.url,
    instances: ["a"],
    operations: ["acq", "tune"],
  });
  agents.set("a", "tune", { sessionId: 1, code: OpCode.FAILED, messages: [[1, "an old story"]] });
  await using site = await watch(router.url);
  const { fleet, clock } = site;
  await untilTrue(async () => {
    await agents.beat();
    await clock.advance(0.3);
    return fleet.agents.get("a")?.api !== undefined;
  });
  agents.set("a", "acq", { sessionId: 2, code: OpCode.RUNNING, messages: [] });
  await agents.beat();
  const messages = Array.from({ length: 9 }, (_, at) => [at, `message ${at}`] as const);
  agents.set("a", "acq", { sessionId: 2, code: OpCode.FAILED, messages });
  await agents.beat();
  await untilTrue(() => site.of("operation-ended").length === 1);
  assert.deepEqual(site.events.map(({ kind }) => kind), ["operation-started", "operation-ended"]);
  const [ended] = site.of("operation-ended");
  assert.deepEqual([ended?.agent, ended?.op, ended?.success], ["a", "acq", false]);
  assert.deepEqual(ended?.messages, messages.slice(3));
  // It failed before and fails again before the next heartbeat.
  agents.set("a", "tune", { sessionId: 7, code: OpCode.FAILED, messages: [[2, "again"]] });
  await untilTrue(async () => {
    await agents.beat();
    await clock.advance(1);
    return site.of("operation-ended").length === 2;
  });
  assert.deepEqual(site.of("operation-ended")[1], {
    kind: "operation-ended",
    agent: "a",
    op: "tune",
    success: false,
    messages: [[2, "again"]],
  });
  agents.set("a", "acq", { sessionId: 8, code: OpCode.SUCCEEDED, messages: [] });
  await agents.beat();
  await untilTrue(() => site.of("operation-ended").length === 3);
  assert.equal(site.of("operation-ended")[2]?.success, true);
});

Deno.test("FleetWatch tells router lost and back, and nobody expires for it", async () => {
  const first = await Router.start();
  const { port } = first;
  const agent = await startFaker(first.url);
  try {
    await using site = await watch(first.url);
    const { fleet, clock } = site;
    await untilTrue(() => fleet.agents.get("faker1")?.api);
    await clock.advance(1.5);
    assert.equal(fleet.listening, false);
    await first.stop();
    await untilTrue(() => fleet.router.state === "lost");
    await clock.advance(60);
    assert.equal(fleet.agents.get("faker1")?.state, "up");
    await using second = await Router.start({ port });
    await untilTrue(() => fleet.router.state === "up", { timeoutMs: 20_000 });
    const heardMs = fleet.agents.get("faker1")?.heardMs ?? 0;
    await clock.advance(15);
    await untilTrue(() => (fleet.agents.get("faker1")?.heardMs ?? 0) > heardMs, { timeoutMs: 20_000 });
    assert.deepEqual(site.events.map(({ kind }) => kind).filter((kind) => !kind.startsWith("operation")), [
      "router-lost",
      "router-back",
    ]);
    assert.equal((await status("faker1.acq", { link: site.link })).result, "ok");
    assert(second.port === port);
    await agent.stop();
    // From now on it is the agent that is gone.
    await untilTrue(async () => {
      await clock.advance(1);
      return site.of("agent-expired").length === 1;
    }, { pollMs: 1 });
  } finally {
    await agent.stop();
    await first.stop();
  }
});

Deno.test("FleetWatch takes a router that hangs for lost, not its agents", async () => {
  await using router = await Router.start();
  await using proxy = await TcpProxy.start(router.port);
  await using agents = await PlainAgents.start({ url: router.url, instances: ["a", "b"] });
  await using site = await watch(proxy.url);
  const { fleet, clock } = site;
  await untilTrue(async () => {
    await agents.beat();
    await clock.advance(0.3);
    return !fleet.listening && fleet.agents.size === 2;
  });
  proxy.freeze();
  await untilTrue(async () => {
    await clock.advance(1);
    return fleet.router.state === "lost";
  });
  await clock.advance(30);
  assert.deepEqual(site.events, [{ kind: "router-lost" }]);
});

Deno.test("FleetWatch survives heartbeats that are none, and listeners that throw", async () => {
  await using router = await Router.start();
  await using agents = await PlainAgents.start({ url: router.url, instances: ["a"] });
  await using site = await watch(router.url);
  const { fleet, clock } = site;
  fleet.onEvent(() => {
    throw new Error("a bad listener");
  });
  const odd = [null, 0, [], [0, {}], [{ acq: "x", b: 99, c: 3.5 }, 1], { a: 1 }];
  await untilTrue(async () => {
    for (const payload of odd) await agents.publish("a", payload);
    await clock.advance(0.3);
    return fleet.agents.get("a")?.api !== undefined && !fleet.listening;
  });
  // What no heartbeat tells is known from the agent's own description.
  assert.deepEqual([...fleet.agents.get("a")?.operations.keys() ?? []], ["acq"]);
  assert.equal(fleet.agents.get("a")?.operations.get("acq")?.code, OpCode.NONE);
  agents.set("a", "acq", { sessionId: 1, code: OpCode.RUNNING, messages: [] });
  await agents.beat();
  await untilTrue(() => fleet.agents.get("a")?.operations.get("acq")?.code === OpCode.RUNNING);
});
