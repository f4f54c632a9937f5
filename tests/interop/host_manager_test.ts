/** Both host managers with both sides' agents, driven by Python's tools. @module */
import assert from "node:assert/strict";
import { changeHosts, listHosts } from "../../verbs/hosts/hosts.ts";
import { logs } from "../../verbs/logs/logs.ts";
import { bridgeCall } from "../helpers/bridge.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { untilTrue } from "../helpers/until.ts";
import { type BedAgent, HostBed, stateOf, textsOf } from "../system/agents/host_manager_bed.ts";
import { testTerminal } from "../system/verbs/test_terminal.ts";

const test = await testsWith("Python peers", pythonPeers);

const PLUGIN = new URL("../tools/python_plugin", import.meta.url).pathname;
const AGENTS = new URL("../../agents", import.meta.url).pathname;

/** The environment in which both managers find Python's launcher. */
function pythonEnv({ folder }: PythonPeers): Readonly<Record<string, string>> {
  return { PATH: `${folder}/bin:${Deno.env.get("PATH") ?? ""}` };
}

/** Starts the manager of one side. */
async function startManager(
  bed: HostBed,
  peers: PythonPeers,
  side: "ours" | "python",
): Promise<AsyncDisposable> {
  if (side === "ours") {
    await bed.start();
    return bed.program;
  }
  return await startPythonAgent({
    peers,
    site: bed.site,
    instanceId: "hm1",
    env: { PYTHONPATH: PLUGIN, OCS_DENO_AGENTS: AGENTS, DENO: Deno.execPath() },
  });
}

/** What a manager says and shows over its life. */
async function life(peers: PythonPeers, side: "ours" | "python") {
  const agents: readonly BedAgent[] = [
    { id: "one", class: "FakeDataAgent" },
    { id: "two", class: "FakeDataAgent", manage: "host/down" },
    { id: "odd", class: "FakeDataAgent", manage: "sometimes" },
    { id: "left", class: "FakeDataAgent", manage: "ignore" },
    { id: "nobody", class: "NoSuchAgent" },
  ];
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, agents, { env: pythonEnv(peers) });
  await using _manager = await startManager(bed, peers, side);
  const first = await bed.untilState(["one"], "up", 30_000);
  const [, , update] = await bed.task("update", {
    requests: [["two", "up"], ["x", "up"], ["one", "sideways"], ["left", "up"]],
  });
  await bed.untilState(["two"], "up", 30_000);
  await bed.writeAgents(agents.filter(({ id }) => id === "one"));
  const [, , reload] = await bed.task("update", { reload_config: true, requests: [["one", "down"]] });
  await bed.until("two gone", ({ data }) => data.child_states.length === 1);
  await bed.untilState(["one"], "down");
  const [, , again] = await bed.task("update", { requests: [["all", "up"]] });
  await bed.untilState(["one"], "up", 30_000);
  const stopped = await bed.call("stop", "manager");
  const [, , end] = await bed.call("wait", "manager");
  const [, , refused] = await bed.task("update", {});
  const texts = (messages: readonly (readonly [number, string])[]) => messages.map(([, text]) => text);
  return {
    states: first.data.child_states,
    status: first.data.config_parse_status["[SCF]"]?.[2],
    updates: [update, reload, again, refused].map(({ messages }) => texts(messages)),
    // Which of two agents comes first in a pass is chance.
    manager: texts(end.messages).sort(),
    stopped: stopped.slice(0, 2),
    op: { status: end.status, success: end.success, code: end.op_code },
  };
}

test("OCS 97, 98: HostManager says and shows what Python's does, message by message", async (peers) => {
  const [ours, python] = await Promise.all([life(peers, "ours"), life(peers, "python")]);
  assert.deepEqual(ours, python);
});

test("OCS 7.3: ocsbow and Python's OCSClient drive our HostManager, which runs Python's agents and finds them again", async (peers) => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [
    { id: "faker1", class: "FakeDataAgent" },
    { id: "faker2", class: "FakeDataAgent", exe: "ocs-agent-cli" },
    { id: "thermo", class: "Lakeshore240Agent", manage: "host/down" },
  ], { env: pythonEnv(peers) });
  const site = ["--site-file", bed.site.file, "--site-host", "localhost"];
  const ocsbow = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await Program.run({
      name: `ocsbow ${words.join(" ")}`,
      command: peers.program("ocsbow"),
      args: [...site, ...words],
    });
    return stdout;
  };
  const untilShown = (pattern: RegExp) =>
    untilTrue(async () => pattern.test(await ocsbow("status")), {
      what: `${pattern} in ocsbow status`,
      timeoutMs: 45_000,
      pollMs: 200,
    });
  await bed.start();
  const shown = await bed.untilState(["faker1", "faker2"], "up", 30_000);
  assert.match(textsOf(shown), /Found plugin for "Lakeshore240Agent"/);
  await untilShown(
    /hm1 +HostManager +up +n\/a\n +faker1 +FakeDataAgent +up +up\n +faker2 +FakeDataAgent +up +up\n +thermo +Lakeshore240Agent +down +down/,
  );
  // It has changed its command line by the time it answers.
  await untilTrue(async () => (await ocsAnswers(peers, bed, "faker2")) === "FakeDataAgent", {
    timeoutMs: 30_000,
  });
  const before = bed.pids();
  await bed.kill();
  await bed.start();
  await bed.untilState(["faker1", "faker2"], "up", 30_000);
  assert.deepEqual(bed.pids(), before);

  assert.match(await ocsbow("down", "faker2"), /down agent faker2 via hm1/);
  await untilShown(/faker2 +FakeDataAgent +down +down/);
  assert.match(await ocsbow("up", "hm1"), /up hostmanager hm1 all/);
  await bed.untilState(["faker1", "faker2", "thermo"], "up", 30_000);
  await bed.task("update", { requests: [["thermo", "down"]] });
  const result = await pythonJson({
    peers,
    script: `
import json, sys
from ocs.ocs_client import OCSClient
hm = OCSClient('hm1', args=['--site-file', sys.argv[1], '--site-host', 'localhost'])
hm.update(requests=[('faker1', 'down'), ('faker2', 'down')])
status = hm.manager.status()
hm.die.start()
end = hm.die.wait(timeout=20)
print(json.dumps([status.session['op_name'], end.msg, [m[1] for m in end.session['messages']]]))
`,
    args: [bed.site.file],
  });
  assert.match(
    JSON.stringify(result),
    /"Requesting exit of manager process\.","\.\.\. manager Process has exited\."/,
  );
  assert.equal((await bed.program.ended).code, 0);
  assert.deepEqual(bed.children(), []);
});

async function ocsAnswers(peers: PythonPeers, bed: HostBed, id: string): Promise<unknown> {
  return await pythonJson({
    peers,
    script: `
import json, sys
from ocs.ocs_client import OCSClient
c = OCSClient(sys.argv[2], args=['--site-file', sys.argv[1], '--site-host', 'localhost'])
print(json.dumps(c._api['agent_class']))
`,
    args: [bed.site.file, id],
  });
}

test("Python's host manager starts and stops our agents through a plugin", async (peers) => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [{ id: "faker1", class: "DenoFakeDataAgent" }]);
  await using _manager = await startManager(bed, peers, "python");
  const shown = await bed.untilState(["faker1"], "up", 30_000);
  assert.match(textsOf(shown), /Found plugin for "DenoFakeDataAgent"/);
  await untilTrue(async () => (await ocsAnswers(peers, bed, "faker1")) === "FakeDataAgent", {
    timeoutMs: 30_000,
  });
  await bed.task("update", { requests: [["faker1", "down"]] });
  const down = await bed.untilState(["faker1"], "down");
  assert.doesNotMatch(textsOf(down), /refused to die/);
  assert.equal(stateOf(down.data.child_states, "faker1"), "down");
});

test("ocs hosts shows and drives Python's HostManager as ocsbow does, and ocs logs says that it keeps no lines", async (peers) => {
  await using router = await OurRouter.start();
  const agents: readonly BedAgent[] = [
    { id: "one", class: "FakeDataAgent" },
    { id: "two", class: "FakeDataAgent", manage: "host/down" },
    { id: "nobody", class: "NoSuchAgent" },
  ];
  await using bed = await HostBed.make(router, agents, { env: pythonEnv(peers) });
  await using _manager = await startManager(bed, peers, "python");
  await bed.untilState(["one"], "up", 30_000);
  const options = { site: { siteFile: bed.site.file }, terminal: testTerminal().made, yes: true };
  const listed = await listHosts(options);
  assert.deepEqual(listed.data[0]?.agents.map(({ instance, state, target }) => [instance, state, target]), [
    ["one", "up", "up"],
    ["two", "down", "down"],
    ["nobody", "?", "up"],
  ]);
  const processOf = async (): Promise<string | undefined> => {
    const [api] = await bridgeCall(router, "observatory.one", ["get_api"]);
    return /"instance_pid":(\d+)/.exec(JSON.stringify(api))?.[1];
  };
  // Up is that it runs; it answers a little later.
  const before = await untilTrue(() => processOf().catch(() => undefined), { timeoutMs: 45_000 });
  const restarted = await changeHosts("restart", ["one", "t*"], options);
  assert.deepEqual(restarted.data.map(({ agent, result, message }) => [agent, result, message]), [
    ["one", "ok", "answers"],
    ["two", "skipped", "is down and is to stay so"],
  ]);
  assert.notEqual(await processOf(), before);
  await assert.rejects(
    logs("one", options),
    /its host manager "hm1" keeps no lines, as Python's does not; and its host "localhost" has no log-dir/,
  );

  // One that came into the site file after the manager has read it.
  await bed.writeAgents([...agents.slice(0, 2), { id: "new", class: "FakeDataAgent", manage: "host/down" }]);
  const added = await changeHosts("up", ["new"], options);
  assert.deepEqual(added.data.map(({ result, message }) => [result, message]), [["ok", "answers"]]);
  const down = await changeHosts("down", ["localhost/"], options);
  assert.deepEqual(down.data.map(({ agent, result, state }) => [agent, result, state]), [
    ["one", "ok", "down"],
    ["new", "ok", "down"],
    ["two", "skipped", "down"],
  ]);
  await bed.call("stop", "manager");
  await bed.call("wait", "manager");
});
