/** The aggregator on a disk that is full in earnest. @module */
import assert from "node:assert/strict";
import { Router } from "../../../router/mod.ts";
import { G3StreamError } from "../../../g3/errors.ts";
import { G3Frame } from "../../../g3/frame.ts";
import { splitG3File } from "../../../g3/io/read_file.ts";
import { HkStream } from "../../../hk/mod.ts";
import { readLastIndex } from "../../../hk/io/mod.ts";
import { bridgeCall } from "../../helpers/bridge.ts";
import { HkLoad } from "../../helpers/hk_load.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import type { Program } from "../../helpers/process.ts";
import { ADDRESS_ROOT, REALM, type RouterFixture } from "../../helpers/router_fixture.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { mountTinyDisk, testsWithTinyDisk, type TinyDisk } from "../../helpers/tiny_disk.ts";
import { untilTrue } from "../../helpers/until.ts";

const AGGREGATOR = { agentClass: "AggregatorAgent", instanceId: "aggregator" };
const ADDRESS = "observatory.load.feeds.data";
/** A frame is due in every pass. */
const FEED = { address: ADDRESS, samples: 25, floats: 2, frameSeconds: 0 };
/** Between two messages: what waits for room has to fit in there, whatever the machine's speed. */
const PUBLISH_EVERY_MS = 50;

/** An aggregator that records a feed to a disk of 2 MB. */
interface Bed extends AsyncDisposable {
  readonly disk: TinyDisk;
  readonly agent: Program;
  readonly load: HkLoad;
  /** The session of `record`. */
  session(): Promise<Record<string, unknown>>;
  /** Publishes until the session is as wanted. */
  publishUntil(what: string, isSo: (session: Record<string, unknown>) => boolean): Promise<void>;
  stopRecording(): Promise<void>;
}

async function makeBed(
  { args, textLength }: { readonly args: readonly string[]; readonly textLength: number },
): Promise<Bed> {
  await using stack = new AsyncDisposableStack();
  const server = await Router.start();
  stack.defer(() => server.stop());
  const { port } = new URL(server.url);
  const router: RouterFixture = {
    name: "ours",
    port: Number(port),
    url: server.url,
    httpUrl: `http://127.0.0.1:${port}/call`,
    realm: REALM,
    addressRoot: ADDRESS_ROOT,
    tail: () => "",
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const disk = stack.use(await mountTinyDisk(2e6));
  const site = stack.use(
    await writeSite(router, [
      { ...AGGREGATOR, arguments: ["--initial-state", "record", "--data-dir", `${disk.folder}/hk`, ...args] },
    ]),
  );
  const agent = stack.use(await startOurAgent(site, AGGREGATOR));
  const load = stack.use(await HkLoad.connect(router, [{ ...FEED, textLength }]));
  const ops = `observatory.${AGGREGATOR.instanceId}.ops`;
  const session = async () => {
    const [reply] = await bridgeCall(router, ops, ["status", "record"]);
    return Object(Object(reply)[2]);
  };
  // What comes before there is a file is not meant to be recorded.
  await untilTrue(async () => Object((await session()).data).current_file, { what: "the first file" });
  const owned = stack.move();
  return {
    disk,
    agent,
    load,
    session,
    publishUntil: async (what, isSo) => {
      await untilTrue(async () => {
        await load.publish();
        return isSo(await session());
      }, { what, timeoutMs: 30_000, pollMs: PUBLISH_EVERY_MS });
    },
    stopRecording: async () => {
      await bridgeCall(router, ops, ["stop", "record"]);
      await untilTrue(async () => (await session()).status === "done", {
        what: "the end of record",
        timeoutMs: 20_000,
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What operators were told. */
function messages(session: Record<string, unknown>): string {
  return Array.from(Object(session.messages), (entry) => String(Object(entry)[1])).join("\n");
}

/** Counters of the samples in the files of a folder, after a look at whether these are whole. */
async function samplesIn(folder: string): Promise<bigint[]> {
  const found: bigint[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^\d{5}$/.test(name)) continue;
    const files = (await Array.fromAsync(Deno.readDir(`${folder}/${name}`))).map((file) => file.name).sort();
    for (const file of files) {
      const stream = new HkStream();
      try {
        for await (const raw of splitG3File(`${folder}/${name}/${file}`)) {
          for (const { fields } of stream.read(G3Frame.parse(raw))) {
            const counter = fields.get("n");
            assert(counter?.kind === "int");
            found.push(...counter.values);
          }
        }
      } catch (error) {
        assert(error instanceof G3StreamError);
        assert.fail(`"${file}" is not whole: ${error.message}`);
      }
    }
  }
  return found;
}

/** Moves the files to another place, as who makes room does it. */
async function moveAway(from: string, to: string): Promise<void> {
  for await (const { name } of Deno.readDir(from)) {
    if (!/^\d{5}$/.test(name)) continue;
    await Deno.mkdir(`${to}/${name}`, { recursive: true });
    for await (const file of Deno.readDir(`${from}/${name}`)) {
      await Deno.copyFile(`${from}/${name}/${file.name}`, `${to}/${name}/${file.name}`);
      await Deno.remove(`${from}/${name}/${file.name}`);
    }
  }
}

function counted(count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => BigInt(i));
}

const test = await testsWithTinyDisk();

test("the aggregator warns, stops before the disk is full, and goes on when there is room", async () => {
  await using bed = await makeBed({
    args: ["--warn-free-mb", "1.2", "--stop-free-mb", "0.5"],
    textLength: 1000,
  });
  const { disk, agent, load, session, publishUntil } = bed;
  const folder = `${disk.folder}/hk`;
  await publishUntil("a warning", (now) => /Disk of .* fills up/.test(messages(now)));
  await untilTrue(async () => (await session()).degraded === true, { what: "a degraded session" });
  await publishUntil("a full disk", (now) => Object(now.data).trouble === "the disk is full");
  assert.match(
    messages(await session()),
    /Disk of ".*hk" is full: 0(?:\.\d+)? MB of 2 MB free, less than 0\.5 MB/,
  );
  // What comes now waits in memory, and the files are whole.
  const written = (await samplesIn(folder)).length;
  const before = load.sent(ADDRESS);
  await publishUntil("samples that wait", () => load.sent(ADDRESS) - before >= 500);
  await untilTrue(
    () => readLastIndex(`${folder}/hk_last.sqlite`).fields.some(({ waitsSinceSeconds }) => waitsSinceSeconds),
    {
      what: "the index to tell that samples wait",
    },
  );
  assert.equal((await samplesIn(folder)).length, written);
  const room = await Deno.makeTempDir({ prefix: "room_" });
  try {
    await moveAway(folder, room);
    await untilTrue(async () => Object((await session()).data).trouble === null, {
      what: "recording",
      timeoutMs: 20_000,
    });
    assert.match(messages(await session()), /has room again/);
    await untilTrue(async () => (await session()).degraded !== true, {
      what: "a session that is not degraded",
    });
    await bed.stopRecording();
    assert.equal(Object((await session()).data).lost, null);
    assert.deepEqual([...await samplesIn(room), ...await samplesIn(folder)], counted(load.sent(ADDRESS)));
    assert.ok(agent.running);
  } finally {
    await Deno.remove(room, { recursive: true });
  }
});

test("the aggregator loses nothing when somebody else fills the disk while it writes", async () => {
  await using bed = await makeBed({ args: ["--warn-free-mb", "0", "--stop-free-mb", "0"], textLength: 200 });
  const { disk, agent, load, session, publishUntil } = bed;
  const folder = `${disk.folder}/hk`;
  await publishUntil("a frame", (now) => Object(now.data).counts?.frames >= 3);
  for (let round = 1; round <= 2; round++) {
    // Room for a part of the next frame: the system takes that much of it and refuses the rest.
    await disk.fill(12_288);
    await publishUntil("a write that fails", (now) => /No space left/.test(Object(now.data).trouble ?? ""));
    assert.equal(messages(await session()).split("data wait in memory, trying again").length - 1, round);
    const before = load.sent(ADDRESS);
    await publishUntil("samples that wait", () => load.sent(ADDRESS) - before >= 250);
    await samplesIn(folder);
    await disk.empty();
    await untilTrue(async () => Object((await session()).data).trouble === null, {
      what: "recording",
      timeoutMs: 40_000,
    });
    assert.equal(messages(await session()).split("Writing again to").length - 1, round);
  }
  await bed.stopRecording();
  assert.equal(Object((await session()).data).lost, null);
  assert.deepEqual(await samplesIn(folder), counted(load.sent(ADDRESS)));
  assert.ok(agent.running);
});
