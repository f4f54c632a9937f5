import assert from "node:assert/strict";
import { SmurfRecorder, type SmurfRecorderOptions } from "../../../agents/smurf_recorder.ts";
import { SMURF_RECORDER } from "../../../agents/timestream_aggregator/options.ts";
import { FrameSplitter, G3Frame, type G3Timestream, ticksOf } from "../../../g3/mod.ts";
import { ManualClock } from "../../../framework/mod.ts";
import { startTestAgent, type TestAgent } from "../../../testing/mod.ts";
import { goldenFile } from "../../helpers/g3_golden.ts";
import { scanFrame } from "../../helpers/smurf_frames.ts";
import { untilTrue } from "../../helpers/until.ts";
import { type HostileConnection, HostileSender } from "./hostile_sender.ts";
import { filesBelow, START_SECONDS } from "./recorder_bed.ts";

/** A recorder that is connected to a sender. */
interface Bed extends AsyncDisposable {
  readonly agent: TestAgent<SmurfRecorder>;
  readonly conn: HostileConnection;
  readonly dataDir: string;
  /** Waits until so many frames are recorded, and what they led to has arrived. */
  recorded(frames: number): Promise<void>;
  /** What was published on the feed, oldest first. */
  published(): readonly Record<string, unknown>[];
}

async function startBed(options: Partial<SmurfRecorderOptions> = {}): Promise<Bed> {
  const sender = new HostileSender();
  const dataDir = await Deno.makeTempDir({ prefix: "smurf_recorder_" });
  const agent = await startTestAgent(SmurfRecorder, SMURF_RECORDER, {
    instanceId: "smurf-recorder",
    clock: new ManualClock(START_SECONDS),
    options: { dataDir, address: "127.0.0.1", port: sender.port, autoStart: "True", ...options },
  });
  const conn = await sender.accept();
  return {
    agent,
    conn,
    dataDir,
    async recorded(frames) {
      await untilTrue(() => agent.instance.data.frames.written >= frames, { what: "the frames" });
      await agent.advance(0);
    },
    published() {
      // Blocks by name, as a record feed publishes them.
      return agent.feed("detectors").messages as Record<string, unknown>[];
    },
    async [Symbol.asyncDispose]() {
      conn.close();
      await agent.stop("record");
      await untilTrue(async () => {
        await agent.advance(0.1);
        return (await agent.status("record")).session.success !== null;
      }, { what: "the end" });
      await agent[Symbol.asyncDispose]();
      sender[Symbol.dispose]();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}

/** A Scan frame with a timestream map of so many samples in one second; channel c has the values 1000 c, 1000 c + 1, ... */
function mapFrame(channels: number, samples: number): G3Frame {
  const streams = Array.from({ length: channels }, (_, channel): [string, G3Timestream] => [
    `r${String(channel).padStart(4, "0")}`,
    {
      class: "G3Timestream",
      units: 0,
      start: ticksOf(1_700_000_000),
      stop: ticksOf(1_700_000_000 + (samples - 1) / samples),
      flacLevel: 0,
      value: Float64Array.from({ length: samples }, (_, i) => 1000 * channel + i),
    },
  ]);
  return new G3Frame("S").set("data", { class: "G3TimestreamMap", value: new Map(streams) });
}

Deno.test("SmurfRecorder has the names and words of the reference", async () => {
  await using bed = await startBed();
  const { processes, tasks, feeds } = await bed.agent.api();
  assert.deepEqual(processes.map(([name]) => name), ["record"]);
  assert.deepEqual(tasks.map(([name]) => name), ["set_monitored_channels", "set_target_rate"]);
  assert.deepEqual(feeds.map(([name]) => name).sort(), ["detectors", "heartbeat"]);
  assert.deepEqual(
    Object.fromEntries(Object.entries(SMURF_RECORDER.options).map(([name, spec]) => [name, spec.default])),
    {
      "auto-start": "",
      "time-per-file": 600,
      "data-dir": "/data/",
      "port": 50_000,
      "address": "localhost",
      "fsync": "close",
      "warn-free-mb": 2000,
      "stop-free-mb": 200,
      "file-naming": "ctime",
      "gap": 10,
      "stream-id": "None",
      "target-rate": 10,
    },
  );
});

Deno.test("REC-23, REC-37: SmurfRecorder records a streamer's stream byte for byte into the stream's folder", async () => {
  await using bed = await startBed();
  const bytes = goldenFile("smurf_stream.g3");
  await bed.conn.send(bytes);
  await bed.recorded(9);
  const { frames: counts } = bed.agent.instance.data;
  await untilTrue(() => counts.dropped["flow control"] === 7, { what: "the sender's last frame" });
  const [file = "", ...more] = await filesBelow(bed.dataDir);
  assert.deepEqual([file, more], ["15463/crate1slot2/1546344000_000.g3", []]);
  const frames = [...new FrameSplitter().push(bytes)];
  const kept = frames.filter(({ type, ...raw }) =>
    type !== 0x50 && !G3Frame.parse({ type, ...raw }).has("sostream_flowcontrol")
  );
  assert.deepEqual(
    await Deno.readFile(`${bed.dataDir}/${file}`),
    new Uint8Array(kept.flatMap((raw) => [...raw.bytes])),
  );
  assert.deepEqual(counts.dropped, { "PipelineInfo": 1, "flow control": 7 });
});

Deno.test("REC-40: SmurfRecorder publishes monitored channels at the target rate, while they are set", async () => {
  await using bed = await startBed();
  const run = async (task: string, params: unknown) => {
    await bed.agent.start(task, params);
    const { session } = await bed.agent.wait(task);
    return [session.success, session.messages?.at(-2)?.[1]];
  };
  assert.deepEqual(await run("set_monitored_channels", { channels: [1, 2, 3, 4, 5, 6, 7] }), [
    false,
    "Cannot monitor more than 6 channels",
  ]);
  assert.deepEqual(await run("set_monitored_channels", { channels: [2, 0, 400] }), [
    true,
    "Set monitored channels to [2, 0, 400]",
  ]);
  await bed.conn.send(mapFrame(3, 200));
  await bed.recorded(1);
  const [first, second, ...others] = bed.published();
  assert.deepEqual(others, []);
  const times = Array.from({ length: 10 }, (_, i) => 1_700_000_000 + i / 10);
  for (const [message, channel] of [[first, 2], [second, 0]] as const) {
    const name = `r000${channel}`;
    const block = Object(message)[name];
    assert.deepEqual(plain(block.data), {
      [name]: Array.from({ length: 10 }, (_, i) => 1000 * channel + 20 * i),
    });
    assert.equal(block.block_name, name);
    const stamps: number[] = plain(block.timestamps);
    stamps.forEach((stamp, i) => assert(Math.abs(stamp - times[i]!) < 1e-5, `${stamp} is ${times[i]}`));
  }
  assert.deepEqual(await run("set_target_rate", { target_rate: 10.5 }), [false, "Max target rate is 10 Hz"]);
  assert.deepEqual(await run("set_target_rate", { target_rate: 2 }), [true, "Set target sampling rate to 2"]);
  await bed.conn.send(mapFrame(3, 200));
  await bed.recorded(2);
  assert.deepEqual(plain(Object(bed.published()[2])["r0002"].data), { r0002: [2000, 2100] });
  assert.deepEqual(await run("set_monitored_channels", { channels: [] }), [
    true,
    "Set monitored channels to []",
  ]);
  const before = bed.published().length;
  await bed.conn.send(mapFrame(3, 200));
  await bed.recorded(3);
  assert.equal(bed.published().length, before);
});

Deno.test("SmurfRecorder monitors compressed streams too, and goes on recording what cannot be monitored", async () => {
  await using bed = await startBed({ targetRate: 4 });
  await bed.agent.start("set_monitored_channels", { channels: [3] });
  await bed.conn.send(goldenFile("smurf_stream.g3"));
  await bed.recorded(9);
  const golden = [...new FrameSplitter().push(goldenFile("smurf_stream.g3"))].map((raw) =>
    G3Frame.parse(raw)
  );
  const data = golden.filter(({ letters }) => letters === "S").map((frame) =>
    frame.get("data", "G3SuperTimestream")
  );
  const expected = data.map(({ value, times }) => {
    const step = times.length === 10 ? 9 : 50;
    return [...value.subarray(3 * times.length, 4 * times.length)].filter((_, i) => i % step === 0);
  });
  assert.deepEqual(bed.published().map((message) => plain(Object(message)["r0003"].data)["r0003"]), expected);
  const before = bed.published().length;
  await bed.conn.send(scanFrame(1), new G3Frame("S").setBlob("data", new Uint8Array(5)), new G3Frame("S"));
  await bed.recorded(12);
  assert.equal(bed.published().length, before);
  const complaints = bed.agent.logTexts.filter((text) => text.startsWith("A frame cannot be monitored"));
  assert.equal(complaints.length, 1);
});

for (const channels of [[1.5], [-1], ["1"], [null], "12", [1e9]]) {
  Deno.test(`SmurfRecorder refuses ${JSON.stringify(channels)} for channels to monitor`, async () => {
    await using bed = await startBed();
    const { status, message } = await bed.agent.start("set_monitored_channels", { channels });
    assert.equal(status, -1, message);
  });
}

/** Numbers without their kinds. */
// deno-lint-ignore no-explicit-any -- whatever JSON can say
function plain(value: unknown): any {
  return JSON.parse(JSON.stringify(value));
}
