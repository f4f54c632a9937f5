// deno-lint-ignore-file no-console -- the seed and the count of kills are what a run of this is for
/** The aggregator is killed under load, again and again: what is in files stays, and so3g reads it. @module */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { G3StreamError } from "../../g3/errors.ts";
import { G3Frame } from "../../g3/frame.ts";
import { splitG3File } from "../../g3/io/read_file.ts";
import { LAST_INDEX_FILE, readLastIndex } from "../../hk/io/mod.ts";
import { HkStream } from "../../hk/mod.ts";
import { HkLoad } from "../helpers/hk_load.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { Random } from "../helpers/random_values.ts";
import { type SiteFolder, writeSite } from "../helpers/site_file.ts";
import type { KillOrder, KillReport } from "../tools/kill_in_write.ts";

const SOAK = Deno.env.get("OCS_SOAK") === "1";
const KILLS = Number(Deno.env.get("OCS_KILLS") ?? (SOAK ? 500 : 20));
/** Kills in one folder, whose files are then checked once more and removed. */
const ROUND = 20;
const READ_TO_END = new URL("../tools/g3_read_to_end.py", import.meta.url).pathname;
const AGGREGATOR = { agentClass: "AggregatorAgent", instanceId: "aggregator" };

/**
 * 12 MB a second in one feed, so that frames are large (a letter of three bytes takes two in memory, which is what decides of
 * early frames), and 60,000 numbers a second in another.
 */
const LOAD = [
  {
    address: "observatory.texts.feeds.data",
    samples: 20,
    floats: 0,
    textLength: 10_000,
    fill: "…",
    frameSeconds: 0.5,
  },
  { address: "observatory.numbers.feeds.data", samples: 250, floats: 11, textLength: 0, frameSeconds: 0.5 },
];
const PUBLISH_EVERY_MS = 50;

/** What a file holds. */
interface Content {
  readonly frames: number;
  /** Samples by full name of the field. */
  readonly samples: Readonly<Record<string, number>>;
  /** Bytes behind the last whole frame. */
  readonly tail: number;
}

/** Reads a file to its last whole frame; counters in it must go on without a gap. */
async function contentOf(path: string): Promise<Content> {
  const stream = new HkStream();
  const samples: Record<string, number> = {};
  const next = new Map<string, bigint>();
  let frames = 0;
  let whole = 0;
  try {
    for await (const raw of splitG3File(path)) {
      whole = raw.offset + raw.bytes.length;
      frames++;
      for (const { provider, ticks, fields } of stream.read(G3Frame.parse(raw))) {
        for (const name of fields.keys()) {
          samples[`${provider}.${name}`] = (samples[`${provider}.${name}`] ?? 0) + ticks.length;
        }
        const counter = fields.get("n");
        assert(counter?.kind === "int");
        for (const n of counter.values) {
          assert.equal(n, next.get(provider) ?? n, `${path}: samples of ${provider} are missing`);
          next.set(provider, n + 1n);
        }
      }
    }
  } catch (error) {
    // The end of a file that was being written; anything else fails the test.
    if (!(error instanceof G3StreamError && error.fault === "truncated")) throw error;
  }
  return { frames, samples, tail: (await Deno.stat(path)).size - whole };
}

async function digest(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}

/** The same files as spt3g reads them. */
async function readBySpt3g(peers: PythonPeers, paths: readonly string[]): Promise<Map<string, Content>> {
  const { stdout } = await Program.run({
    name: "spt3g",
    command: peers.python,
    args: [READ_TO_END],
    stdin: paths.join("\n"),
    timeoutMs: 120_000,
  });
  // The shape is that of the tool.
  const read = stdout.trim().split("\n").map((line) =>
    JSON.parse(line) as Content & { readonly path: string }
  );
  return new Map(read.map((content) => [content.path, content]));
}

/** The index of last samples may be killed in the middle of its writing, too; what was there before it counts then. */
function assertIndexReads(path: string): void {
  if (!existsSync(path)) return;
  const { fields } = readLastIndex(path);
  assert.ok(fields.every(({ address }) => LOAD.some((feed) => feed.address === address)));
}

/** Starts the aggregator and kills it; gives the file of that run. */
async function startAndKill(
  site: SiteFolder,
  { worker, folder, old, random }: {
    readonly worker: Worker;
    readonly folder: string;
    readonly old: readonly string[];
    readonly random: Random;
  },
): Promise<KillReport> {
  await using agent = await startOurAgent(site, AGGREGATOR);
  const isAny = random.next() < 0.1;
  const order: KillOrder = {
    pid: agent.pid,
    folder,
    old,
    inWrite: isAny ? undefined : 1 + random.below(2),
    delayMs: isAny ? random.next() * 2000 : random.next() ** 3 / 20,
  };
  const done = Promise.withResolvers<KillReport>();
  worker.onmessage = ({ data }: MessageEvent<KillReport>) => done.resolve(data);
  worker.postMessage(order);
  const report = await done.promise;
  await agent.ended;
  return report;
}

async function round(
  peers: PythonPeers,
  { router, worker, kills, random }: {
    readonly router: OurRouter;
    readonly worker: Worker;
    readonly kills: number;
    readonly random: Random;
  },
): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "hk_kill_" });
  try {
    await using site = await writeSite(router, [
      {
        ...AGGREGATOR,
        arguments: ["--initial-state", "record", "--data-dir", folder, "--stop-free-mb", "0"],
      },
    ]);
    const files: string[] = [];
    const digests = new Map<string, string>();
    const contents = new Map<string, Content>();
    for (let i = 0; i < kills; i++) {
      const { file, size } = await startAndKill(site, { worker, folder, old: files, random });
      assert.ok(file !== undefined && !files.includes(file), "each run has a file of its own");
      files.push(file);
      assertIndexReads(`${folder}/${LAST_INDEX_FILE}`);
      const content = await contentOf(file);
      const { size: left } = await Deno.stat(file);
      assert.ok(left >= size, `${file} has lost ${size - left} bytes that had been seen in it`);
      contents.set(file, content);
      digests.set(file, await digest(file));
    }
    const bySpt3g = await readBySpt3g(peers, files);
    for (const file of files) {
      assert.equal(await digest(file), digests.get(file), `${file} was changed by a later run`);
      const { frames, samples } = bySpt3g.get(file) ?? assert.fail(file);
      const own = contents.get(file);
      assert.deepEqual([frames, samples], [own?.frames, own?.samples], file);
    }
    return files.filter((file) => contents.get(file)?.tail !== 0).length;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const test = await testsWith("Python peers", pythonPeers);

test(`kill -9 of our aggregator, ${KILLS} times under load, costs the frame in flight and no more`, async (peers) => {
  const seed = Number(Deno.env.get("OCS_SEED") ?? Date.now() % 1e9);
  console.log(`OCS_SEED=${seed}`);
  const random = new Random(seed);
  await using router = await OurRouter.start();
  await using load = await HkLoad.connect(router, LOAD);
  load.run(PUBLISH_EVERY_MS);
  const worker = new Worker(new URL("../tools/kill_in_write.ts", import.meta.url), { type: "module" });
  let inside = 0;
  let done = 0;
  try {
    while (done < KILLS) {
      const kills = Math.min(ROUND, KILLS - done);
      inside += await round(peers, { router, worker, kills, random });
      done += kills;
      console.log(`${inside} of ${done} kills fell inside a write: the file ends inside a frame`);
    }
  } finally {
    worker.terminate();
  }
  assert.ok(2 * inside >= done, "at least half of the kills are to fall inside a write");
});
