/** Our aggregator records Python agents, on our router and on crossbar, and so3g reads it like Python's own. */
import assert from "node:assert/strict";
import { bridgeCall } from "../helpers/bridge.ts";
import { Crossbar } from "../helpers/crossbar.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import type { RouterFixture } from "../helpers/router_fixture.ts";
import { writeSite } from "../helpers/site_file.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("Python peers", pythonPeers);
const tool = (name: string) => new URL(`../tools/${name}`, import.meta.url).pathname;
const HK_READ = tool("hk_read.py");
const PUBLISH = tool("publish_feeds.py");

/** Fields by name, as `hk_read.py` prints them. */
type Columns = Readonly<
  Record<string, { readonly dtype: string; readonly t: readonly string[]; readonly y: readonly string[] }>
>;

async function so3g(peers: PythonPeers, args: readonly string[]): Promise<Columns> {
  const { stdout } = await Program.run({ name: "so3g", command: peers.python, args: [HK_READ, ...args] });
  // The shape is that of the tool.
  return JSON.parse(stdout) as Columns;
}

/** What so3g reads from all files of a folder, and whether it finds the same by time. */
async function readBack(peers: PythonPeers, folder: string): Promise<Columns> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^\d{5}$/.test(name)) continue;
    for await (const file of Deno.readDir(`${folder}/${name}`)) files.push(`${folder}/${name}/${file.name}`);
  }
  const scanned = await so3g(peers, ["scan", ...files.sort()]);
  const now = Date.now() / 1000;
  assert.deepEqual(await so3g(peers, ["range", folder, String(now - 3000), String(now + 1000)]), scanned);
  return scanned;
}

const FEED = "observatory.odd.feeds.kinds";

/** Publishes messages of a feed, which are Python literals. */
async function publish(
  peers: PythonPeers,
  router: RouterFixture,
  { topic, frameLength, messages }: {
    readonly topic: string;
    readonly frameLength: number;
    readonly messages: readonly string[];
  },
): Promise<void> {
  const feed = `{"agent_address": "observatory.odd", "agg_params": {"frame_length": ${frameLength}}, ` +
    `"feed_name": "odd", "address": "${topic}", "record": True, "session_id": "1699999000.5", "agent_class": "Odd"}`;
  await Program.run({
    name: "publisher",
    command: peers.python,
    args: [PUBLISH, router.url, router.realm],
    stdin: messages.map((message) => `("${topic}", ${message}, ${feed})\n`).join(""),
  });
}

const block = (name: string, times: string, data: string) =>
  `"${name}": {"block_name": "${name}", "timestamps": [${times}], "data": {${data}}}`;

const HOSTILE = "observatory.odd.feeds.hostile";

/** What no well-behaved agent sends: fields and kinds that change, blocks that cannot be recorded beside those that can. */
async function publishHostile(peers: PythonPeers, router: RouterFixture): Promise<void> {
  const t = `${Math.floor(Date.now() / 1000)}.0`;
  await publish(peers, router, {
    topic: HOSTILE,
    frameLength: 300,
    messages: [
      `{${block("h", t, `"first": [1], "second": [2.5]`)}}`,
      `{${block("h", `${t} + 1`, `"first": [2]`)}}`,
      `{${block("h", `${t} + 2`, `"first": [3], "second": [1]`)}}`,
      `{${block("p", t, `"number": [True]`)}}`,
      `{${block("p", `${t} + 1`, `"number": [0.5]`)}}`,
      `{${block("mixed", `${t}, ${t} + 1`, `"m": [1, 2.5]`)}, ${block("good", t, `"g": [1]`)}}`,
      `{${block("mixed", `${t}, ${t} + 1`, `"m": [True, 2]`)}}`,
      `{${block("s", t, `"v": [1.5]`)}}`,
      `{${block("s", `${t} + 1`, `"v": ["x"]`)}}`,
      `{${block("bad", t, `"b": [1, 2]`)}}`,
      `{${block("bad", t, `"b": [None]`)}}`,
      `{${block("bad", "nan", `"b": [1]`)}}`,
      `{${block("bad", "inf", `"b": [1]`)}}`,
      `{${block("bad", t, `"b": [2**63]`)}}`,
      `{${block("bad", t, `"b": [[1]]`)}}`,
      `{${block("bad", t, "")}}`,
      `{"bad": {"block_name": "bad", "timestamps": None, "data": {"b": [1]}}}`,
      `{"bad": 7}`,
      "[1]",
      "None",
      `{${block("names", t, `"a.b": [1], "${"x".repeat(300)}": [1]`)}}`,
    ],
  });
}

/** The operation's session data. */
async function recordData(router: RouterFixture, instanceId: string): Promise<Record<string, unknown>> {
  const [reply] = await bridgeCall(router, `observatory.${instanceId}.ops`, ["status", "record"]);
  return Object(Object(reply)[2]).data;
}

async function stopRecording(router: RouterFixture, instanceId: string): Promise<void> {
  const ops = `observatory.${instanceId}.ops`;
  await bridgeCall(router, ops, ["stop", "record"]);
  await untilTrue(async () => {
    const [reply] = await bridgeCall(router, ops, ["status", "record"]);
    return Object(Object(reply)[2]).status === "done";
  }, { what: `the end of record of ${instanceId}`, timeoutMs: 20_000 });
}

async function recordBoth(peers: PythonPeers, router: RouterFixture): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hk_" });
  const aggregator = (instanceId: string) => ({
    agentClass: "AggregatorAgent",
    instanceId,
    arguments: ["--initial-state", "record", "--data-dir", `${folder}/${instanceId}`],
  });
  await using site = await writeSite(router, [
    aggregator("py"),
    aggregator("ts"),
    {
      agentClass: "FakeDataAgent",
      instanceId: "faker1",
      arguments: ["--mode", "acq", "--num-channels", "3", "--sample-rate", "10", "--frame-length", "2"],
    },
  ]);
  await using _python = await startPythonAgent({ peers, site, instanceId: "py" });
  await using ours = await startOurAgent(site, { agentClass: "AggregatorAgent", instanceId: "ts" });
  const faker = await startPythonAgent({ peers, site, instanceId: "faker1" });
  try {
    // Floats all: Python drops a block whose times are integers and floats.
    const base = `${Math.floor(Date.now() / 1000)}.0`;
    await publish(peers, router, {
      topic: FEED,
      frameLength: 2,
      messages: [
        `{${
          block(
            "numbers",
            `${base} + 0, ${base} + 0.5`,
            `"i": [1, -2], "f": [1.0, 2.5], "big": [2**62, -2**63], "neg": [-1, 0]`,
          )
        },` +
        `${block("words", `${base} + 0.25`, `"s": ["öff"], "b": [True]`)}}`,
        `{${
          block("numbers", `${base} + 1`, `"i": [True], "f": [nan], "big": [2**53 + 1], "neg": [-2**31 - 1]`)
        }}`,
        `{${block("words", `${base} + 1.25`, `"s": [""], "b": [False]`)}}`,
        `{${block("words", "", `"s": [], "b": []`)}}`,
        "{}",
        `{${
          block("names", `${base} + 2`, `"a b": [1.0], "a_b": [2.0], "1st": [3.0], "": [4.0], "°": [5.0]`)
        }}`,
      ],
    });
    await untilTrue(async () => {
      const { counts } = await recordData(router, "ts");
      return Object(counts).frames >= 6;
    }, { what: "data frames", timeoutMs: 30_000 });
    await bridgeCall(router, "observatory.faker1.ops", ["stop", "acq"]);
  } finally {
    await faker.stop();
  }
  await stopRecording(router, "py");
  assert.deepEqual(Object((await recordData(router, "ts")).quarantine).reasons, {});
  await publishHostile(peers, router);
  await stopRecording(router, "ts");
  assert.deepEqual(Object((await recordData(router, "ts")).quarantine).reasons, {
    "mixed kinds": 2,
    "number became text": 1,
    "lengths differ": 1,
    "null value": 1,
    "bad time": 2,
    "integer beyond 64 bits": 1,
    "not a sample": 1,
    "no fields": 1,
    "not a block": 4,
  });
  const theirs = await readBack(peers, `${folder}/py`);
  const all = Object.entries(await readBack(peers, `${folder}/ts`));
  const own: Columns = Object.fromEntries(all.filter(([name]) => !name.startsWith(HOSTILE)));
  assert.deepEqual(own, theirs);
  assert.deepEqual(
    all.filter(([name]) => name.startsWith(HOSTILE)).map(([name, { dtype, y }]) =>
      [name.slice(HOSTILE.length + 1), dtype, y.join()] as const
    ).sort(([a], [b]) => a < b ? -1 : 1),
    [
      ["ab", "i", "1"],
      ["first", "i", "1,3,2"],
      ["g", "i", "1"],
      ["number", "f", [0x3ff, 0x3fe].map((high) => `${high.toString(16)}0000000000000`).join()],
      ["second", "f", "4004000000000000,3ff0000000000000"],
      ["v", "f", "3ff8000000000000"],
      ["x".repeat(255), "i", "1"],
    ],
  );
  assert.ok((own["observatory.faker1.feeds.false_temperatures.channel_00"]?.t.length ?? 0) > 20);
  const ofFeed = (columns: Columns) =>
    Object.entries(columns).filter(([name]) => name.startsWith(FEED)).map(([name, { dtype, y }]) =>
      [name.slice(FEED.length + 1), dtype, y.length] as const
    );
  assert.deepEqual(ofFeed(own), [
    ["a_b", "f", 1],
    ["a_b_01", "f", 1],
    ["b", "b", 2],
    ["big", "i", 3],
    ["f", "f", 3],
    ["i", "i", 3],
    ["invalid_field", "f", 1],
    ["invalid_field_", "f", 1],
    ["neg", "i", 3],
    ["s", "U", 2],
    ["st", "f", 1],
  ]);
  assert.deepEqual(own[`${FEED}.big`]?.y, [2n ** 62n, -(2n ** 63n), 2n ** 53n + 1n].map(String));
  assert.ok(ours.running);
  await Deno.remove(folder, { recursive: true });
}

test("our aggregator and Python's record the same of Python agents on our router", async (peers) => {
  await using router = await OurRouter.start();
  await recordBoth(peers, router);
});

test("our aggregator and Python's record the same of Python agents on crossbar", async (peers) => {
  await using router = await Crossbar.start(peers);
  await recordBoth(peers, router);
});
