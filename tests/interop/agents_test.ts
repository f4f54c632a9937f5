/** Our agents beside Python's on crossbar: the same calls, the same replies and events but for ids and times. @module */
import assert from "node:assert/strict";
import { connectWamp } from "../../client/mod.ts";
import { Float } from "../../internal/float.ts";
import { Crossbar } from "../helpers/crossbar.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { Program } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import type { RouterFixture } from "../helpers/router_fixture.ts";
import { untilTrue } from "../helpers/until.ts";
import { type SiteAgent, type SiteFolder, writeSite } from "../helpers/site_file.ts";

const test = await testsWith("Python peers", pythonPeers);

type Kwargs = Readonly<Record<string, unknown>>;

async function post(
  router: RouterFixture,
  procedure: string,
  args: readonly unknown[],
  kwargs: Kwargs = {},
): Promise<Record<string, unknown>> {
  const reply = await fetch(router.httpUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ procedure, args, kwargs }),
    signal: AbortSignal.timeout(30_000),
  });
  return await reply.json();
}

/** Leaves out what must differ: times, ids of processes and sessions, the words of help texts, frames of stacks. */
function comparable(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((entry) => comparable(entry));
  if (value instanceof Float) return "float";
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, comparable(entry, name)]));
  }
  if (key === "docstring") return "help";
  if (key === "instance_pid") return "pid";
  // Plain JSON.parse does not tell 0.0 from 0; the kinds are looked at in the events.
  if (key === "delay_so_far" || key === "requested_delay") return "float";
  // Times, and readings, which are random.
  if (typeof value === "number" && (!Number.isInteger(value) || value > 1e9)) return "float";
  if (typeof value !== "string") return value;
  if (/^CRASH: /.test(value)) return "CRASH";
  return value.replaceAll(/\b(py|ts)-/g, "").replace(/^\d{10}\.\d+$/, "session id");
}

/** One call: what follows the address, positional and keyword arguments, or a pause in seconds. */
type Step = number | readonly [suffix: "" | ".ops", args: readonly unknown[], kwargs?: Kwargs];

const op = (action: string, name: string, params: unknown = {}, kwargs: Kwargs = {}): Step => [
  ".ops",
  [action, name, params],
  kwargs,
];

async function compare(router: RouterFixture, instance: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (typeof step === "number") {
      // Not to wait for something, but to let both agents get equally far.
      await new Promise((resolve) => setTimeout(resolve, step * 1000));
      continue;
    }
    const [suffix, args, kwargs] = step;
    const [python, ours] = await Promise.all(
      ["py", "ts"].map((kind) => post(router, `observatory.${kind}-${instance}${suffix}`, args, kwargs)),
    );
    assert.deepEqual(comparable(ours), comparable(python), JSON.stringify(step));
  }
}

const START_TROUBLE: readonly Step[] = [
  ...["status", "stop", "abort", "wait", "zoo"].flatMap((action) => [
    op(action, "acq"),
    op(action, "delay_task"),
    op(action, "nothing"),
  ]),
  ...[
    { delay: "seven" },
    { delay: -1 },
    { delay: null, succeed: "y" },
    { succeed: 1 },
    { zz: 1, yy: 2 },
    [],
    [1],
    "x",
    7,
    { delay: true, succeed: 2.5 },
  ].map((params) => op("start", "delay_task", params)),
  op("start", "acq", { degradation_period: [1.5, "a", null, { b: true }] }),
  op("start", "set_heartbeat", { heartbeat: 0 }),
];

const RUNS: readonly Step[] = [
  op("start", "delay_task", { delay: 0.3 }),
  op("start", "delay_task"),
  op("wait", "delay_task", {}, { timeout: -1 }),
  op("wait", "delay_task", {}, { timeout: 5 }),
  op("abort", "delay_task"),
  op("start", "delay_task", { delay: 0.1, succeed: false }),
  op("wait", "delay_task"),
  op("start", "delay_task", { delay: 50 }),
  0.2,
  op("abort", "delay_task"),
  op("start", "set_heartbeat", { heartbeat: false }),
  op("wait", "set_heartbeat"),
  op("start", "set_heartbeat"),
  op("wait", "set_heartbeat"),
  op("start", "acq", { test_mode: true }),
  op("wait", "acq"),
  op("start", "acq"),
  0.2,
  op("stop", "acq"),
  op("wait", "acq"),
  op("stop", "acq"),
];

const ODD_CALLS: readonly Step[] = [
  ["", ["get_api"]],
  ["", ["get_tasks"]],
  ["", ["get_processes"]],
  ["", ["get_feeds"]],
  ["", ["get_agent_class"], { more: 1 }],
  ["", [], { q: "get_agent_class" }],
  ["", ["nonsense"]],
  ["", []],
  [".ops", []],
  [".ops", ["start"]],
  [".ops", ["start", ["a"]]],
  [".ops", ["start", { a: 1 }]],
  [".ops", ["start", null]],
  [".ops", ["start", "acq", {}, null, null, 1]],
  [".ops", ["start", "acq"], { blah: 1 }],
  [".ops", [], { action: "status", op_name: "acq" }],
];

/** An entry of Python's and one of ours, alike but for the name. */
function twins(agentClass: string, instance: string, args: readonly unknown[] = []): SiteAgent[] {
  return ["py", "ts"].map((kind) => ({ agentClass, instanceId: `${kind}-${instance}`, arguments: args }));
}

/** Starts all agents of a site at once, ours or Python's by their name, and stops them at once. */
async function startAll(
  peers: PythonPeers,
  site: SiteFolder,
  agents: readonly SiteAgent[],
): Promise<AsyncDisposable> {
  const programs = await Promise.all(
    agents.map((agent) =>
      agent.instanceId.startsWith("py-")
        ? startPythonAgent({ peers, site, instanceId: agent.instanceId })
        : startOurAgent(site, agent)
    ),
  );
  return {
    [Symbol.asyncDispose]: async () => void await Promise.all(programs.map((program) => program.stop())),
  };
}

test("OCS 10.4, 10.5, 11.6: FakeDataAgent and BarebonesAgent answer on crossbar as Python's do", async (peers) => {
  await using router = await Crossbar.start(peers);
  const agents = [
    ...twins("FakeDataAgent", "faker", ["--num-channels", 3]),
    ...twins("FakeDataAgent", "guarded", ["--access-policy", "override:two,three"]),
    ...twins("BarebonesAgent", "bare", [["--mode", "idle"]]),
  ];
  await using site = await writeSite(router, agents);
  await using _agents = await startAll(peers, site, agents);
  await compare(router, "faker", [...ODD_CALLS, ...START_TROUBLE, ...RUNS]);
  await compare(router, "guarded", [
    ["", ["get_api"]],
    op("start", "delay_task", { delay: 0 }),
    op("start", "delay_task", { delay: 3.33 }, { password: "two" }),
    op("wait", "delay_task"),
    op("start", "delay_task", { delay: 9 }, { password: "three" }),
    op("abort", "delay_task"),
    op("abort", "delay_task", {}, { password: "nope" }),
    0.1,
    op("abort", "delay_task", {}, { password: "two" }),
  ]);
  await compare(router, "bare", [
    ["", ["get_api"]],
    op("start", "print", { text: 5 }),
    op("start", "print", { text: "x", more: 1 }),
    op("start", "count", { anything: "goes" }),
    0.3,
    op("start", "print", { text: "hi" }),
    op("wait", "print"),
    op("abort", "print"),
    op("stop", "count"),
    op("wait", "count"),
  ]);
});

test("OCS 53, 57, 88, 89, 99: our agents show and publish on crossbar what Python's do", async (peers) => {
  await using router = await Crossbar.start(peers);
  const agents = [
    ...twins("RegistryAgent", "registry", ["--wait-time", 2]),
    ...twins("FakeDataAgent", "faker", ["--mode", "acq"]),
    ...twins("BarebonesAgent", "bare"),
  ];
  const mortal = { agentClass: "FakeDataAgent", instanceId: "ts-mortal" };
  await using site = await writeSite(router, [...agents, mortal]);
  await using connection = await connectWamp({ url: router.url, realm: router.realm });
  const events = new Map<string, readonly unknown[]>();
  await connection.subscribe("observatory..feeds.", ({ topic, args }) => {
    const [event] = args;
    const isCodes = topic.endsWith("agent_operations") && Array.isArray(event);
    if (!isCodes || "observatory_ts_mortal_acq" in event[0]) events.set(topic, args);
  }, { match: "wildcard", floats: "keep" });
  await using _agents = await startAll(peers, site, agents);
  await using program = await startOurAgent(site, mortal);

  const feeds = [
    "faker.feeds.false_temperatures",
    "faker.feeds.heartbeat",
    "bare.feeds.feed_name",
    "registry.feeds.agent_operations",
    "registry.feeds.heartbeat",
  ];
  for (const feed of feeds) {
    const topics = ["py", "ts"].map((kind) => `observatory.${kind}-${feed}`);
    await program.until(() => topics.every((topic) => events.has(topic)), feed, 20_000);
    const [python, ours] = topics.map((topic) => shape(comparable(events.get(topic))));
    assert.deepEqual(ours, python, feed);
  }

  const seen = async (kind: string): Promise<Record<string, unknown> | undefined> => {
    const { args } = await post(router, `observatory.${kind}-registry.ops`, ["status", "main"]);
    return Array.isArray(args) ? args[0]?.[2]?.data?.["observatory.ts-mortal"] : undefined;
  };
  const bothSee = (expired: boolean) => async () => {
    const [python, ours] = await Promise.all(["py", "ts"].map(seen));
    if (python?.["expired"] !== expired || ours?.["expired"] !== expired) return false;
    assert.deepEqual(comparable(ours), comparable(python));
    return true;
  };
  await program.until(bothSee(false), "both registries know the agent", 20_000);
  await compare(router, "registry", [
    ["", ["get_feeds"]],
    op("start", "register_agent", { agent_address: "observatory.old" }),
    op("wait", "register_agent"),
    op("start", "register_agent", {}),
    op("wait", "register_agent"),
  ]);
  await program.stop();
  await untilTrue(bothSee(true), { what: "both registries find that the agent is gone", timeoutMs: 20_000 });
});

/** Lets arrays of samples be of any length, and counts of any value. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) {
    const isRow = value.length > 0 && value.every((entry) => entry === "float" || typeof entry === "number");
    return isRow ? [typeof value[0] === "number" ? "int" : "float"] : value.map(shape);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shape(entry)]));
}

test("Python's OCSClient drives our agents on crossbar", async (peers) => {
  await using router = await Crossbar.start(peers);
  const agent = { agentClass: "FakeDataAgent", instanceId: "ts-faker" };
  await using site = await writeSite(router, [agent]);
  await using _ours = await startOurAgent(site, agent);
  const printed = await pythonJson({
    peers,
    script: [
      "import json, sys",
      "from ocs.ocs_client import OCSClient",
      "client = OCSClient('ts-faker', args=['--site-file', sys.argv[1], '--site-host', 'localhost'])",
      "done = client.delay_task(delay=0.1)",
      "started = client.acq.start()",
      "again = client.acq.start()",
      "stopped = client.acq.stop()",
      "ended = client.acq.wait(timeout=5)",
      "print(json.dumps([done.session['success'], started.msg, again.msg, stopped.msg, ended.msg, str(ended)]))",
    ].join("\n"),
    args: [site.file],
  });
  assert.ok(Array.isArray(printed));
  const text = printed.pop();
  assert.deepEqual(printed, [
    true,
    'Started process "acq".',
    'Operation "acq" already in progress.',
    'Requested stop on process acq".',
    'Operation "acq" is currently not running (SUCCEEDED).',
  ]);
  assert.match(String(text), /acq\[session=1\]; status=done without error/);
  assert.match(String(text), /other keys in \.session: op_code, cred_level, degraded, data$/);
});

/** What Python's client asks of each of our agents and of its original; the names are those of `tests/tools/call_agents.py`. */
const CALLED = [
  {
    kind: "fake_data",
    agentClass: "FakeDataAgent",
    arguments: [["--mode", "idle"], ["--frame-length", "1"]],
  },
  { kind: "registry", agentClass: "RegistryAgent", arguments: [] },
  { kind: "barebones", agentClass: "BarebonesAgent", arguments: [["--mode", "idle"]] },
] as const;

const CALLS = new URL("../tools/call_agents.py", import.meta.url).pathname;

/** A call, and what came back. */
type Exchange = readonly [call: unknown, reply: unknown];

test(
  "Done 2: our agents reply to Python's OCSClient on crossbar as Python's own do",
  async (peers, context) => {
    await using router = await Crossbar.start(peers);
    const agents = CALLED.flatMap(({ kind, agentClass, arguments: args }) => twins(agentClass, kind, args));
    await using site = await writeSite(router, agents);
    for (const { kind, agentClass } of CALLED) {
      await context.step(kind, async () => {
        const replies = async (instanceId: string): Promise<readonly Exchange[]> => {
          const { stdout } = await Program.run({
            name: `calls to ${instanceId}`,
            command: peers.python,
            args: [CALLS, site.file, instanceId, kind],
          });
          const parsed: unknown = JSON.parse(stdout);
          assert(Array.isArray(parsed));
          return parsed;
        };
        await using _theirs = await startPythonAgent({ peers, site, instanceId: `py-${kind}` });
        const expected = await replies(`py-${kind}`);
        await using _ours = await startOurAgent(site, { agentClass, instanceId: `ts-${kind}` });
        const actual = await replies(`ts-${kind}`);
        assert.equal(actual.length, expected.length);
        const unmet: string[] = [];
        for (const [n, [call, reply]] of expected.entries()) {
          const asked = JSON.stringify(call);
          const [theirs, ours] = [JSON.stringify(reply), JSON.stringify(actual[n]?.[1])];
          if (theirs !== ours) unmet.push(`${asked}\n  Python: ${theirs}\n  ours:   ${ours}`);
        }
        assert.equal(unmet.length, 0, `replies differ:\n${unmet.join("\n")}`);
      });
    }
  },
);
