/** The stream simulator without agent and network (smurf 5.1, g3 7.6). @module */
import assert from "node:assert/strict";
import {
  SimulatedStream,
  type SimulatedStreamOptions,
} from "../../../agents/smurf_stream_simulator/simulated_stream.ts";
import {
  cleanseFrames,
  FLOW,
  flowFrame,
  observationFrame,
  scanFrame,
} from "../../../agents/smurf_stream_simulator/stream_frames.ts";
import { ManualClock, sleep } from "../../../framework/mod.ts";
import { G3Frame, readFramesSync, unixSecondsOf } from "../../../g3/mod.ts";
import { SILENT } from "../../../internal/log.ts";
import { goldenFile } from "../../helpers/g3_golden.ts";

/** What a frame is, in a few letters: `START`, `O`, `S3`, `CLEANSE W`. */
function nameOf(frame: G3Frame): string {
  if (!frame.has("sostream_flowcontrol")) {
    return frame.letters === "S" ? `S${frame.get("frame_num", "G3Int").value}` : frame.letters;
  }
  const { value } = frame.get("sostream_flowcontrol", "G3Int");
  const name = Object.entries(FLOW).find(([, code]) => BigInt(code) === value)?.[0];
  return frame.letters === "N" ? `${name}` : `${name} ${frame.letters}`;
}

/** Runs a stream on a clock that stands still until it is moved. */
function run(changes: Partial<SimulatedStreamOptions> = {}) {
  const clock = new ManualClock(1_700_000_000.25);
  const stop = new AbortController();
  const frames: G3Frame[] = [];
  const stream = new SimulatedStream({
    send: (frame) => frames.push(frame),
    streamId: "stream_sim",
    channels: 3,
    frameRate: 1,
    sampleRate: 10,
    now: () => clock.now(),
    sleep: (seconds) => sleep(seconds, { clock, signal: stop.signal }),
    show: () => {},
    log: SILENT,
    ...changes,
  });
  const ended = stream.run(stop.signal);
  return { clock, stop, frames, stream, ended, names: () => frames.map(nameOf) };
}

async function shutDown({ stream, stop, ended }: ReturnType<typeof run>): Promise<void> {
  stream.shutDown();
  stop.abort();
  await ended;
}

Deno.test("g3 7.6: the frames of the simulator are those that so3g made, value by value", () => {
  const golden = [...readFramesSync(goldenFile("smurf_simulator.g3"))];
  const scans = golden.filter(({ letters }) => letters === "S").map((frame) => {
    const { value } = frame.get("data", "G3TimestreamMap");
    const [first] = value.values();
    return scanFrame({
      streamId: frame.get("sostream_id", "G3String").value as string,
      frameNum: Number(frame.get("frame_num", "G3Int").value),
      startSeconds: unixSecondsOf(first!.start),
      stopSeconds: unixSecondsOf(first!.stop),
      channels: [...value.values()].map((stream) => stream.value),
    });
  });
  const ours = [
    flowFrame(FLOW.START),
    observationFrame("stream_sim", 1_700_002_000.5),
    ...scans.flatMap((scan) => [flowFrame(FLOW.ALIVE), scan]),
    flowFrame(FLOW.END),
    ...cleanseFrames(),
  ].map((frame) => G3Frame.parse(frame.encode()));
  assert.deepEqual(ours.map(nameOf), golden.map(nameOf));
  for (const [i, frame] of ours.entries()) {
    assert.deepEqual(frame.keys().sort(), golden[i]!.keys().sort());
    for (const key of frame.keys()) {
      // Times are doubles of seconds, which cannot say every tick.
      if (key === "data") continue;
      assert.equal(frame.blob(key)?.toHex(), golden[i]!.blob(key)?.toHex(), `"${key}" of frame ${i}`);
    }
  }
  const scan = ours[3];
  assert.deepEqual(scan?.get("data", "G3TimestreamMap"), withTimesOf(scan, golden[3]!));
});

/** The golden frame's data with our times, which have to be the same within the steps of a double. */
function withTimesOf(ours: G3Frame | undefined, golden: G3Frame) {
  const mine = ours?.get("data", "G3TimestreamMap").value ?? new Map();
  const { value } = golden.get("data", "G3TimestreamMap");
  return {
    class: "G3TimestreamMap",
    value: new Map([...value].map(([name, stream]) => {
      const { start, stop } = mine.get(name);
      for (const [a, b] of [[start, stream.start], [stop, stream.stop]]) assert(a - b < 30n && b - a < 30n);
      return [name, { ...stream, start, stop }];
    })),
  };
}

Deno.test("SIM-2: a stream begins with START and Observation, then ALIVE and Scan in turn; stopped it ends in good order", async () => {
  const test = run();
  await test.clock.advance(2.5);
  assert.deepEqual(test.names(), ["START", "O", "ALIVE", "S0", "ALIVE", "S1", "ALIVE"]);
  assert.equal(test.stream.stop(false), true);
  await test.clock.advance(3.5);
  const tail = ["S2", "END", "CLEANSE O", "CLEANSE W", "ALIVE", "ALIVE", "ALIVE", "ALIVE"];
  assert.deepEqual(test.names().slice(7), tail);
  assert.equal(test.stream.isOn, false);
  test.stream.start(false);
  await test.clock.advance(2);
  // The number goes on: it is never reset while the process runs.
  assert.deepEqual(test.names().slice(15), ["START", "O", "ALIVE", "S3", "ALIVE"]);
  await shutDown(test);
  assert.deepEqual(test.names().slice(20), ["S4", "END", "CLEANSE O", "CLEANSE W"]);
});

Deno.test("smurf 5.1: a Scan frame has the samples of its time, all channels over the same", async () => {
  const test = run({ frameRate: 2, sampleRate: 10 });
  await test.clock.advance(1.1);
  const scans = test.frames.filter(({ letters }) => letters === "S");
  assert.equal(scans.length, 2);
  for (const [i, scan] of scans.entries()) {
    assert.equal(scan.get("session_id", "G3Int").value, 0n);
    assert.equal(scan.get("sostream_id", "G3String").value, "stream_sim");
    const streams = scan.get("data", "G3TimestreamMap").value;
    assert.deepEqual([...streams.keys()], ["r0000", "r0001", "r0002"]);
    for (const { start, stop, value, units, flacLevel } of streams.values()) {
      assert.equal(unixSecondsOf(start), 1_700_000_000.25 + i / 2);
      assert.equal(unixSecondsOf(stop), 1_700_000_000.75 + i / 2);
      assert.deepEqual([value.length, value.constructor, units, flacLevel], [5, Float64Array, 0, 0]);
    }
  }
  await shutDown(test);
});

Deno.test("SIM-4, smurf B15: a forced stop without data is discarded and blocks nothing", async () => {
  const test = run();
  test.stream.stop(false);
  await test.clock.advance(1.5);
  test.stream.stop(true);
  test.stream.start(false);
  await test.clock.advance(3);
  assert.deepEqual(test.names().slice(5), [
    ...["CLEANSE O", "CLEANSE W", "ALIVE", "START", "O", "ALIVE", "S1", "ALIVE", "S2", "ALIVE"],
  ]);
  test.stream.stop(true);
  await test.clock.advance(1);
  test.stream.stop(true);
  await shutDown(test);
  assert.equal(test.names().at(-1), "ALIVE");
});

Deno.test("SimulatedStream obeys a stop right behind a start, and a forced start while data flow", async () => {
  const test = run();
  test.stream.stop(false);
  await test.clock.advance(1);
  const before = test.names().length;
  test.stream.start(false);
  test.stream.stop(false);
  await test.clock.advance(3);
  assert.deepEqual(test.names().slice(before), [
    ...["START", "O", "ALIVE", "S1", "END", "CLEANSE O", "CLEANSE W", "ALIVE", "ALIVE"],
  ]);
  test.stream.start(false);
  await test.clock.advance(1);
  test.stream.start(false);
  test.stream.start(true);
  test.stream.start(true);
  const again = test.names().length;
  await test.clock.advance(1);
  assert.deepEqual(test.names().slice(again), ["S2", "START", "O", "ALIVE"]);
  await shutDown(test);
});

Deno.test("SimulatedStream takes a bounded number of waiting commands, and still shuts down in good order", async () => {
  const test = run({ frameRate: 0.01 });
  for (let i = 0; i < 8; i++) {
    assert.equal(test.stream.stop(false), true);
    assert.equal(test.stream.start(false), true);
  }
  assert.equal(test.stream.stop(false), false);
  await shutDown(test);
  assert.deepEqual(test.names().slice(-3), ["END", "CLEANSE O", "CLEANSE W"]);
});
