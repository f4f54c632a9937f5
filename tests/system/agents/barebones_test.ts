import assert from "node:assert/strict";
import { BarebonesAgent } from "../../../agents/barebones.ts";
import { BAREBONES } from "../../../agents/barebones/options.ts";
import { startTestAgent } from "../../../testing/mod.ts";

Deno.test("OCS 10.5: BarebonesAgent describes itself as Python's does and starts count", async () => {
  await using agent = await startTestAgent(BarebonesAgent, BAREBONES);
  const { feeds, processes, tasks } = await agent.api();
  assert.deepEqual(
    processes.map(([name, { status }, info]) => [name, status, info.blocking, info.min_privs]),
    [
      ["count", "running", true, 1],
    ],
  );
  assert.deepEqual(tasks.map(([name, , info]) => [name, info.blocking, info.abortable]), [[
    "print",
    true,
    false,
  ]]);
  assert.deepEqual(feeds.map(([name, { record, agg_params }]) => [name, record, agg_params]), [
    ["feed_name", true, { frame_length: 600 }],
    ["heartbeat", false, {}],
  ]);
});

Deno.test("OCS 10.5: count publishes ints, two per event, and shows the newest", async () => {
  await using agent = await startTestAgent(BarebonesAgent, BAREBONES);
  await agent.advance(5);
  assert.deepEqual((await agent.status("count")).session.data, { value: 6, timestamp: 1_800_000_005 });
  assert.deepEqual(agent.feed("feed_name").blocks.map((block) => block.data["value"]), [[1, 2], [3, 4], [
    5,
    6,
  ]]);
});

Deno.test("OCS 10.5: the status of count stays running until it has ended", async () => {
  await using agent = await startTestAgent(BarebonesAgent, BAREBONES);
  await agent.advance(2);
  const reply = await agent.stop("count");
  assert.deepEqual([reply.status, reply.session.status], [0, "running"]);
  const { session } = await agent.wait("count");
  assert.deepEqual(session.messages?.map(([, text]) => text), [
    'Status is now "starting".',
    'Status is now "running".',
    "Acquisition exited cleanly.",
    'Status is now "done".',
  ]);
  await agent.advance(0);
  // The third value was still in the buffer.
  assert.deepEqual(agent.feed("feed_name").blocks.map((block) => block.data["value"]), [[1, 2], [3]]);
  await agent.start("count", { anything: "goes" });
  assert.deepEqual((await agent.status("count")).session.data, { value: 1, timestamp: 1_800_000_002 });
});

Deno.test("OCS 10.5: print gets its turn while count runs", async () => {
  await using agent = await startTestAgent(BarebonesAgent, BAREBONES);
  const started = await agent.start("print", { text: "hello again" });
  assert.equal(started.message, 'Started task "print".');
  await agent.advance(2);
  const { session } = await agent.wait("print");
  assert.deepEqual([session.success, session.messages?.at(-2)?.[1]], [true, "Printed text to logs"]);
  assert.deepEqual(Object.keys(session.data ?? {}), ["text", "last_updated"]);
  assert.equal(session.data?.["text"], "hello again");
  assert.ok(agent.logTexts.includes("hello again"));
  assert.equal((await agent.status("count")).session.status, "running");
});

Deno.test("OCS 10.5: print has a default text and refuses other params", async () => {
  await using agent = await startTestAgent(BarebonesAgent, BAREBONES, { options: { mode: "idle" } });
  assert.equal((await agent.status("count")).message, "No session active.");
  await agent.start("print");
  assert.equal((await agent.wait("print")).session.data?.["text"], "hello world");
  const refused = await agent.start("print", { text: 5 });
  assert.equal(refused.message, "Param 'text'=5 is not of required type (<class 'str'>)");
});
