/** Python agents with twenty feeds, recorded by Python's aggregator and by ours at the same time, compared by so3g. @module */
import assert from "node:assert/strict";
import { pause } from "../../internal/pause.ts";
import { bridgeCall } from "../helpers/bridge.ts";
import { Crossbar } from "../helpers/crossbar.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import type { RouterFixture } from "../helpers/router_fixture.ts";
import { type SiteFolder, writeSite } from "../helpers/site_file.ts";
import { untilTrue } from "../helpers/until.ts";

const SOAK = Deno.env.get("OCS_SOAK") === "1";
const RECORD_SECONDS = SOAK ? 300 : 12;
const SECONDS_PER_FILE = SOAK ? "60" : "4";
const FAKERS = ["faker1", "faker2", "faker3", "faker4"];
const MANY = "many";
const HK_READ = new URL("../tools/hk_read.py", import.meta.url).pathname;
const MANY_FEEDS = new URL("../tools/many_feeds_agent.py", import.meta.url).pathname;

/** Fields by full name, as `hk_read.py` prints them. */
type Columns = Readonly<
  Record<string, { readonly dtype: string; readonly t: readonly string[]; readonly y: readonly string[] }>
>;

async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^\d{5}$/.test(name)) continue;
    for await (const file of Deno.readDir(`${folder}/${name}`)) files.push(`${folder}/${name}/${file.name}`);
  }
  return files.sort();
}

async function readBySo3g(peers: PythonPeers, files: readonly string[]): Promise<Columns> {
  const output = `${await Deno.makeTempDir({ prefix: "so3g_" })}/columns.json`;
  try {
    // To a file: five minutes of twenty feeds are more text than is kept of a program's output.
    await Program.run({
      name: "so3g",
      command: "sh",
      args: [
        "-c",
        'out=$1; shift; exec "$@" > "$out"',
        "sh",
        output,
        peers.python,
        HK_READ,
        "scan",
        ...files,
      ],
      timeoutMs: 300_000,
    });
    // The shape is that of the tool.
    return JSON.parse(await Deno.readTextFile(output)) as Columns;
  } finally {
    await Deno.remove(output.slice(0, output.lastIndexOf("/")), { recursive: true });
  }
}

async function startMany(peers: PythonPeers, site: SiteFolder): Promise<Program> {
  const program = Program.start({
    name: MANY,
    command: peers.python,
    args: [MANY_FEEDS, "--instance-id", MANY, "--site-file", site.file, "--site-host", "localhost"],
    env: { OCS_CONFIG_DIR: site.folder, PYTHONUNBUFFERED: "1" },
  });
  await program.until(() => bridgeCall(site.router, `observatory.${MANY}`, ["get_api"]), "an answer", 60_000);
  return program;
}

async function status(
  router: RouterFixture,
  agent: string,
  operation: string,
): Promise<Record<string, unknown>> {
  const [reply] = await bridgeCall(router, `observatory.${agent}.ops`, ["status", operation]);
  return Object(Object(reply)[2]);
}

async function stop(router: RouterFixture, agent: string, operation: string): Promise<void> {
  await bridgeCall(router, `observatory.${agent}.ops`, ["stop", operation]);
  await untilTrue(async () => (await status(router, agent, operation)).status === "done", {
    what: `the end of ${operation} of ${agent}`,
    timeoutMs: 30_000,
  });
}

/** Where two sets of columns differ, in words; empty if they are the same. */
function differences(own: Columns, theirs: Columns): string[] {
  const found: string[] = [];
  for (const name of new Set([...Object.keys(own), ...Object.keys(theirs)])) {
    const [a, b] = [own[name], theirs[name]];
    if (a === undefined || b === undefined) {
      found.push(`${name}: only in ${a === undefined ? "theirs" : "ours"}`);
    } else if (a.dtype !== b.dtype) found.push(`${name}: ${a.dtype}, theirs ${b.dtype}`);
    else if (a.t.length !== b.t.length) found.push(`${name}: ${a.t.length} samples, theirs ${b.t.length}`);
    else {
      const at = a.t.findIndex((t, i) => t !== b.t[i] || a.y[i] !== b.y[i]);
      if (at >= 0) found.push(`${name}: sample ${at} is ${a.t[at]} ${a.y[at]}, theirs ${b.t[at]} ${b.y[at]}`);
    }
  }
  return found;
}

async function recordBoth(
  peers: PythonPeers,
  router: RouterFixture,
  context: Deno.TestContext,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hk_both_" });
  const aggregator = (instanceId: string) => ({
    agentClass: "AggregatorAgent",
    instanceId,
    arguments: [
      ...["--initial-state", "record", "--data-dir", `${folder}/${instanceId}`],
      ...["--time-per-file", SECONDS_PER_FILE],
    ],
  });
  try {
    await using stack = new AsyncDisposableStack();
    const site = stack.use(
      await writeSite(router, [
        aggregator("py"),
        aggregator("ts"),
        { agentClass: "ManyFeeds", instanceId: MANY },
        ...FAKERS.map((instanceId, i) => ({
          agentClass: "FakeDataAgent",
          instanceId,
          arguments: [
            "--mode",
            "idle",
            "--num-channels",
            3 + i,
            "--sample-rate",
            10,
            "--frame-length",
            2 + i,
          ],
        })),
      ]),
    );
    stack.use(await startPythonAgent({ peers, site, instanceId: "py" }));
    const ours = stack.use(await startOurAgent(site, { agentClass: "AggregatorAgent", instanceId: "ts" }));
    const agents = await Promise.all([
      startMany(peers, site),
      ...FAKERS.map((instanceId) => startPythonAgent({ peers, site, instanceId })),
    ]);
    for (const agent of agents) stack.use(agent);
    for (const agent of ["py", "ts"]) {
      await untilTrue(async () => (await status(router, agent, "record")).status === "running", {
        what: `recording of ${agent}`,
      });
    }
    for (const agent of [MANY, ...FAKERS]) {
      await bridgeCall(router, `observatory.${agent}.ops`, ["start", "acq"]);
    }
    await pause(RECORD_SECONDS * 1000);
    for (const agent of [MANY, ...FAKERS]) await stop(router, agent, "acq");
    const { data } = await status(router, "ts", "record");
    await stop(router, "py", "record");
    await stop(router, "ts", "record");
    assert.equal(Object(data).quarantine.blocks, 0, JSON.stringify(Object(data).quarantine));
    assert.ok(ours.running, ours.tail());

    const [theirFiles, ownFiles] = [await filesIn(`${folder}/py`), await filesIn(`${folder}/ts`)];
    const theirs = await readBySo3g(peers, theirFiles);
    const own = await readBySo3g(peers, ownFiles);
    assert.deepEqual(differences(own, theirs), []);
    const names = Object.keys(own);
    const feeds = new Set(names.map((name) => name.slice(0, name.lastIndexOf("."))));
    const samples = Object.values(own).reduce((sum, { t }) => sum + t.length, 0);
    const kinds = new Set(Object.values(own).map(({ dtype }) => dtype));
    assert.equal(feeds.size, 20);
    assert.deepEqual([...kinds].sort(), ["U", "b", "f", "i"]);
    assert.ok(names.includes("observatory.many.feeds.feed_07.Channel_1_K"), names.join(" "));
    assert.ok(samples > RECORD_SECONDS * 1000, String(samples));
    assert.ok(theirFiles.length > 2 && ownFiles.length > 2);
    const what = `${feeds.size} feeds, ${names.length} fields, ${samples} samples in ${RECORD_SECONDS} s`;
    await context.step(`${what}; files: ${ownFiles.length}, Python ${theirFiles.length}`, () => {});
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const test = await testsWith("Python peers", pythonPeers);

test(
  "our aggregator and Python's record the same twenty feeds at the same time on our router",
  async (peers, context) => {
    await using router = await OurRouter.start();
    await recordBoth(peers, router, context);
  },
);

if (SOAK) {
  test(
    "our aggregator and Python's record the same twenty feeds at the same time on crossbar",
    async (peers, context) => {
      await using router = await Crossbar.start(peers);
      await recordBoth(peers, router, context);
    },
  );
}
