/** The demo on three hosts: on the router of this toolkit and, by one line of the site file, on crossbar. @module */
import assert from "node:assert/strict";
import { pause } from "../../internal/pause.ts";
import { testsWith } from "../helpers/interop_test.ts";
import type { ProgramEnd } from "../helpers/process.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { whereNetworksMayBeMade } from "../helpers/small_network.ts";
import { HOSTS, PLACES, ThreeHosts } from "../helpers/three_hosts.ts";
import { untilTrue, within } from "../helpers/until.ts";
import { jsonLines } from "../system/cli/ocs_program.ts";

const SOAK = Deno.env.get("OCS_SOAK") === "1";
/** How long the cable of the smurf host is out: its sessions outlive four seconds, and end after fifteen. */
const CUT_MS = SOAK ? 32_000 : 4_000;
const SCALING = new URL("../../docs/scaling.md", import.meta.url);
/** The line of the docs, below the name of the host that has the router. */
const CONFIG_DIR = "/srv/ocs/dot_crossbar";
const LINE = `    crossbar: {config-dir: ${CONFIG_DIR}}`;
/** What the feeds of each host are recorded under. */
const FEEDS = [
  "registry.feeds.agent_operations",
  "faker2.feeds.false_temperatures",
  "faker1.feeds.false_temperatures",
];

const test = await whereNetworksMayBeMade(await testsWith("Python peers", pythonPeers));

/** State and host of each agent, as an operator on the control host sees them. */
async function agentsSeen(
  three: ThreeHosts,
): Promise<{ readonly code: number; readonly states: Record<string, string> }> {
  const { code, stdout, stderr } = await three.ocs("control", "agents", "--json");
  assert.ok(code <= 1, stderr);
  const rows: unknown = JSON.parse(stdout);
  assert.ok(Array.isArray(rows));
  return {
    code,
    states: Object.fromEntries(rows.map(({ instance, host, state }) => [instance, `${state} on ${host}`])),
  };
}

function ok({ code, stdout, stderr }: ProgramEnd, what: string): string {
  assert.equal(code, 0, `${what}: ${stdout}${stderr}`);
  return stdout;
}

const ALL_UP = Object.fromEntries(Object.entries(PLACES).map(([id, host]) => [id, `up on ${host}`]));

/** Pulls the cable of the smurf host for a while: it is told, nothing hangs, the others go on, and all is there again. */
async function survivesCut(three: ThreeHosts): Promise<void> {
  const { smurf } = three.hosts;
  await smurf.unplug();
  const until = performance.now() + CUT_MS;
  const [status, agents, feed] = await Promise.all([
    three.ocs("control", "status", "faker1.acq", "--timeout", "2"),
    untilTrue(async () => {
      const seen = await agentsSeen(three);
      return seen.code === 1 ? seen : undefined;
    }, { timeoutMs: 30_000, what: "trouble in ocs agents" }),
    three.ocs("control", "listen", "faker2.false_temperatures", "-n", "1", "--timeout", "20"),
  ]);
  assert.equal(status.code, 4, status.stdout + status.stderr);
  assert.match(status.stderr, /"faker1".* did not answer within \d/);
  ok(feed, "a feed between the other hosts");
  for (const [id, host] of Object.entries(PLACES)) {
    // Stuck: heard before the cut, and asked in it.
    assert.match(agents.states[id] ?? "", host === "smurf" ? /^(late|expired|stuck|up) / : /^up /, id);
  }
  await pause(until - performance.now());
  await smurf.plug();
  await untilAllUp(three);
  ok(await three.ocs("control", "start", "faker1.delay_task", "delay=0.1", "--wait"), "a task after the cut");
}

/** Pulls the cable of the router's host: commands elsewhere end and say so, and all is there again when it is back. */
async function survivesRouterCut(three: ThreeHosts): Promise<void> {
  const { router } = three.hosts;
  await router.unplug();
  const until = performance.now() + CUT_MS;
  const { code, stderr } = await three.ocs("control", "agents");
  assert.equal(code, 3, stderr);
  assert.match(stderr, /ws:\/\/10\.77\.0\.1:8001\/ws/);
  await pause(until - performance.now());
  await router.plug();
  await untilAllUp(three);
}

async function untilAllUp(three: ThreeHosts): Promise<void> {
  await untilTrue(async () => {
    const { code, states } = await agentsSeen(three);
    return code === 0 &&
      JSON.stringify(Object.entries(states).sort()) === JSON.stringify(Object.entries(ALL_UP).sort());
  }, { timeoutMs: 60_000, what: "all agents up" });
}

test("ocs up carries the demo on three hosts, and on crossbar after one line of the site file has changed; a cable that is pulled costs what is told, and no more", async (peers) => {
  await using three = await ThreeHosts.open();
  await using running = new AsyncDisposableStack();
  const up = new Map<string, ReturnType<ThreeHosts["up"]>>();
  const start = async (host: typeof HOSTS[number]) => {
    const program = running.use(three.up(host, { PATH: `${peers.folder}/bin:${Deno.env.get("PATH")}` }));
    up.set(host, program);
    await program.untilLog(/(agents are|agent is) up after/, 60_000);
    return program;
  };

  // The router of this toolkit, started by `ocs up` on the host that the site file names.
  const first = await start("router");
  await Promise.all([start("control"), start("smurf")]);
  assert.match(first.stdout, /^Router ws:/);
  assert.match(up.get("smurf")?.stdout ?? "", /^Router elsewhere, ws:\/\/10\.77\.0\.1:8001\/ws/);
  await untilAllUp(three);
  await survivesCut(three);
  if (SOAK) await survivesRouterCut(three);

  // The switch. Agents of the other hosts are left alone, and find the new router by themselves.
  first.signal("SIGINT");
  assert.equal((await within(first.ended, 15_000, "the end of the first router")).code, 0, first.tail());
  assert.ok((await Deno.readTextFile(SCALING)).includes(`\n${LINE}\n`), "the docs show another line");
  const before = (await Deno.readTextFile(three.siteFile)).split("\n");
  const at = before.indexOf("  router:") + 1;
  const configDir = `${three.folder}/dot_crossbar`;
  await Deno.writeTextFile(
    three.siteFile,
    before.toSpliced(at, 0, LINE.replace(CONFIG_DIR, configDir)).join("\n"),
  );
  await Deno.mkdir(configDir);
  ok(await three.ocs("router", "crossbar-config", "-o", `${configDir}/config.json`), "ocs crossbar-config");
  const second = await start("router");
  assert.match(
    second.stdout,
    /^Crossbar, ws:\/\/10\.77\.0\.1:8001\/ws, realm "test_realm"; 1 agent of host "router"/,
  );
  await untilAllUp(three);
  const switchedSeconds = Date.now() / 1000;

  const tour = jsonLines(ok(await three.tour(), "the tour"));
  assert.equal(tour.length, 10, JSON.stringify(tour.map(({ title }) => title)));
  for (
    const { title, result } of tour.filter(({ title }) =>
      /^(Start a task|Wait|Run a script)/.test(`${title}`)
    )
  ) {
    assert.equal(Object(result)[0], 0, `${title}: ${JSON.stringify(result)}`);
  }
  const published = tour.find(({ title }) => title === "Read what it has published")?.["result"];
  assert.equal(Object(published).num_active_channels, 425, JSON.stringify(published));
  await survivesCut(three);
  if (SOAK) await survivesRouterCut(three);

  const { missing } = JSON.parse(
    ok(await three.ocs("control", "data", "timestream-agg.stream", "frames", "--json"), "the recorder"),
  );
  const logs = new Map<string, string>();
  for (const host of HOSTS.toReversed()) {
    const program = up.get(host) ?? assert.fail();
    program.signal("SIGINT");
    const end = await within(program.ended, 15_000, `the end of ocs up on ${host}`);
    assert.equal(end.code, 0, program.tail());
    assert.doesNotMatch(end.stdout, /^\S+ ended:/m);
    logs.set(host, end.stdout);
  }
  await assertRecorded(three, { switchedSeconds, missingFrames: Number(missing), logs });
});

/** Whole files, samples of all hosts in them from after the switch, too, and no hole that nobody has told. */
async function assertRecorded(
  three: ThreeHosts,
  { switchedSeconds, missingFrames, logs }: {
    readonly switchedSeconds: number;
    readonly missingFrames: number;
    /** What `ocs up` has printed on each host. */
    readonly logs: ReadonlyMap<string, string>;
  },
): Promise<void> {
  const folders = { hk: `${three.folder}/hk`, stream: `${three.folder}/timestreams` };
  const listed: unknown = JSON.parse(
    ok(await three.ocs("control", "g3", "fields", folders.hk, "--json"), "ocs g3 fields"),
  );
  const { providers }: { readonly providers?: unknown } = Object(listed);
  assert.ok(Array.isArray(providers));
  for (const feed of FEEDS) {
    const found: unknown = providers.find(({ provider }) => provider === `observatory.${feed}`);
    const { first, last } = Object(found);
    assert.ok(Number(first?.unix_seconds) < switchedSeconds, `${feed} before the switch`);
    assert.ok(Number(last?.unix_seconds) > switchedSeconds, `${feed} after the switch`);
  }

  const { stdout } = await three.ocs("control", "g3", "check", folders.hk, folders.stream, "--json");
  const faults = jsonLines(stdout).filter(({ kind }) => kind !== undefined);
  assert.deepEqual(faults.filter(({ kind }) => kind !== "gap"), []);
  const texts = faults.map(({ text }) => String(text));
  for (
    const [, agent = ""] of texts.join("\n").matchAll(
      /^observatory\.(faker\d)\.feeds\.\S+ block "temps": nothing/gm,
    )
  ) {
    const log = logs.get(PLACES[agent] ?? "") ?? "";
    assert.match(log, new RegExp(`^${agent} .* \\d+ events were lost so far`, "m"), texts.join("\n"));
  }
  const framesInGaps = texts.map((text) =>
    Number(/: (\d+) frames? (?:is|are) missing between/.exec(text)?.[1] ?? 0)
  )
    .reduce((sum, count) => sum + count, 0);
  assert.equal(framesInGaps, missingFrames, texts.join("\n"));
}
