import assert from "node:assert/strict";
import { Router } from "../../../router/mod.ts";
import { bridgeCall } from "../../helpers/bridge.ts";
import { BAD_LISTS, folderWith, goodList } from "../../helpers/lab_plugins.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { ocs, startOcs } from "./ocs.ts";
import { jsonLines } from "./ocs_program.ts";

/** A site of one host with lists of agents and an agent of a list. */
function siteText(url: string, lists: readonly string[]): string {
  return `hub: {wamp_server: '${url}', wamp_http: '${url.replace("ws:", "http:").replace(/ws$/, "call")}', ` +
    "wamp_realm: test_realm, address_root: observatory}\n" +
    `hosts:\n  localhost:\n    agent-plugins: ${JSON.stringify(lists)}\n    agent-instances:\n` +
    "      - {agent-class: RegistryAgent, instance-id: registry}\n" +
    "      - {agent-class: LabAgent, instance-id: lab1, arguments: [--mode, acq]}\n";
}

function isRunning(pid: number): boolean {
  try {
    // Zombies run no more; whoever has to reap them may take a while.
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

const LISTS = [...Object.keys(BAD_LISTS), "lab_agents.ts"];

Deno.test("ocs agent runs a class of a list that the site file names, whatever the other lists do", async () => {
  await using router = await Router.start();
  await using folder = await folderWith({
    ...BAD_LISTS,
    "lab_agents.ts": goodList(),
    "default.yaml": siteText(router.url, LISTS),
  });
  const env = { OCS_CONFIG_DIR: folder.path, SITE_HOST: "localhost" };
  await using program = startOcs(["agent", "LabAgent", "--instance-id", "lab1"], { env });
  await program.untilLog("mode is acq", 30_000);
  await program.untilLog("session joined");
  assert.match(
    program.log,
    /^warning: .*default\.yaml:4:\d+: Cannot load ".*throws\.ts": no device, at file/m,
  );
  assert.match(program.log, /^warning: .*Cannot load ".*exits\.ts": it ends the program that loads it/m);
  assert.equal((await program.stop()).code, 0);
  const unknown = await ocs(["agent", "LabAgnt"], { env });
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.stderr,
    /^Error: Cannot run agent "LabAgnt": expected one of .*, LabAgent; did you mean "LabAgent"\?$/m,
  );
});

Deno.test("ocs agent --list names the classes of OCS_PLUGINS, and what is wrong with a list makes its exit code 1", async () => {
  await using folder = await folderWith({ ...BAD_LISTS, "lab_agents.ts": goodList() });
  const good = await ocs(["agent", "--list", "--json"], {
    env: { OCS_PLUGINS: "lab_agents.ts" },
    cwd: folder.path,
  });
  assert.equal(good.code, 0);
  const [{ agents }] = jsonLines(good.stdout) as [
    { agents: { agentClass: string; module: string | null }[] },
  ]; // As docs/command_line.md has it.
  const module = (name: string) => agents.find(({ agentClass }) => agentClass === name)?.module;
  assert.equal(module("LabAgent"), `${Deno.realPathSync(folder.path)}/lab_agents.ts`);
  assert.equal(module("FakeDataAgent"), null);
  const bad = await ocs(["agent", "--list"], {
    env: { OCS_PLUGINS: " lab_agents.ts,,throws.ts" },
    cwd: folder.path,
  });
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /^LabAgent +\S+lab_agents\.ts +Stands in a laboratory\.$/m);
  assert.match(
    bad.stderr,
    /^warning: the environment \(OCS_PLUGINS\): Cannot load ".*throws\.ts": no device/,
  );
  const wrong = await ocs(["agent", "--list", "--jsn"], { cwd: folder.path });
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  assert.match(wrong.stderr, /^Error: .*--jsn/);
});

Deno.test("ocs leaves nothing behind of a list that never ends when Ctrl-C ends the reading", async () => {
  await using folder = await folderWith({
    "endless.ts": "Deno.writeTextFileSync('pid', String(Deno.pid));\nwhile (true);\n",
  });
  const pidFile = `${folder.path}/pid`;
  const site =
    "hub: {wamp_server: 'ws://127.0.0.1:1/ws', wamp_realm: r, address_root: o}\nhosts: {localhost: {agent-instances: []}}\n";
  await Deno.writeTextFile(`${folder.path}/default.yaml`, site);
  const env = { OCS_PLUGINS: "endless.ts", OCS_CONFIG_DIR: folder.path, SITE_HOST: "localhost" };
  for (const words of [["agent", "--list"], ["agent", "LabAgent"], ["config", "check"]]) {
    await using program = startOcs(words, { env, cwd: folder.path });
    const pid = await untilTrue(() => Number(Deno.readTextFileSync(pidFile)), {
      timeoutMs: 30_000,
      what: "the list",
    });
    program.signal("SIGINT");
    assert.equal((await within(program.ended, 10_000, `the end of ${words.join(" ")}`)).code, 130);
    await untilTrue(() => !isRunning(pid), { what: "the end of the program that reads the list" });
    await Deno.remove(pidFile);
  }
});

for (const together of [false, true]) {
  Deno.test(`ocs up${together ? " --together" : ""} runs an agent of a list beside ours, and tells of a list it cannot use`, async () => {
    await using folder = await folderWith({
      "throws.ts": BAD_LISTS["throws.ts"] ?? "",
      "lab_agents.ts": goodList(),
    });
    const file = `${folder.path}/site.yaml`;
    await Deno.writeTextFile(file, siteText("ws://127.0.0.1:8001/ws", ["throws.ts", "lab_agents.ts"]));
    const args = ["up", "--site-file", file, "--site-host", "localhost", "--port", "0", "--json"];
    await using program = startOcs([...args, ...(together ? ["--together"] : [])]);
    await program.untilLog(/"event":"up"/, 60_000);
    const events = jsonLines(program.stdout);
    const text = (event: string) => String(events.find((one) => one.event === event)?.text);
    assert.match(text("plugin"), /^Cannot load ".*throws\.ts": no device, at/);
    assert.match(program.log, /mode is acq/);
    const [, port] = /ws:\/\/127\.0\.0\.1:(\d+)\/ws/.exec(program.stdout) ?? [];
    const where = { httpUrl: `http://127.0.0.1:${port}/call` };
    assert.deepEqual(await bridgeCall(where, "observatory.lab1", ["get_agent_class"]), ["LabAgent"]);
    assert.equal((await program.stop()).code, 0);
  });
}

Deno.test("ocs config check reads the lists of this host: arguments of their classes, and what is wrong with a list", async () => {
  const text = siteText("ws://127.0.0.1:8001/ws", ["lab_agents.ts", "throws.ts"]);
  await using folder = await folderWith({
    "throws.ts": BAD_LISTS["throws.ts"] ?? "",
    "lab_agents.ts": goodList(),
    "good.yaml": text.replace(',"throws.ts"', ""),
    "bad.yaml": text.replace("--mode, acq", "--mode, acc"),
    "odd.yaml": text.replace('["lab_agents.ts","throws.ts"]', "[1, {}, '']"),
  });
  const check = (name: string) =>
    ocs(["config", "check", name, "--site-host", "localhost"], { cwd: folder.path });
  const good = await check("good.yaml");
  assert.equal(good.code, 0, good.stdout);
  assert.match(good.stdout, /no problems/);
  const bad = await check("bad.yaml");
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /argument of agent "lab1": --mode is "acc"\n +expected one of idle, acq/);
  assert.match(bad.stdout, /bad\.yaml:4:\d+: error: Cannot load ".*throws\.ts": no device/);
  const odd = await check("odd.yaml");
  assert.equal(
    odd.stdout.match(/"agent-plugins" of the host "localhost" has .*\n +expected paths or URLs of modules/g)
      ?.length,
    3,
  );
});

Deno.test("OCS 7.1: the ocs command takes SITE_HUB, SITE_HTTP and SITE_HOST of the environment for options it was not given", async () => {
  await using folder = await folderWith({ "default.yaml": siteText("ws://127.0.0.1:8001/ws", []) });
  const env = {
    OCS_CONFIG_DIR: folder.path,
    SITE_HOST: "localhost",
    SITE_HUB: "ws://env:1/ws",
    SITE_HTTP: "http://env:1/call",
  };
  const show = async (...args: string[]) => (await ocs(["config", "show", ...args], { env })).stdout;
  const shown = await show();
  assert.match(shown, /wamp_server +ws:\/\/env:1\/ws {2}\(environment, SITE_HUB\)/);
  assert.match(shown, /wamp_http +http:\/\/env:1\/call {2}\(environment, SITE_HTTP\)/);
  assert.match(
    await show("--site-hub", "ws://line:1/ws"),
    /wamp_server +ws:\/\/line:1\/ws {2}\(command line\)/,
  );
  const wrong = await ocs(["agents"], { env: { ...env, SITE_HUB: "garbage" } });
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.stderr,
    /^Error: Cannot use SITE_HUB of the environment, "garbage": expected a URL such as ws:/,
  );
});
