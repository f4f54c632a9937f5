/** The stream simulator as an agent, with our own reader (smurf 5.1, SIM-1 to SIM-4). @module */
import assert from "node:assert/strict";
import { SmurfStreamSimulator } from "../../../agents/smurf_stream_simulator.ts";
import { SMURF_STREAM_SIMULATOR } from "../../../agents/smurf_stream_simulator/options.ts";
import { G3Frame } from "../../../g3/mod.ts";
import { receiveFrames } from "../../../g3/io/mod.ts";
import { startTestAgent, type TestAgent } from "../../../testing/mod.ts";
import { untilTrue } from "../../helpers/until.ts";

const HOST = { hostname: "127.0.0.1" } as const;

function start(options: Record<string, unknown> = {}): Promise<TestAgent<SmurfStreamSimulator>> {
  return startTestAgent(SmurfStreamSimulator, SMURF_STREAM_SIMULATOR, {
    options: { port: 0, numChans: 4, ...options },
  });
}

/** Letters and flow control of a frame: `N0`, `O`, `S`, `O3`. */
function nameOf(frame: G3Frame): string {
  const flow = frame.has("sostream_flowcontrol") ? frame.get("sostream_flowcontrol", "G3Int").value : "";
  return `${frame.letters}${flow}`;
}

/** A reader that collects the names of what comes. */
function reader(port: number): { readonly names: string[]; readonly ended: Promise<void> } {
  const names: string[] = [];
  const read = async () => {
    for await (const raw of receiveFrames({ ...HOST, port })) names.push(nameOf(G3Frame.parse(raw)));
  };
  return { names, ended: read() };
}

async function dataOf(agent: TestAgent): Promise<Record<string, unknown>> {
  return { ...(await agent.status("stream")).session.data };
}

/** The port of a stream that runs. */
function portOf(agent: TestAgent): Promise<number> {
  return untilTrue(async () => {
    const { port } = await dataOf(agent);
    return typeof port === "number" ? port : 0;
  }, { what: "the stream is open" });
}

Deno.test("smurf 5.1: SmurfStreamSimulator describes itself as Python's does", async () => {
  await using agent = await start({ autoStart: "False" });
  const api = await agent.api();
  assert.equal(api.agent_class, "SmurfStreamSimulator");
  assert.deepEqual(api.tasks.map(([name]) => name), ["start", "stop"]);
  assert.deepEqual(api.processes.map(([name]) => name), ["stream"]);
  for (const [, , { docstring }] of [...api.tasks, ...api.processes]) {
    assert.match(docstring ?? "", /^\w+\(.*\)\n\n\*\*(Task|Process)\*\*/);
  }
  // Nothing runs without --auto-start.
  assert.equal((await agent.status("stream")).session.status, undefined);
});

Deno.test("SIM-1, SIM-3: SmurfStreamSimulator gives every client the latest frame of each type, then ALIVE and Scan", async () => {
  await using agent = await start({ autoStart: "yes" });
  const port = await portOf(agent);
  const first = reader(port);
  await untilTrue(() => first.names.length === 2, { what: "the replay" });
  assert.deepEqual(first.names, ["N0", "O"]);
  await agent.advance(2);
  await untilTrue(() => first.names.length === 6, { what: "two passes" });
  assert.deepEqual(first.names.slice(2), ["S", "N0", "S", "N0"]);
  assert.equal((await agent.start("stop")).message, 'Started task "stop".');
  await agent.advance(3);
  await untilTrue(() => first.names.length === 13, { what: "the end and ALIVE frames" });
  assert.deepEqual(first.names.slice(6), ["S", "N2", "O3", "W3", "N0", "N0", "N0"]);
  const late = reader(port);
  await untilTrue(() => late.names.length === 3, { what: "the replay between sessions" });
  assert.deepEqual(late.names, ["N0", "O3", "W3"]);
  await agent.advance(1);
  const { last_scan_time, ...data } = await dataOf(agent);
  assert.deepEqual(data, {
    streaming: false,
    port,
    clients: 2,
    frame_num: 3,
    frames_sent: data["frames_sent"],
    frames_dropped: 0,
  });
  assert.equal(last_scan_time, 1_800_000_003);
  assert.equal((await agent.stop("stream")).ok, true);
  const { session } = await agent.wait("stream");
  assert.equal(session.success, true);
  assert.equal(session.messages?.at(-2)?.[1], "Finished streaming");
  // Unlike spt3g's sender, ours closes the connections.
  await Promise.all([first.ended, late.ended]);
});

Deno.test("SmurfStreamSimulator stopped while data flow sends Scan, END and CLEANSE, and can be started again", async () => {
  await using agent = await start({ autoStart: "True" });
  const { names, ended } = reader(await portOf(agent));
  await untilTrue(() => names.length === 2, { what: "the replay" });
  await agent.advance(0.5);
  await agent.stop("stream");
  await agent.wait("stream");
  await ended;
  assert.deepEqual(names.slice(2), ["S", "N2", "O3", "W3"]);
  assert.equal((await agent.start("stream", { frame_rate: 2, sample_rate: 4 })).ok, true);
  await agent.stop("stream");
});

Deno.test("smurf B15: start and stop fail cleanly while no stream runs, and start says so in its words otherwise", async () => {
  await using agent = await start();
  for (const task of ["start", "stop"]) {
    await agent.start(task, { force: true });
    const { session } = await agent.wait(task);
    assert.equal(session.success, false);
    assert.equal(session.messages?.at(-2)?.[1], 'The process "stream" is not running');
  }
  await agent.start("stream");
  await portOf(agent);
  for (const [task, text] of [["stop", "Stopped stream"], ["start", "Started stream"]] as const) {
    await agent.start(task, { force: true, unknown: 1 });
    const { session } = await agent.wait(task);
    assert.equal(session.success, true);
    assert.equal(session.messages?.at(-2)?.[1], text);
  }
  await agent.stop("stream");
});

Deno.test("SmurfStreamSimulator says why it cannot stream", async () => {
  using taken = Deno.listen({ hostname: "::", port: 0 });
  const { port } = taken.addr as Deno.NetAddr; // a listener of TCP
  await using agent = await start({ port });
  const messages: string[] = [];
  for (const params of [{}, { frame_rate: 0.01, sample_rate: 1e6 }]) {
    await agent.start("stream", params);
    const { session } = await agent.wait("stream");
    assert.equal(session.success, false);
    messages.push(String(session.messages?.at(-2)?.[1]));
  }
  assert.match(messages[0]!, new RegExp(`^Cannot open the stream on port ${port}: .*in use`));
  assert.match(messages[1]!, /^Cannot stream 4 channels at 1000000 Hz in 0.01 frames per second/);
  for (const params of [{ frame_rate: 0 }, { frame_rate: -1 }, { sample_rate: "fast" }]) {
    assert.equal((await agent.start("stream", params)).ok, false);
  }
});

Deno.test("smurf 5.1: SmurfStreamSimulator with a target host connects, and fails when that is gone", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr; // a listener of TCP
  await using agent = await start({ targetHost: "127.0.0.1", port });
  await agent.start("stream");
  const conn = await listener.accept();
  listener.close();
  const head = new Uint8Array(1);
  await conn.read(head);
  // The flag of a little-endian frame.
  assert.equal(head[0], 1);
  conn.close();
  let over = false;
  const waiting = agent.wait("stream").finally(() => over = true);
  await untilTrue(async () => {
    await agent.advance(1);
    return over;
  }, { what: "the stream has noticed" });
  const { session } = await waiting;
  assert.equal(session.success, false);
  assert.match(String(session.messages?.at(-2)?.[1]), /it has closed the connection/);
});
