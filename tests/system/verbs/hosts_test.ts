import assert from "node:assert/strict";
import { HostedAgentNotFoundError, NotConfirmedError } from "../../../verbs/errors.ts";
import { changeHosts, type ChangeHostsOptions, listHosts } from "../../../verbs/hosts/hosts.ts";
import { PLAIN } from "../../../verbs/look.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { HostBed, IDLE } from "../agents/host_manager_bed.ts";
import { ocs } from "../cli/ocs.ts";
import { testTerminal } from "./test_terminal.ts";

const CRASHES = ["sh", "-c", "echo 'no such device' >&2; exit 3"];

/** A host whose manager runs, one whose manager is away, and one without. */
async function observatory(router: OurRouter) {
  const bed = await HostBed.make(router, [
    { id: "faker1", class: "FakeDataAgent" },
    { id: "idle1", exe: IDLE },
    { id: "idle2", exe: IDLE },
    { id: "spare", exe: IDLE, manage: "host/down" },
    { id: "left", exe: IDLE, manage: "ignore" },
    { id: "nobody", class: "NoSuchAgent" },
  ]);
  const site = JSON.parse(await Deno.readTextFile(bed.site.file));
  const entry = (id: string, agentClass = "Thing") => ({ "agent-class": agentClass, "instance-id": id });
  site.hosts.daq2 = { "agent-instances": [entry("hm2", "HostManager"), entry("far1")] };
  site.hosts.control = { "agent-instances": [entry("faker9", "FakeDataAgent")] };
  await bed.writeText(`${JSON.stringify(site, null, 2)}\n`);
  await bed.start();
  await bed.untilState(["faker1", "idle1", "idle2"], "up");
  const options = (
    answer?: boolean,
  ): ChangeHostsOptions & { readonly said: string[]; readonly asked: string[] } => {
    const { made, said, asked } = testTerminal(answer);
    return { site: { siteFile: bed.site.file }, terminal: made, said, asked };
  };
  return { bed, options, [Symbol.asyncDispose]: () => bed[Symbol.asyncDispose]() };
}

Deno.test("listHosts() shows each host with its manager, its agents and their targets, and what is away or not managed", async () => {
  await using router = await OurRouter.start();
  await using there = await observatory(router);
  const listed = await listHosts(there.options());
  assert.equal(listed.result, "failed");
  assert.deepEqual(
    listed.data.map(({ host, managers }) => [host, managers.map(({ instance, state }) => [instance, state])]),
    [["localhost", [["hm1", "up"]]], ["daq2", [["hm2", "away"]]], ["control", []]],
  );
  const agents = listed.data.flatMap((host) => host.agents);
  assert.deepEqual(
    agents.map((
      { instance, manager, state, target, unmanaged },
    ) => [instance, manager, state, target, unmanaged]),
    [
      ["faker1", "hm1", "up", "up", null],
      ["idle1", "hm1", "up", "up", null],
      ["idle2", "hm1", "up", "up", null],
      ["spare", "hm1", "down", "down", null],
      ["left", null, null, null, "not managed (manage: no)"],
      ["nobody", "hm1", "?", "up", null],
      ["far1", "hm2", null, null, null],
      ["faker9", null, null, null, "its host has no host manager"],
    ],
  );
  const text = listed.text(PLAIN);
  assert.match(text, /^localhost\n {2}hm1 +HostManager +up +-\n {2}faker1 +FakeDataAgent +up +up\n/m);
  assert.match(text, /^ {2}nobody +NoSuchAgent +cannot run +up +nobody there knows how to start it$/m);
  assert.match(text, /^hm2: Cannot connect to agent "hm2": no agent is registered/m);
  assert.match(text, /^1 of 8 in trouble: nobody \(cannot run\)$/m);
  const one = await listHosts({ ...there.options(), only: ["con*"] });
  assert.deepEqual([one.result, one.data.map(({ host }) => host)], ["ok", ["control"]]);
  await assert.rejects(listHosts({ ...there.options(), only: ["control", "contrl"] }), {
    name: "HostedAgentNotFoundError",
    message: /^Cannot find a host "contrl": expected one of .*control/,
  });
});

Deno.test("listHosts() finds a host manager that is heard where there is no site file, and shows its site file's error", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [{ id: "idle1", exe: IDLE }]);
  await bed.start();
  await bed.untilState(["idle1"], "up");
  await bed.writeText("hosts: {");
  const { made } = testTerminal();
  const site = { site: "none", siteHub: router.url, siteRealm: "test_realm", addressRoot: "observatory" };
  const { result, data, text } = await listHosts({ site, terminal: made, reload: true });
  assert.equal(result, "failed");
  assert.deepEqual(
    data.map(({ host, agents }) => [host, agents.map(({ instance, state }) => [instance, state])]),
    [
      [Deno.hostname(), [["idle1", "up"]]],
    ],
  );
  assert.match(text(PLAIN), /^hm1: site file: Failed to read site config file -- likely syntax error: /m);
});

Deno.test("changeHosts() shows the plan and asks; a no, or nobody to ask, touches nothing", async () => {
  await using router = await OurRouter.start();
  await using there = await observatory(router);
  const before = there.bed.pids();
  const no = there.options(false);
  const refused = await changeHosts("down", ["localhost/idle*", "far1", "left"], no);
  assert.deepEqual([refused.result, refused.text(PLAIN)], ["failed", "Nothing was done."]);
  assert.deepEqual(no.asked, ["Really stop these 2?"]);
  assert.match(
    no.said.join("\n"),
    /^stop 2 agents:\nAGENT.*\nidle1 +localhost +hm1 +up +down\nidle2 .*\nnot touched: far1: hm2 does not answer\nnot touched: left: not managed \(manage: no\)$/,
  );
  await assert.rejects(
    changeHosts("down", ["hm1"], there.options()),
    (error) =>
      error instanceof NotConfirmedError &&
      /it means 4 agents \(faker1, idle1, idle2, nobody\), expected --yes/.test(error.message),
  );
  await assert.rejects(
    changeHosts("down", ["faker2"], there.options()),
    (error) => error instanceof HostedAgentNotFoundError && /did you mean "faker1"\?/.test(error.message),
  );
  const dry = await changeHosts("down", ["localhost/idle*", "left"], { ...there.options(), dryRun: true });
  assert.equal(dry.result, "ok");
  assert.match(dry.text(PLAIN), /^stop 2 agents:\nAGENT.*\nidle1 +localhost +hm1 +up +down\n/);
  assert.deepEqual(dry.data.map(({ agent, result }) => [agent, result]), [
    ["idle1", "planned"],
    ["idle2", "planned"],
    ["left", "failed"],
  ]);
  assert.deepEqual(there.bed.pids(), before);
});

Deno.test("OCS 7.3: ocs client status, up and down are ocs hosts with ocsbow's options", async () => {
  await using router = await OurRouter.start();
  await using there = await observatory(router);
  const run = (...words: readonly string[]) => ocs(["client", "--site-file", there.bed.site.file, ...words]);
  const status = await run("status", "-H", "localhost", "--json");
  assert.deepEqual(JSON.parse(status.stdout).map(({ host }: { host: string }) => host), ["localhost"]);
  const dry = await run("down", "--dry-run", "idle1", "idle2");
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /^stop 2 agents:\n/);
  assert.equal((await run("down", "idle1")).code, 0);
  await there.bed.untilState(["idle1"], "down");
  // The host manager itself means all that it runs.
  assert.match((await run("up", "hm1", "--dry-run")).stdout, /^start [12] agents?:\nAGENT.*\nidle1 /);
});

Deno.test("changeHosts() waits until agents are down, up and restarted, and leaves alone what is as wanted", async () => {
  await using router = await OurRouter.start();
  await using there = await observatory(router);
  const before = there.bed.pids();
  const down = await changeHosts("down", ["idle?", "spare"], { ...there.options(), yes: true });
  assert.deepEqual(
    [down.result, down.data.map(({ agent, result, state }) => [agent, result, state])],
    ["ok", [["idle1", "ok", "down"], ["idle2", "ok", "down"], ["spare", "skipped", "down"]]],
  );
  assert.deepEqual(Object.keys(there.bed.pids()), ["faker1"]);
  const up = await changeHosts("up", ["idle1", "faker1"], { ...there.options(), yes: true });
  assert.deepEqual(up.data.map(({ agent, result, message }) => [agent, result, message]), [
    ["idle1", "ok", "runs"],
    ["faker1", "skipped", "is up already"],
  ]);
  const patterns = ["faker?", "*2", "spa*", "left", "nobody"];
  const restart = await changeHosts("restart", patterns, there.options(true));
  // What cannot be started is told, and keeps nobody else waiting; what is down and is to stay so, stays so.
  assert.equal(restart.result, "failed");
  assert.deepEqual(restart.data.map(({ agent, result }) => [agent, result]), [
    ["faker1", "ok"],
    ["faker9", "skipped"],
    ["idle2", "skipped"],
    ["spare", "skipped"],
    ["left", "failed"],
    ["nobody", "failed"],
  ]);
  assert.equal(restart.data[0]?.message, "answers");
  const after = there.bed.pids();
  assert.deepEqual(Object.keys(after).sort(), ["faker1", "idle1"]);
  assert.notEqual(after["faker1"], before["faker1"]);
  const nothing = await changeHosts("up", ["faker1"], there.options());
  assert.deepEqual([nothing.result, nothing.text(PLAIN)], [
    "ok",
    "Nothing to do.\nnot touched: faker1: is up already",
  ]);
});

Deno.test("changeHosts() tells agents that do not get there, with what they said last", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [
    { id: "loop", exe: CRASHES, manage: "host/down" },
    { id: "slow", exe: ["sh", "-c", "trap 'sleep 4; exit 0' INT; echo up; while :; do sleep 0.1; done"] },
  ]);
  await bed.start();
  await bed.until("slow up", ({ data }) => data.children["slow"]?.out[0] === "up");
  const options = { site: { siteFile: bed.site.file }, terminal: testTerminal().made, yes: true };
  const late = await changeHosts("down", ["slow"], { ...options, withinSeconds: 1 });
  assert.deepEqual([late.result, late.data.map(({ state, message }) => [state, message])], [
    "timeout",
    [["wait_dead", "not down yet"]],
  ]);
  const loop = await changeHosts("up", ["loop"], options);
  assert.equal(loop.result, "failed");
  assert.match(
    loop.data[0]?.message ?? "",
    /^not up yet, it has ended 3 times, the next launch is in .*: no such device$/,
  );
  assert.match(loop.text(PLAIN), /^1 of 1 not as wanted: loop$/m);
});

Deno.test("changeHosts() starts a process manager that does not run, and has a manager read the site file for one it does not know", async () => {
  await using router = await OurRouter.start();
  const agents = [{ id: "a", exe: IDLE }, { id: "b", exe: IDLE }];
  await using bed = await HostBed.make(router, agents);
  await bed.start();
  await bed.untilState(["a", "b"], "up");
  await bed.call("stop", "manager");
  await bed.call("wait", "manager");
  const options = { site: { siteFile: bed.site.file }, terminal: testTerminal().made, yes: true };
  const asleep = await listHosts(options);
  assert.equal(asleep.result, "failed");
  assert.match(asleep.text(PLAIN), /^hm1 sleeps: its process manager does not run/m);
  assert.equal((await changeHosts("up", ["a"], options)).result, "ok");
  assert.deepEqual(Object.keys(bed.pids()), ["a"]);
  await bed.writeAgents([...agents, { id: "new", exe: IDLE, manage: "host/down" }]);
  const { result, data } = await changeHosts("up", ["new"], options);
  assert.deepEqual([result, data.map(({ state }) => state)], ["ok", ["up"]]);
  assert.deepEqual(Object.keys(bed.pids()).sort(), ["a", "new"]);
});

Deno.test("ocs hosts ends with 1 for trouble, 2 where nobody can be asked, 4 for what is not there in time, and writes JSON", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [{ id: "idle", exe: IDLE }, {
    id: "nobody",
    class: "NoSuch",
  }]);
  await bed.start();
  await bed.untilState(["idle"], "up");
  const run = (...words: readonly string[]) => ocs(["hosts", ...words, "--site-file", bed.site.file]);
  const listed = await run("--json");
  assert.equal(listed.code, 1);
  assert.equal(JSON.parse(listed.stdout)[0].agents[0].target, "up");
  const unasked = await run("down", "idle");
  assert.equal(unasked.code, 2);
  assert.match(
    unasked.stderr,
    /Cannot stop "idle" without being asked: it means 1 agent \(idle\), expected --yes/,
  );
  const down = await run("down", "idle", "--yes", "--json");
  assert.equal(down.code, 0, down.stderr);
  assert.deepEqual(JSON.parse(down.stdout), [
    {
      agent: "idle",
      host: "localhost",
      manager: "hm1",
      result: "ok",
      state: "down",
      target: "down",
      message: "",
    },
  ]);
  const late = await run("up", "idle", "--yes", "--within", "0.1");
  assert.equal(late.code, 4, late.stdout);
});
