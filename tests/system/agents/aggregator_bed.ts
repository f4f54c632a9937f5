/** Recorders and aggregators under test. @module */
import { HkRecorder, type HkRecorderOptions } from "../../../agents/aggregator/recorder.ts";
import { type DiskRoom, DiskWatch } from "../../../framework/disk_watch.ts";
import type { G3Frame } from "../../../g3/frame.ts";
import { readG3File } from "../../../g3/io/read_file.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import type { EncodedFeed } from "../../../ocs/encoded_feed.ts";

/** A recorder on a clock that stands still, in a folder of its own. Dispose of it. */
export interface RecorderBed extends AsyncDisposable {
  readonly recorder: HkRecorder;
  readonly folder: string;
  readonly clock: ManualClock;
  /** What operators were told. */
  readonly told: string[];
  /** What the log has. */
  readonly logged: string[];
  /** Room that the disk says it has. */
  readonly room: { freeBytes: number; totalBytes: number };
  /** Takes one message of a feed. */
  send(feed: EncodedFeed, blocks: unknown): void;
  /** Lets seconds pass, with a pass of the recorder in each. */
  run(seconds: number): Promise<void>;
}

/** Makes a recorder that has begun its first file. */
export async function recorderBed(
  options: Partial<Omit<HkRecorderOptions, "clock">> & {
    readonly clock?: ManualClock;
    readonly startSeconds?: number;
  } = {},
): Promise<RecorderBed> {
  const folder = options.dataDir ?? await Deno.makeTempDir({ prefix: "hk_" });
  const { startSeconds = 1_700_000_000.25, clock = new ManualClock(startSeconds) } = options;
  const told: string[] = [];
  const logged: string[] = [];
  const room = { freeBytes: 100e9, totalBytes: 200e9 };
  const log = (text: string): void => void logged.push(text);
  const recorder = new HkRecorder({
    dataDir: folder,
    timePerFileSeconds: 3600,
    sync: "never",
    disk: new DiskWatch({
      path: folder,
      warnFreeBytes: 2e9,
      stopFreeBytes: 200e6,
      ask: (): Promise<DiskRoom> => Promise.resolve({ ...room }),
      clock,
    }),
    tell: (text) => void told.push(text),
    onPressure: () => {},
    log: { info: log, warn: log, error: log },
    ...options,
    clock,
  });
  await recorder.start();
  return {
    recorder,
    folder,
    clock,
    told,
    logged,
    room,
    send: (feed, message) => recorder.take({ message, feed }),
    run: async (seconds) => {
      for (let i = 0; i < seconds; i++) {
        clock.tick(1000);
        await recorder.pass();
      }
    },
    [Symbol.asyncDispose]: async () => {
      await recorder.finish();
      if (options.dataDir === undefined) await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A feed as an agent describes it. */
export function encodedFeed(
  address: string,
  options: { readonly session?: string; readonly params?: Readonly<Record<string, unknown>> } = {},
): EncodedFeed {
  const [agent = "", feed = ""] = address.split(".feeds.");
  return {
    agent_address: agent,
    agg_params: { ...options.params },
    feed_name: feed,
    address,
    record: true,
    session_id: options.session ?? "1699999000.5",
    agent_class: "FakeAgent",
  };
}

/** A message of one block. */
export function block(
  name: string,
  timestamps: readonly unknown[],
  data: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return { [name]: { block_name: name, timestamps, data } };
}

/** The files of a data folder with their frames, in the order of their names. */
export async function readArchive(folder: string): Promise<Map<string, G3Frame[]>> {
  const files = new Map<string, G3Frame[]>();
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || !/^\d{5}$/.test(name)) continue;
    for await (const file of Deno.readDir(`${folder}/${name}`)) {
      if (file.name.endsWith(".g3")) paths.push(`${name}/${file.name}`);
    }
  }
  for (const path of paths.sort()) {
    files.set(path, await Array.fromAsync(readG3File(`${folder}/${path}`)));
  }
  return files;
}

/** Every value of a frame, by key. */
export function valuesOf(frame: G3Frame): Record<string, unknown> {
  return Object.fromEntries(frame.keys().sort().map((key) => [key, frame.get(key)]));
}
