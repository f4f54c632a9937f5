import assert from "node:assert/strict";
import { RegistryAgent } from "../../../agents/registry.ts";
import { REGISTRY } from "../../../agents/registry/options.ts";
import { Float } from "../../../ocs/mod.ts";
import { startTestAgent, type TestAgent } from "../../../testing/mod.ts";

/** Beats as another agent would. */
function beat(registry: TestAgent, codes: unknown, agent = "observatory.faker1"): Promise<void> {
  const topic = `${agent}.feeds.heartbeat`;
  const feed = {
    agent_address: agent,
    agg_params: {},
    feed_name: "heartbeat",
    address: topic,
    record: false,
    session_id: "1790000000.5",
    agent_class: "FakeDataAgent",
  };
  return registry.publish(topic, [[codes, feed]]);
}

async function seen(registry: TestAgent): Promise<Readonly<Record<string, unknown>>> {
  return (await registry.status("main")).session.data ?? {};
}

/** Fields and values published since the last look. */
function published(registry: TestAgent): unknown[] {
  const feed = registry.feed("agent_operations");
  const values = feed.blocks.flatMap(({ block_name, data }) => {
    assert.deepEqual(Object.keys(data), [block_name]);
    return [[block_name, ...data[block_name] ?? []]];
  });
  feed.clear();
  return values;
}

Deno.test("OCS 10.2: RegistryAgent describes itself as Python's does and starts main", async () => {
  await using registry = await startTestAgent(RegistryAgent, REGISTRY, { instanceId: "registry" });
  const { feeds, processes, tasks } = await registry.api();
  const [[name, session, main] = []] = processes;
  assert.deepEqual([name, session?.status, main?.blocking, main?.min_privs], ["main", "running", false, 1]);
  assert.deepEqual(tasks.map(([task, , info]) => [task, info.blocking, info.abortable]), [
    ["register_agent", false, false],
  ]);
  assert.deepEqual(feeds.map(([feed, { record, agg_params }]) => [feed, record, agg_params]), [
    ["agent_operations", true, { frame_length: 60 }],
    ["heartbeat", false, {}],
  ]);
});

Deno.test("OCS 88: RegistryAgent shows agents with their operations and expires them after 5 s", async () => {
  await using registry = await startTestAgent(RegistryAgent, REGISTRY, { instanceId: "registry" });
  assert.deepEqual(await seen(registry), {});
  await beat(registry, { acq: 3, delay_task: 1 });
  await registry.advance(1);
  const agent = {
    expired: false,
    time_expired: null,
    last_updated: 1_800_000_000,
    op_codes: { acq: 3, delay_task: 1 },
    agent_class: "FakeDataAgent",
    agent_address: "observatory.faker1",
  };
  assert.deepEqual(await seen(registry), { "observatory.faker1": agent });
  await registry.advance(4);
  assert.deepEqual(await seen(registry), { "observatory.faker1": agent });
  await registry.advance(1);
  const expired = {
    ...agent,
    expired: true,
    time_expired: 1_800_000_006,
    op_codes: { acq: 7, delay_task: 7 },
  };
  assert.deepEqual(await seen(registry), { "observatory.faker1": expired });
  await registry.advance(1);
  assert.deepEqual(await seen(registry), {
    "observatory.faker1": { ...expired, time_expired: 1_800_000_007 },
  });
  await beat(registry, { acq: 5, delay_task: 1 });
  await registry.advance(1);
  assert.deepEqual(await seen(registry), {
    "observatory.faker1": { ...agent, last_updated: 1_800_000_007, op_codes: { acq: 5, delay_task: 1 } },
  });
});

Deno.test("OCS 89: RegistryAgent publishes op codes as integers, on change and every wait-time seconds", async () => {
  await using registry = await startTestAgent(RegistryAgent, REGISTRY, {
    instanceId: "registry",
    options: { waitTime: 10 },
  });
  await beat(registry, { "acq": 3, "delay-task": 1 }, "observatory.fake-1");
  assert.deepEqual(published(registry), [["observatory_fake_1_acq", 3], [
    "observatory_fake_1_delay_task",
    1,
  ]]);
  await beat(registry, { "acq": 3, "delay-task": 1 }, "observatory.fake-1");
  assert.deepEqual(published(registry), []);
  await beat(registry, { "acq": 8, "delay-task": 1 }, "observatory.fake-1");
  // All operations of the agent, as with Python's registry.
  assert.deepEqual(published(registry), [["observatory_fake_1_acq", 8], [
    "observatory_fake_1_delay_task",
    1,
  ]]);
  await registry.advance(9);
  assert.deepEqual(published(registry), []);
  await registry.advance(1);
  assert.deepEqual(published(registry), [["observatory_fake_1_acq", 7], [
    "observatory_fake_1_delay_task",
    7,
  ]]);
  await registry.advance(10);
  assert.equal(published(registry).length, 2);
});

Deno.test("OCS 89: RegistryAgent publishes one block per operation, ints in arrays of one", async () => {
  await using registry = await startTestAgent(RegistryAgent, REGISTRY, { instanceId: "registry" });
  await beat(registry, { acq: 3 });
  const [event] = registry.feed("agent_operations").events;
  assert.deepEqual(event?.message, {
    observatory_faker1_acq: {
      block_name: "observatory_faker1_acq",
      data: { observatory_faker1_acq: [3] },
      influxdb_tags: null,
      timestamps: [new Float(1_800_000_000)],
    },
  });
});

Deno.test("OCS 10.2: RegistryAgent repairs field names and leaves out what cannot be repaired", async () => {
  await using registry = await startTestAgent(RegistryAgent, REGISTRY, { instanceId: "registry" });
  await beat(registry, { "do it!": 3, "é": 1, "x": "odd", "y": 2.5 });
  assert.deepEqual(published(registry), [["observatory_faker1_do_it", 3], ["observatory_faker1_", 1]]);
  assert.ok(registry.logTexts.some((text) => /observatory_faker1_x is not a whole number/.test(text)));
});

Deno.test("RegistryAgent survives events that are no heartbeats", async () => {
  await using registry = await startTestAgent(RegistryAgent, REGISTRY, { instanceId: "registry" });
  const topic = "observatory.rogue.feeds.heartbeat";
  for (const args of [[], [1], [[1]], [[{}, {}]], [[{}, { agent_address: 5 }]], [null]]) {
    await registry.publish(topic, args);
  }
  await beat(registry, 0, "observatory.historic");
  await registry.advance(1);
  assert.deepEqual(Object.keys(await seen(registry)), ["observatory.historic"]);
});

Deno.test("OCS 10.2: RegistryAgent keeps its table over a restart of main and counts beats meanwhile", async () => {
  await using registry = await startTestAgent(RegistryAgent, REGISTRY, { instanceId: "registry" });
  await beat(registry, { acq: 3 });
  const stopped = await registry.stop("main");
  assert.equal(stopped.session.status, "stopping");
  const { session } = await registry.wait("main");
  assert.deepEqual([session.success, session.messages?.at(-2)?.[1]], [true, "Stopped registry main process"]);
  await beat(registry, { acq: 3 }, "observatory.faker2");
  await registry.start("main", { test_mode: true });
  await registry.advance(1);
  const again = await registry.wait("main");
  assert.deepEqual(Object.keys(again.session.data ?? {}), ["observatory.faker1", "observatory.faker2"]);
});

Deno.test("OCS 10.2: register_agent is deprecated, and fails without an address", async () => {
  await using registry = await startTestAgent(RegistryAgent, REGISTRY, { instanceId: "registry" });
  await registry.start("register_agent", { agent_address: "observatory.old" });
  const { session } = await registry.wait("register_agent");
  assert.deepEqual([session.success, session.messages?.[2]?.[1]], [true, "'register_agent' is deprecated"]);
  assert.ok(
    registry.logTexts.some((text) => text.includes("Agent 'observatory.old' is using an out of date")),
  );
  await registry.start("register_agent");
  const crashed = await registry.wait("register_agent");
  assert.match(String(crashed.session.messages?.[2]?.[1]), /^CRASH: /);
});

Deno.test("OCS 10.2: RegistryAgent does not list itself", async () => {
  await using registry = await startTestAgent(RegistryAgent, REGISTRY, { instanceId: "registry" });
  await registry.advance(3);
  assert.deepEqual(await seen(registry), {});
});
