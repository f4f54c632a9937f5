// deno-lint-ignore-file no-console -- figures of a long run are what it is for
/**
 * The timestream aggregator on a real G3NetworkSender that misbehaves in every way: each whole frame that the recorder was
 * given is in its files once, by hash, and the recorder lives on.
 *
 * The cases run side by side, four at a time, because most of them wait for time to pass. @module
 */
import assert from "node:assert/strict";
import { testsWith } from "../helpers/interop_test.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { type Comparison, type RecorderData, RecorderStage } from "../helpers/recorder_stage.ts";
import { Random } from "../helpers/random_values.ts";
import { mayMount, type SmallDisk, smallDisk } from "../helpers/small_disk.ts";
import { within } from "../helpers/until.ts";

const SOAK = Deno.env.get("OCS_SOAK") === "1";
const AT_A_TIME = 4;
const CASE_MS = 60_000;

/** What a case may do something to. */
interface Place {
  readonly router: OurRouter;
  /** The disk that is recorded to, where it is a small one. */
  readonly disk: SmallDisk | undefined;
}

/** One way in which a stream can go wrong. */
interface Case {
  readonly name: string;
  /** Arguments of the sender. */
  readonly stream: readonly string[];
  /** Further arguments of the recorder. */
  readonly args?: readonly string[];
  /** What is done while it streams. */
  readonly meanwhile?: (stage: RecorderStage, place: Place) => Promise<void>;
  /** Before the recorder is started. */
  readonly before?: (stage: RecorderStage) => Promise<void>;
  /** What it has to have counted. */
  readonly expect?: (data: RecorderData, result: Comparison) => void;
  /** Has a router of its own. */
  readonly ownRouter?: boolean;
  /** So many frames may be in flight when the recorder is killed, and lost. */
  readonly inFlight?: number;
  /** Records to a file system of so many KiB. */
  readonly diskKib?: number;
}

/** Frames of about 6 kB, so that a small disk is soon full. */
const LARGE_FRAMES = ["--channels", "64", "--rate", "200", "--no-compression"] as const;

/** Scans in the short form, and in the long one. */
function scans(short: number, long: number): string {
  return String(SOAK ? long : short);
}

const CASES: readonly Case[] = [
  {
    name: "steady",
    stream: ["--frames", scans(20, 300)],
    expect: ({ faults, flow, frames }, { stored_scans, sent_scans, files }) => {
      // The PipelineInfo frame before START is a file of its own.
      assert.deepEqual([faults, stored_scans, files], [{}, sent_scans, 2]);
      assert.equal(frames.missing, 0);
      assert.equal(flow["START"], 1);
      assert.equal(flow["END"], 1);
    },
  },
  {
    name: "sessions",
    stream: ["--no-pipeline-info", "--sessions", "3", "--frames", scans(4, 40), "--idle", "1.1"],
    expect: (_data, { stored_scans, sent_scans, files }) => {
      assert.deepEqual([stored_scans, files], [sent_scans, 3]);
    },
  },
  {
    name: "5 sessions in 2 s",
    stream: ["--no-pipeline-info", "--sessions", "5", "--frames", "3", "--idle", "0.05"],
    expect: (_data, { stored_scans, sent_scans, files }) => {
      assert.deepEqual([stored_scans, files], [sent_scans, 5]);
    },
  },
  {
    name: "gap of ALIVE frames",
    stream: ["--no-pipeline-info", "--frames", "8", "--fault", "idle@3:2.5"],
    args: ["--gap", "1"],
    expect: (_data, { stored_scans, sent_scans, files }) => {
      assert.deepEqual([stored_scans, files], [sent_scans, 2]);
    },
  },
  {
    name: "pause",
    stream: ["--no-pipeline-info", "--frames", "8", "--pause", "3:2"],
    args: ["--gap", "1"],
    expect: ({ connections }, { stored_scans, sent_scans, files }) => {
      assert.deepEqual([stored_scans, files, connections.silent], [sent_scans, 2, 0]);
    },
  },
  {
    name: "silence longer than the timeout",
    stream: ["--frames", "12", "--pause", "3:7"],
    expect: ({ connections }, { given_scans, stored_scans }) => {
      assert.equal(stored_scans, given_scans);
      assert(connections.silent >= 1 && connections.made >= 2);
    },
  },
  {
    name: "mute, the connection stays",
    stream: ["--frames", "80", "--fault", "mute@3"],
    expect: ({ connections }, { given_scans }) => {
      assert(connections.silent === 1 && connections.made >= 2);
      assert(given_scans > 4);
    },
  },
  {
    name: "drop, refused for a while",
    stream: ["--frames", "40", "--drop", "4:2"],
    expect: ({ connections }, { given_scans }) => {
      assert(connections.made >= 2 && connections.failed >= 1, JSON.stringify(connections));
      assert(given_scans > 8);
    },
  },
  {
    name: "cut in mid frame",
    stream: ["--frames", "30", "--fault", "cut@4"],
    expect: ({ faults, connections, frames, last_missing }, { sent_scans, given_scans }) => {
      assert(frames.missing >= sent_scans - given_scans, `${frames.missing} missing`);
      assert.equal(last_missing?.cause, "no connection");
      assert.deepEqual(faults, { truncated: 1 });
      assert(connections.made >= 2);
    },
  },
  {
    name: "cut in mid frame, then refused",
    stream: ["--frames", "40", "--fault", "cut@4:2"],
    expect: ({ faults, connections }) => {
      assert.deepEqual(faults, { truncated: 1 });
      assert(connections.made >= 2);
    },
  },
  {
    name: "hang in mid frame",
    stream: ["--frames", "80", "--fault", "hang@4"],
    expect: ({ faults, connections }) => {
      assert.deepEqual(faults, { hang: 1 });
      assert(connections.made >= 2);
    },
  },
  {
    name: "sender dies, another comes",
    stream: ["--frames", "20", "--fault", "die@4"],
    meanwhile: async (stage) => {
      await stage.untilData(({ faults }) => faults["truncated"] === 1, "the death of the sender");
      await finished(stage.startStream(["--frames", "5"], "second.json"));
      await stage.untilData(({ flow }) => flow["END"] === 1, "the second stream");
      assert.equal((await stage.compare("second.json")).lost, 0);
    },
  },
  ...[["crc", "crc"], ["garbage", undefined], ["huge", undefined]].map(([kind, fault]): Case => ({
    name: { crc: "bad CRC", garbage: "garbage", huge: "length of 2^40" }[kind!]!,
    stream: ["--frames", "30", "--malformed", `${kind}@4`],
    expect: ({ faults, connections }, { given_scans }) => {
      assert.equal(Object.values(faults).reduce((sum, count) => sum + count, 0), 1, JSON.stringify(faults));
      if (fault !== undefined) assert.deepEqual(faults, { [fault]: 1 });
      assert(connections.made >= 2);
      assert(given_scans > 8);
    },
  })),
  {
    name: "unknown type, unknown flow value, big-endian frame",
    stream: [
      "--frames",
      "10",
      "--malformed",
      "type@2",
      "--malformed",
      "flow@4",
      "--malformed",
      "bigendian@6",
    ],
    expect: ({ faults, flow }, { stored_scans, sent_scans }) => {
      assert.deepEqual([faults, flow["unknown"]], [{}, 1]);
      assert.equal(stored_scans, sent_scans);
    },
  },
  {
    name: "pieces of 97 bytes",
    stream: ["--frames", scans(10, 100), "--chunk-bytes", "97"],
    expect: (_data, { stored_scans, sent_scans }) => assert.equal(stored_scans, sent_scans),
  },
  {
    name: "data folder cannot be made, then can",
    stream: ["--frames", "25"],
    before: (stage) => Deno.writeTextFile(stage.dataDir, "in the way"),
    meanwhile: async (stage) => {
      await stage.untilData(({ disk }) => disk.error !== null, "the trouble");
      assert.equal((await stage.ask("status")).degraded, true);
      await Deno.remove(stage.dataDir);
      await stage.untilData(({ disk }) => disk.error === null, "the end of the trouble");
      assert.equal((await stage.ask("status")).degraded, false);
    },
    expect: (_data, { stored_scans, sent_scans }) => assert.equal(stored_scans, sent_scans),
  },
  {
    name: "disk fills up to its limits",
    stream: [...LARGE_FRAMES, "--frames", "80"],
    args: ["--warn-free-mb", "0.4", "--stop-free-mb", "0.15"],
    diskKib: 600,
    meanwhile: async (stage, { disk }) => {
      await stage.untilData(({ disk: { state } }) => state === "low", "the warning");
      assert.equal((await stage.ask("status")).degraded, true);
      await stage.untilData(({ disk: { state, error } }) => state === "full" && error !== null, "the stop");
      // There is room yet: it stopped before the system had to.
      assert((await disk!.freeBytes()) > 50_000);
      assert.deepEqual((await stage.compare()).broken_files, []);
      await disk!.resize(8000);
      await stage.untilData(
        ({ disk: { state, error } }) => state === "ok" && error === null,
        "the resumption",
      );
      const { degraded, messages } = await stage.ask("status");
      assert.equal(degraded, false);
      const texts = messages.map(([, text]) => text).join("\n");
      assert.match(texts, /fills up: .* free[^]*is full: [^]*Frames wait in memory[^]*has room again: /);
    },
    expect: (_data, { stored_scans, sent_scans }) => assert.equal(stored_scans, sent_scans),
  },
  {
    name: "disk fills up to its last byte",
    stream: [...LARGE_FRAMES, "--frames", "60"],
    diskKib: 200,
    meanwhile: async (stage, { disk }) => {
      await stage.untilData(({ disk: { error } }) => error !== null, "the full disk");
      const { degraded, data } = await stage.ask("status");
      assert.equal(degraded, true);
      assert.match(String(data.disk.error), /No space left|has room for/);
      // Not even while it waits is a frame half there.
      assert.deepEqual((await stage.compare()).broken_files, []);
      await disk!.resize(8000);
      await stage.untilData(({ disk: { error } }) => error === null, "the resumption");
      assert.equal((await stage.ask("status")).degraded, false);
    },
    expect: (_data, { stored_scans, sent_scans }) => assert.equal(stored_scans, sent_scans),
  },
  {
    name: "router away",
    // The agent of the reference gives up after 10 s.
    stream: ["--no-pipeline-info", "--frames", "140"],
    ownRouter: true,
    meanwhile: async (stage, { router }) => {
      await stage.untilData(({ frames }) => frames.written > 5, "the first frames");
      await router.down("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      await router.up();
    },
    expect: (_data, { stored_scans, sent_scans, files }) => {
      assert.deepEqual([stored_scans, files], [sent_scans, 1]);
    },
  },
  ...(["SIGINT", "SIGTERM", "SIGKILL"] as const).map((signal): Case => ({
    name: `${signal} and restart`,
    stream: ["--frames", "60"],
    inFlight: signal === "SIGKILL" ? 1 : 0,
    meanwhile: async (stage) => {
      await stage.untilData(({ frames }) => frames.written > 5, "the first frames");
      await stage.endRecorder(signal);
      await stage.startRecorder();
      await stage.untilData(({ frames }) => frames.written > 5, "frames after the restart");
    },
  })),
  {
    name: "stop and start",
    stream: ["--frames", "60"],
    meanwhile: async (stage) => {
      await stage.untilData(({ frames }) => frames.written > 5, "the first frames");
      await stage.stopRecording();
      await stage.ask("start");
      await stage.untilData(({ connected }) => connected, "a connection");
    },
  },
];

/** Things that go wrong one after the other, in frames of any size. */
function storm(random: Random): Case {
  const faults: string[] = [];
  let scan = 0;
  for (let i = 3 + random.below(4); i > 0; i--) {
    scan += 1 + random.below(5);
    const kind = random.pick(STORM_FAULTS);
    const seconds = (random.next() * 2).toFixed(2);
    faults.push(
      "--fault",
      `${kind}@${scan}${["pause", "idle", "close", "cut"].includes(kind) ? `:${seconds}` : ""}`,
    );
  }
  const channels = random.pick([1, 16, 300, SOAK ? 2000 : 600]);
  const pieces = random.pick([[], [], ["--chunk-bytes", String(1 + random.below(5000))]]);
  const stream = ["--frames", String(scan + 40), "--channels", String(channels), ...pieces, ...faults];
  return { name: `storm of ${stream.join(" ")}`, stream, args: ["--time-per-file", "1", "--gap", "1"] };
}

const STORM_FAULTS = [
  "pause",
  "idle",
  "close",
  "cut",
  "hang",
  "crc",
  "garbage",
  "huge",
  "flow",
  "type",
  "bigendian",
];

/** As much as the sender can make, in large frames. */
const LOAD: Case = {
  name: "load",
  stream: [
    "--frames",
    "300",
    "--speed",
    "0",
    "--reuse-data",
    "--queue",
    "0",
    "--channels",
    "2000",
    "--rate",
    "2000",
  ],
  expect: (_data, { stored_scans, sent_scans }) => assert.equal(stored_scans, sent_scans),
};

/** Waits for the end of a stream. */
async function finished(stream: { readonly ended: Promise<unknown> }): Promise<void> {
  await within(stream.ended, SOAK ? 10 * CASE_MS : CASE_MS, "the end of the stream");
}

async function run(
  one: Case,
  { router: shared, python }: { readonly router: OurRouter; readonly python: PythonPeers },
): Promise<void> {
  const { name, stream: args, args: recorderArgs, before, meanwhile, expect, diskKib, inFlight = 0 } = one;
  await using stack = new AsyncDisposableStack();
  const router = one.ownRouter === true ? stack.use(await OurRouter.start()) : shared;
  const disk = diskKib === undefined ? undefined : stack.use(await smallDisk(diskKib));
  const dataDir = disk && `${disk.folder}/data`;
  const stage = stack.use(await RecorderStage.start({ router, python, args: recorderArgs, before, dataDir }));
  const stream = stage.startStream(args);
  await meanwhile?.(stage, { router, disk });
  await finished(stream);
  // What is on its way is here when the recorder has noticed the end. It may have connected once more to a sender that
  // was about to go, which resets that connection.
  await stage.untilData(({ connected }) => !connected, "the end of the connection");
  assert.equal(stage.recorder.running, true);
  const { faults: { connection: _lastOne, ...faults }, ...counted } = await stage.data();
  await stage.stopRecording();
  const result = await stage.compare();
  const { given_scans, stored_scans, lost, files } = result;
  if (SOAK) {
    console.log(`${name}: ${given_scans} scans given, ${stored_scans} in ${files} files, ${lost} lost`);
  }
  assert(lost <= inFlight, `${lost} lost: ${JSON.stringify(result.lost_frames)}`);
  const { doubled, foreign, flow_frames_stored, out_of_order, broken_files } = result;
  assert.deepEqual({ doubled, flow_frames_stored, out_of_order, broken_files }, {
    doubled: 0,
    flow_frames_stored: 0,
    out_of_order: 0,
    broken_files: [],
  });
  // A second sender's frames are strange to the first one's list.
  if (!name.startsWith("sender dies")) assert.equal(foreign, 0);
  assert(given_scans > 0);
  expect?.({ ...counted, faults }, result);
}

const test = await testsWith("so3g", pythonPeers);

test(
  "REC-24 to REC-39: TimestreamAggregator has each frame that it was given once, whatever the sender does",
  async (python, context) => {
    await using router = await OurRouter.start();
    const only = Deno.env.get("OCS_CASE");
    const canMount = await mayMount();
    if (!canMount) console.log("skipped: cases with a small disk: only root may mount one");
    const seed = Number(Deno.env.get("OCS_SEED") ?? Math.floor(Math.random() * 2 ** 31));
    console.log(`OCS_SEED=${seed}`);
    const random = new Random(seed);
    const more = [...Array.from({ length: SOAK ? 20 : 1 }, () => storm(random)), ...SOAK ? [LOAD] : []];
    const waiting = [...CASES, ...more].filter(({ name, diskKib }) =>
      (only === undefined || name.includes(only)) && (diskKib === undefined || canMount)
    );
    const failures: string[] = [];
    const worker = async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        const { name } = one;
        try {
          await within(run(one, { router, python }), SOAK ? 10 * CASE_MS : 2 * CASE_MS, name);
        } catch (error) {
          failures.push(`${name}: ${error instanceof Error ? error.stack : error}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    await context.step("no case has failed", () => assert.equal(failures.join("\n\n"), ""));
  },
);
