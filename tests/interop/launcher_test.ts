import assert from "node:assert/strict";
import { bridgeCall } from "../helpers/bridge.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { folderWith } from "../helpers/lab_plugins.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { Random } from "../helpers/random_values.ts";
import { startOcs } from "../system/cli/ocs.ts";

const test = await testsWith("Python peers", pythonPeers);

const SITE_MOD = new URL("../../site/mod.ts", import.meta.url).href;
const CASES = new URL("../tools/launch_cases.", import.meta.url).pathname;

/** One command line, with the environment it is given in. */
interface Case {
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

const PYTHON_AGENT = `
import argparse, json
from ocs import site_config

def main(args=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", default="idle")
    parser.add_argument("--offset", type=float, default=0)
    a = site_config.parse_args(agent_class="LabAgent", parser=parser, args=args)
    print("SETTINGS " + json.dumps([a.instance_id, a.site_hub, a.site_http, a.site_realm, a.address_root,
                                    a.crossbar_timeout, a.log_dir, a.mode, a.offset]))
`;

const OUR_AGENT = `
import { parseAgentArgs } from "${SITE_MOD}";
const OPTIONS = {
  "mode": { type: "string", default: "idle", help: "" },
  "offset": { type: "float", default: 0, help: "" },
} as const;
export async function main(args: readonly string[]): Promise<void> {
  const parsed = await parseAgentArgs({ agentClass: "LabAgent", options: OPTIONS, args });
  if (parsed.help !== undefined) return;
  const { site, values } = parsed;
  console.log("SETTINGS " + JSON.stringify([
    site.instanceId, site.wampServer, site.wampHttp ?? null, site.realm, site.addressRoot,
    site.crossbarTimeoutSeconds, site.logDir ?? null, values.mode, values.offset,
  ]));
}
`;

/** Has our own keys in it, which Python must not mind. */
const SITE =
  `hub: {wamp_server: 'ws://hub:1/ws', wamp_http: 'http://hub:1/call', wamp_realm: r, address_root: a, agent-plugins: [x.ts]}
hosts:
  one:
    wamp_server: ws://one:1/ws
    log-dir: /var/log/ocs
    crossbar_timeout: 20
    agent-plugins: y.ts
    agent-instances:
      - {agent-class: LabAgent, instance-id: lab1, arguments: [--mode, acq, [--offset, -3.5], --crossbar-timeout, 30]}
      - {agent-class: LabAgent, instance-id: lab2, agent-exe: /bin/false}
      - {agent-class: OtherAgent, instance-id: other, arguments: ['--mode=x', --site-hub, 'ws://args:1/ws']}
  localhost:
    agent-instances:
      - {agent-class: LabAgent, instance-id: lab3}
`;

/** What a launcher says of each case: settings, or the text of a refusal. */
async function answersOf(
  command: string,
  args: readonly string[],
  folder: string,
): Promise<readonly (readonly [string, unknown])[]> {
  const { stdout } = await Program.run({
    name: args[0] ?? command,
    command,
    args,
    cwd: folder,
    env: { OCS_CONFIG_DIR: folder },
    timeoutMs: 120_000,
  });
  return stdout.trimEnd().split("\n").map((line) => {
    const [, word = "", json = "null"] = /^(SETTINGS|REFUSED) (.*)$/.exec(line) ?? [];
    return [word, JSON.parse(json)];
  });
}

async function both(python: string, cases: readonly Case[]) {
  await using folder = await folderWith({
    "lab_agent.py": PYTHON_AGENT,
    "lab_agent.ts": OUR_AGENT,
    "default.yaml": SITE,
    "cases.json": JSON.stringify(cases),
  });
  const at = (name: string) => `${folder.path}/${name}`;
  const [theirs, ours] = await Promise.all([
    answersOf(python, [`${CASES}py`, at("cases.json"), at("lab_agent.py")], folder.path),
    answersOf(
      Deno.execPath(),
      ["run", "-A", `${CASES}ts`, at("cases.json"), at("lab_agent.ts")],
      folder.path,
    ),
  ]);
  assert.equal(theirs.length, cases.length);
  assert.equal(ours.length, cases.length);
  return cases.map((one, at) => ({ one, theirs: theirs[at] ?? ["", ""], ours: ours[at] ?? ["", ""] }));
}

/** A command line and an environment that say some things, or nothing, in one way or another. */
function randomCase(random: Random): Case {
  const env: Record<string, string> = {};
  const args: string[] = [];
  const choices: readonly (readonly [variable: string, option: string, values: readonly string[]])[] = [
    ["INSTANCE_ID", "--instance-id", ["lab1", "lab2", "other", "lab3", "nobody"]],
    ["SITE_HOST", "--site-host", ["one", "one", "one", "localhost", "elsewhere"]],
    ["SITE_HUB", "--site-hub", ["ws://x:1/ws", "ws://y:2/ws"]],
    ["SITE_HTTP", "--site-http", ["http://x:1/call", "http://y:2/call"]],
    ["CROSSBAR_TIMEOUT", "--crossbar-timeout", ["0", "5", "60"]],
  ];
  for (const [variable, option, values] of choices) {
    // An instance and its host are said most of the time: without them there is little to compare.
    const often = variable === "INSTANCE_ID" || variable === "SITE_HOST" ? 0.8 : 0.4;
    if (random.next() < often) env[variable] = random.pick(values);
    if (random.next() < 0.35) {
      const value = random.pick(values);
      args.push(...random.pick([[option, value], [`${option}=${value}`], [option.slice(0, -1), value]]));
    }
  }
  if (random.next() < 0.3) {
    args.push(...random.pick([["--mode", "run"], ["--mode=run"], ["--offset", "-0.5"]]));
  }
  return { env, args };
}

test("OCS 78: ocs agent --agent takes the settings that ocs-agent-cli takes, of random command lines, environments and entries", async (peers) => {
  const seed = Number(Deno.env.get("OCS_SEED") ?? Date.now() % 1_000_000);
  // deno-lint-ignore no-console -- the seed is needed to see the same again
  console.log(`OCS_SEED=${seed}`);
  const random = new Random(seed);
  const cases = Array.from({ length: 300 }, () => randomCase(random));
  let agreed = 0;
  for (const { one, theirs, ours } of await both(peers.python, cases)) {
    const what = `${JSON.stringify(one)}\n${JSON.stringify(theirs)}\n${JSON.stringify(ours)}`;
    const [theirWord] = theirs;
    const hasId = one.env.INSTANCE_ID !== undefined || one.args.some((arg) => arg.startsWith("--instance-"));
    if (!hasId) {
      // Peer ocs: the launcher wants an instance id in any case; our agents also find the only entry of their class.
      assert.deepEqual(theirs, ["REFUSED", "--instance-id (or $INSTANCE_ID) not provided. Exiting."], what);
      continue;
    }
    assert.equal(ours[0], theirWord, what);
    if (theirWord === "SETTINGS") assert.deepEqual(ours[1], theirs[1], what);
    else {
      // Their words come first, then what would help.
      const [, theirText] = /^\w+: ['"]?(.*?)['"]?$/s.exec(String(theirs[1])) ?? [];
      assert(theirText !== undefined && String(ours[1]).includes(theirText), what);
    }
    agreed++;
  }
  assert(agreed > 150, `only ${agreed} cases say something`);
});

test("OCS 7.1: ocs agent refuses what ocs-agent-cli refuses of variables and options", async (peers) => {
  const base = { INSTANCE_ID: "lab1", SITE_HOST: "one" };
  const cases: readonly Case[] = [
    { env: { ...base, CROSSBAR_TIMEOUT: "soon" }, args: [] },
    { env: { ...base, CROSSBAR_TIMEOUT: "1.5" }, args: [] },
    { env: base, args: ["--crossbar-timeout", "none"] },
    { env: base, args: ["--nonsense", "1"] },
    { env: base, args: ["--offset", "many"] },
    { env: base, args: ["--site-file", "/nonexistent.yaml"] },
    { env: { ...base, SITE_HUB: "" }, args: [] },
    { env: { ...base, CROSSBAR_TIMEOUT: "-1" }, args: [] },
  ];
  const answers = await both(peers.python, cases);
  assert.deepEqual(answers.map(({ theirs, ours }) => [theirs[0], ours[0]]), [
    ...Array.from({ length: 6 }, () => ["REFUSED", "REFUSED"]),
    // Listed in docs/compatibility.md: an empty variable; a negative time.
    ["REFUSED", "SETTINGS"],
    ["SETTINGS", "REFUSED"],
  ]);
});

test("OCS 78: ocs agent and ocs-agent-cli start the same agent from the same site file and environment", async (peers) => {
  await using router = await OurRouter.start();
  await using folder = await folderWith({
    "default.yaml":
      "hub: {wamp_server: 'ws://127.0.0.1:1/ws', wamp_realm: test_realm, address_root: observatory, agent-plugins: [x.ts]}\n" +
      "hosts: {lab: {agent-instances: [{agent-class: BarebonesAgent, instance-id: b}, {agent-class: FakeDataAgent, instance-id: f}]}}\n",
  });
  const env = {
    OCS_CONFIG_DIR: folder.path,
    SITE_HOST: "lab",
    INSTANCE_ID: "f",
    SITE_HUB: router.url,
    CROSSBAR_TIMEOUT: "5",
  };
  const ask = async (program: Program): Promise<unknown> => {
    await using running = program;
    await running.until(
      () => bridgeCall(router, "observatory.f", ["get_agent_class"]).catch(() => undefined),
      "an answer of f",
      30_000,
    );
    const agentClass = await bridgeCall(router, "observatory.f", ["get_agent_class"]);
    await running.stop();
    return agentClass;
  };
  const theirs = await ask(Program.start({
    name: "ocs-agent-cli",
    command: peers.program("ocs-agent-cli"),
    args: [],
    env: { ...env, PYTHONUNBUFFERED: "1" },
  }));
  assert.deepEqual(theirs, ["FakeDataAgent"]);
  assert.deepEqual(await ask(startOcs(["agent"], { env })), theirs);
});
