import assert from "node:assert/strict";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { Float } from "../../../ocs/mod.ts";
import { startTestAgent } from "../../../testing/mod.ts";

Deno.test("OCS 10.4: FakeDataAgent describes itself as Python's does", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA, { options: { frameLength: 30 } });
  const api = await agent.api();
  assert.equal(api.agent_class, "FakeDataAgent");
  assert.deepEqual(
    [...api.tasks, ...api.processes].map((
      [name, session, info],
    ) => [name, session, { ...info, docstring: "" }]),
    [
      ["delay_task", { blocking: false, abortable: true, docstring: "", op_type: "task", min_privs: 1 }],
      ["set_heartbeat", { blocking: true, abortable: false, docstring: "", op_type: "task", min_privs: 1 }],
      ["acq", { blocking: true, docstring: "", op_type: "process", min_privs: 1 }],
      ["count", { blocking: false, docstring: "", op_type: "process", min_privs: 1 }],
    ].map(([name, info]) => [name, { op_name: name, status: "no_history" }, info]),
  );
  for (const [, , { docstring }] of [...api.tasks, ...api.processes]) {
    assert.match(docstring ?? "", /^\w+\(.*\)\n\n\*\*(Task|Process)\*\*/);
  }
  assert.deepEqual(api.feeds.map(([name, feed]) => [name, feed.record, feed.agg_params]), [
    ["false_temperatures", true, { frame_length: 30 }],
    ["heartbeat", false, {}],
  ]);
});

Deno.test("OCS 99: FakeDataAgent publishes block temps with its channels as floats, every second or two", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA, {
    options: { numChannels: 3, sampleRate: 4 },
  });
  const reply = await agent.start("acq");
  assert.equal(reply.message, 'Started process "acq".');
  await agent.advance(10);
  await agent.stop("acq");
  const { session } = await agent.wait("acq");
  assert.equal(session.success, true);
  await agent.advance(0);
  const { blocks, events } = agent.feed("false_temperatures");
  assert.ok(events.length >= 5 && events.length <= 10, `${events.length} events`);
  const times = blocks.flatMap((block) => block.timestamps);
  assert.deepEqual(times, times.map((_, i) => 1_800_000_000 + i / 4));
  assert.equal(times.length, 40);
  for (const { block_name, data, influxdb_tags } of blocks) {
    assert.equal(block_name, "temps");
    assert.deepEqual(Object.keys(data), ["channel_00", "channel_01", "channel_02"]);
    // An integral value would be a `Float`; none is an int.
    assert.ok(Object.values(data).flat().every((v) => v instanceof Float || !Number.isInteger(v)));
    assert.deepEqual(influxdb_tags?.["channel_02"], { channel: 2, _field: "temperature" });
  }
});

Deno.test("OCS 10.4: acq shows its newest readings and ends with its text", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA);
  await agent.start("acq", { test_mode: true });
  await agent.advance(1);
  const { message, session } = await agent.wait("acq");
  assert.equal(message, 'Operation "acq" is currently not running (SUCCEEDED).');
  assert.deepEqual(Object.keys(session.data ?? {}), ["fields", "timestamp"]);
  assert.deepEqual(Object.keys(Object(session.data?.["fields"])), ["channel_00", "channel_01"]);
  assert.deepEqual(session.messages?.map(([, text]) => text), [
    'Status is now "starting".',
    'Status is now "running".',
    "Acquisition exited cleanly.",
    'Status is now "done".',
  ]);
  // What was buffered is out although nobody published again.
  assert.equal(agent.feed("false_temperatures").events.length, 1);
});

Deno.test("OCS 43: acq is degraded and not, in turn", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA);
  await agent.start("acq", { degradation_period: 2 });
  const seen: unknown[] = [];
  for (let second = 0; second < 8; second++) {
    await agent.advance(1);
    const { session } = await agent.status("acq");
    seen.push([session.degraded, session.op_code]);
  }
  assert.ok(seen.some((one) => JSON.stringify(one) === "[true,8]"));
  assert.ok(seen.some((one) => JSON.stringify(one) === "[false,3]"));
  const codes = agent.feed("heartbeat").messages.map((codes) => Object(codes).acq);
  assert.ok(codes.includes(8) && codes.includes(3));
});

Deno.test("OCS 10.4: mode acq starts acq and count with the agent", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA, { options: { mode: "acq" } });
  await agent.advance(3);
  const { session } = await agent.status("count");
  assert.deepEqual(session.data, { counter: 3, last_update: 1_800_000_003 });
  assert.deepEqual(agent.heartbeat, { acq: 3, count: 3, set_heartbeat: 1, delay_task: 1 });
  const reply = await agent.stop("count");
  assert.equal(reply.message, 'Requested stop on process count".');
  const done = await agent.wait("count");
  assert.deepEqual(done.session.messages?.at(-2)?.[1], "Exited on request.");
});

Deno.test("OCS 10.4: the reply to stop says stopping for count, which is not blocking, but not yet for acq", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA, { options: { mode: "acq" } });
  const [, , count] = await agent.stop("count");
  const [, , acq] = await agent.stop("acq");
  assert.deepEqual([count.status, acq.status], ["stopping", "running"]);
  assert.equal((await agent.wait("acq")).session.messages?.at(-2)?.[1], "Acquisition exited cleanly.");
});

Deno.test("OCS 10.4: set_heartbeat switches the heartbeat off and on", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA);
  await agent.start("set_heartbeat", { heartbeat: false });
  const off = await agent.wait("set_heartbeat");
  assert.equal(off.session.messages?.[2]?.[1], "Set heartbeat_on: False");
  agent.feed("heartbeat").clear();
  await agent.advance(5);
  assert.equal(agent.feed("heartbeat").events.length, 0);
  await agent.start("set_heartbeat");
  assert.equal((await agent.wait("set_heartbeat")).session.messages?.[2]?.[1], "Set heartbeat_on: True");
  await agent.advance(3);
  assert.equal(agent.feed("heartbeat").events.length, 3);
});

Deno.test("OCS 10.4: delay_task tells how far it has come, succeeds, fails as told and can be aborted", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA);
  const end = async () => {
    const { session } = await agent.wait("delay_task");
    return [session.success, session.messages?.at(-2)?.[1]];
  };
  await agent.start("delay_task", { delay: 1 });
  await agent.advance(0.5);
  assert.deepEqual((await agent.status("delay_task")).session.data, {
    requested_delay: 1,
    delay_so_far: 0.5,
  });
  await agent.advance(0.5);
  assert.deepEqual(await end(), [true, "Exited after 1.0 seconds"]);
  await agent.start("delay_task", { delay: 0, succeed: false });
  assert.deepEqual(await end(), [false, "Exited after 0.0 seconds"]);
  await agent.start("delay_task");
  await agent.advance(0.7);
  const reply = await agent.abort("delay_task");
  assert.equal(reply.message, 'Requested abort on task delay_task".');
  assert.deepEqual(await end(), [false, "Aborted after 0.7 seconds"]);
});

Deno.test("OCS 3.10: FakeDataAgent refuses wrong params in Python's words", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA);
  const refusals: [op: string, params: unknown, text: string][] = [
    ["delay_task", { delay: "seven" }, "Param 'delay'=seven is not of required type (<class 'float'>)"],
    ["delay_task", { delay: -1 }, "Param 'delay' failed validity check (see docs?)."],
    ["delay_task", { succeed: 1 }, "Param 'succeed'=1 is not of required type (<class 'bool'>)"],
    // `succeed` is checked first.
    [
      "delay_task",
      { delay: "x", succeed: "y" },
      "Param 'succeed'=y is not of required type (<class 'bool'>)",
    ],
    ["delay_task", { zz: 1, yy: 2 }, "params included unexpected values: ['zz', 'yy']"],
    ["acq", { test_mode: "no" }, "Param 'test_mode'=no is not of required type (<class 'bool'>)"],
    [
      "acq",
      { degradation_period: "x" },
      "Param 'degradation_period'=x is not of required type (<class 'float'>)",
    ],
    ["set_heartbeat", { heartbeat: 0 }, "Param 'heartbeat'=0 is not of required type (<class 'bool'>)"],
    ["nothing", {}, 'No task or process called "nothing"'],
  ];
  for (const [op, params, text] of refusals) {
    const { status, message, session } = await agent.start(op, params);
    assert.deepEqual([status, message, session], [-1, text, {}]);
  }
});

Deno.test("OCS 10.4: delay_task asks for level 2 under a policy, and for more than 2 for 3.33 s", async () => {
  await using agent = await startTestAgent(FakeDataAgent, FAKE_DATA, { accessPolicy: "override:two,three" });
  const refused = await agent.start("delay_task", { delay: 0 });
  assert.equal(
    refused.message,
    "The action requires credential level 2-ADVANCED but the client has only level 1-BASIC",
  );
  const run = async (delay: number, password: string) => {
    await agent.start("delay_task", { delay }, { password });
    await agent.advance(4);
    const { session } = await agent.wait("delay_task");
    return [session.cred_level, session.success, session.messages?.at(-2)?.[1]];
  };
  assert.deepEqual(await run(3.33, "two"), [
    2,
    false,
    "Actually you need access level 3+ to delay for 3.33 seconds.",
  ]);
  assert.deepEqual(await run(3.33, "three"), [3, true, "Exited after 3.3 seconds"]);
  assert.deepEqual(await run(0, "two"), [2, true, "Exited after 0.0 seconds"]);
});

Deno.test("OCS 70: FakeDataAgent stops what runs when it is told to end", async () => {
  const agent = await startTestAgent(FakeDataAgent, FAKE_DATA, { options: { mode: "acq" } });
  await agent.start("delay_task", { delay: 1000 });
  await agent.advance(2);
  await agent[Symbol.asyncDispose]();
  for (const text of ["Acquisition exited cleanly.", "Exited on request.", "Aborted after 2.0 seconds"]) {
    assert.ok(agent.logTexts.some((line) => line.endsWith(text)), text);
  }
});
