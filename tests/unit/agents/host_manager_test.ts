import assert from "node:assert/strict";
import { ChildLog } from "../../../agents/host_manager/child_log.ts";
import { readDockerState } from "../../../agents/host_manager/docker_state.ts";
import { logPaths } from "../../../agents/host_manager/host_program.ts";
import { KeptState } from "../../../agents/host_manager/kept_state.ts";
import { launchCommand } from "../../../agents/host_manager/launch_command.ts";
import { ManagedInstance, type Target, type Unit } from "../../../agents/host_manager/managed_instance.ts";
import { findProcess, isSameProcess } from "../../../internal/process_table.ts";
import { applyRequests, readRequests } from "../../../agents/host_manager/requests.ts";
import {
  relaunchSeconds,
  resolveChildState,
  stabilityOf,
} from "../../../agents/host_manager/resolve_child_state.ts";
import { readSite } from "../../../site/read_site.ts";

/** A unit that runs when a test says so. */
function unit(isRunning: boolean, more: Partial<Unit> = {}): Unit {
  return { isRunning, hasEnded: false, exitCode: 1, start() {}, stop() {}, kill() {}, ...more };
}

function instance(target: Target, options: Partial<ManagedInstance> = {}): ManagedInstance {
  const one = new ManagedInstance({ instanceId: "x", agentClass: "Thing", management: "host", target });
  return Object.assign(one, { unit: unit(false) }, options);
}

Deno.test("OCS 10.6.6: resolveChildState() takes the steps of Python's state machine", () => {
  const now = 1000;
  const up = unit(true);
  const at = { atSeconds: now };
  const cases: [one: ManagedInstance, next: string, messages: string[], does?: string][] = [
    [instance("up", { unit: undefined }), "?", []],
    [instance("up"), "start", []],
    [instance("up", { nextAction: "start" }), "wait_start", ["Requested launch for Thing:x"], "launch"],
    [instance("up", { nextAction: "wait_start", unit: up }), "up", ["Launched Thing:x"]],
    [instance("up", { nextAction: "wait_start", atSeconds: now + 1 }), "wait_start", []],
    [instance("up", { nextAction: "wait_start", ...at }), "start_at", [
      "Launch not detected for Thing:x! Will retry.",
    ]],
    [instance("up", { nextAction: "up", unit: up }), "up", []],
    [instance("up", { nextAction: "up" }), "start_at", ["Detected exit of Thing:x with code 1."]],
    [instance("up", { nextAction: "start_at", atSeconds: now + 1 }), "start_at", []],
    [instance("up", { nextAction: "start_at", ...at }), "start", []],
    [instance("down", { unit: up }), "up", [
      "Detected unexpected session for Thing:x (probably docker); it will be shut down.",
    ]],
    [instance("down", { nextAction: "up", unit: up }), "wait_dead", [
      "Requesting termination of Thing:x",
    ], "terminate"],
    [instance("down", { nextAction: "start_at" }), "down", [
      "Modifying state of Thing:x from start_at to idle",
    ]],
    [instance("down", { nextAction: "wait_dead" }), "down", ["Agent instance Thing:x has exited"]],
    [instance("down", { nextAction: "wait_dead", unit: up, atSeconds: now + 1 }), "wait_dead", []],
    [instance("down", { nextAction: "wait_dead", unit: up, ...at }), "down", [
      "Agent instance Thing:x refused to die.",
    ], "kill"],
    [instance("passive", { unit: up, passive: true }), "up", ["Passively tracked Thing:x is now up."]],
    [instance("passive", { nextAction: "up", passive: true }), "down", [
      "Passively tracked Thing:x is now down.",
    ]],
    [instance("up", { nextAction: "wait_start", passive: true, ...at }), "down", [
      "Launch not detected for Thing:x! Passive tracking so will not try again.",
    ]],
  ];
  for (const [one, next, messages, does] of cases) {
    const before = `${one.target} ${one.nextAction}`;
    const actions = resolveChildState(one, now);
    assert.deepEqual([one.nextAction, actions.messages], [next, messages], before);
    const done = (["launch", "terminate", "kill"] as const).filter((name) => actions[name]);
    assert.deepEqual(done, does === undefined ? [] : [does], before);
    if (one.passive) assert.equal(one.target, "passive");
  }
});

Deno.test("resolveChildState() shows the end of a long standard error, and why a program ended at once", () => {
  const errorLines = Array.from({ length: 60 }, (_, i) => `line ${i}`);
  const long = instance("up", { nextAction: "up", unit: unit(false, { errorLines }) });
  const [, text = ""] = resolveChildState(long, 1000).messages;
  assert.match(text, /^stderr output from Thing:x \(trimmed\): line 40\n(line \d+\n){18}line 59$/);
  const quick = instance("up", {
    nextAction: "wait_start",
    atSeconds: 2000,
    unit: unit(false, { hasEnded: true, exitCode: 127, errorLines: ["no such program"] }),
  });
  assert.deepEqual(resolveChildState(quick, 1000).messages, [
    "Detected exit of Thing:x with code 127.",
    "stderr output from Thing:x: no such program",
  ]);
  assert.deepEqual([quick.nextAction, quick.atSeconds], ["start_at", 1003]);
});

Deno.test("resolveChildState() starts a changed agent when the one before it has ended, not beside it", () => {
  let running = true;
  const predecessor = unit(true);
  Object.defineProperty(predecessor, "isRunning", { get: () => running });
  const one = instance("up", { nextAction: "wait_dead", atSeconds: 1011, predecessor });
  assert.equal(resolveChildState(one, 1000).launch, false);
  assert.equal(one.nextAction, "wait_dead");
  running = false;
  const seen = [1001, 1002, 1003].map((now) => resolveChildState(one, now).launch);
  assert.deepEqual([seen, one.predecessor], [[false, false, true], undefined]);
});

Deno.test("resolveChildState() waits for nothing longer when the clock is set back", () => {
  const nextActions = (["start_at", "wait_start"] as const).map((nextAction) => {
    const one = instance("up", { nextAction, atSeconds: 5000 });
    resolveChildState(one, 1000);
    return one.nextAction;
  });
  assert.deepEqual(nextActions, ["start", "start_at"]);
  const hanging = instance("down", { nextAction: "wait_dead", unit: unit(true), atSeconds: 5000 });
  assert.equal(resolveChildState(hanging, 1000).kill, true);
});

Deno.test("OCS 96: relaunchSeconds() is 3 s at first and at most a minute", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7, 1000].map(relaunchSeconds), [3, 3, 3, 6, 12, 24, 48, 60, 60]);
});

Deno.test("OCS 10.6.6: stabilityOf() is a half after one failure ten seconds ago, and forgets what is older than 2 min", () => {
  assert.equal(stabilityOf([], 1000).stability, 1);
  assert.equal(stabilityOf([990], 1000).stability, 0.5);
  assert.deepEqual(stabilityOf([100, 200, 990], 1000).failTimes, [990]);
  assert.equal(stabilityOf([999, 1000, 1001], 1000).stability, 0);
  assert.equal(stabilityOf(Array.from({ length: 500 }, () => 999), 1000).failTimes.length, 200);
});

Deno.test("readRequests() refuses what is no list of pairs before anything is done", () => {
  assert.deepEqual(readRequests([["a", "up"], ["all", "down"]]), [["a", "up"], ["all", "down"]]);
  for (const wrong of [null, "up", { a: "up" }, [["a"]], ["a"], [["a", "up", 1]], [["a", "up"], 7]]) {
    assert.throws(() => readRequests(wrong), TypeError, JSON.stringify(wrong));
  }
});

Deno.test("OCS 10.6.1: applyRequests() says what it ignores, leaves retired ones alone, and ends a wait for the next launch", () => {
  const waiting = instance("up", { nextAction: "start_at", atSeconds: 9e9, quickFailures: 5 });
  const retired = instance("down", { management: "retired" });
  const table = new Map([["a", waiting], ["b", instance("up")], ["r", retired]]);
  const said: string[] = [];
  applyRequests([["all", "down"], ["a", "up"], ["r", "up"], ["a", "on"]], {
    table,
    say: (text) => said.push(text),
  });
  assert.deepEqual([...table.values()].map(({ target }) => target), ["up", "down", "down"]);
  assert.deepEqual([waiting.nextAction, waiting.quickFailures], ["start", 0]);
  assert.deepEqual(said, ["Ignoring invalid target, r", 'Ignoring request for "a" -> invalid state "on".']);
});

Deno.test("OCS 10.6.5: launchCommand() hands on instance id, site file, host and folder, but to a program with its own arguments", () => {
  const place = { siteFile: "/site.yaml", hostName: "daq", workingDir: "/work" };
  const options = "--instance-id a --site-file /site.yaml --site-host daq --working-dir /work".split(" ");
  const of = (launcher: Parameters<typeof launchCommand>[0]["launcher"]) =>
    launchCommand({ instanceId: "a", agentClass: "FakeDataAgent", launcher }, place);
  assert.deepEqual(of("python").args, options);
  assert.equal(of("python").command, "ocs-agent-cli");
  assert.equal(of("ours").command, Deno.execPath());
  assert.match(of("ours").args.join(" "), /agents\/fake_data\.ts --instance-id a --site-file /);
  assert.deepEqual(of({ command: "/x", args: undefined }).args, options);
  const own = of({ command: "/x", args: ["-v"] });
  assert.deepEqual([own.args, own.env["INSTANCE_ID"], own.env["SITE_HOST"]], [["-v"], "a", "daq"]);
});

Deno.test("readSite() reads agent-exe as a program or a list, and names one that is neither", async () => {
  const read = (exe: string) =>
    readSite(
      `hub: {}\nhosts: {h: {agent-instances: [{agent-class: C, instance-id: i, agent-exe: ${exe}}]}}\n`,
      "f",
    );
  const exe = async (text: string) => (await read(text)).site?.hosts.get("h")?.instances[0]?.agentExe;
  assert.deepEqual(await exe("/bin/x"), { command: "/bin/x", args: undefined });
  assert.deepEqual(await exe("[/bin/x, -p, 5]"), { command: "/bin/x", args: ["-p", "5"] });
  assert.equal(await exe("null"), undefined);
  for (const wrong of ["{}", "[]", "7", "[[a]]"]) {
    const { problems } = await read(wrong);
    assert.match(problems[0]?.what ?? "", /"agent-exe" of agent 1 of the host "h" is /, wrong);
  }
});

Deno.test("logPaths() stays in its folder whatever an instance is called", () => {
  for (const id of ["../../etc/passwd", "a/b", "..", "\0", "x".repeat(1000)]) {
    const { out, err } = logPaths("/logs", id);
    for (const path of [out, err]) {
      assert.match(path, /^\/logs\/[^/\0]{1,210}$/);
      assert.doesNotMatch(path, /\/\.\.?$/);
    }
  }
});

Deno.test("ChildLog shows the lines of the current run, and puts a long file aside without losing the writer", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/x.out`;
    const log = new ChildLog(path);
    assert.deepEqual(log.lines, []);
    using writer = await Deno.open(path, { append: true, create: true });
    const write = (text: string) => writer.writeSync(new TextEncoder().encode(text));
    write("old run\n");
    log.begin();
    assert.deepEqual(log.lines, []);
    write("one\r\ntwo\nhalf");
    assert.deepEqual(log.lines, ["one", "two", "half"]);
    for (let n = 0; n < 5; n++) write(`${"x".repeat(1_000_000)}\n`);
    log.rotate();
    assert.ok((await Deno.stat(`${path}.1`)).size > 5_000_000);
    write("after\n");
    assert.deepEqual(log.lines, ["after"]);
    assert.equal((await Deno.stat(path)).size, 6);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("KeptState keeps what it was given, one owner at a time, and puts aside what it cannot read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const instances = [
      { instanceId: "a", agentClass: "C", management: "host", target: "up", commandLine: ["x"] },
      { instanceId: "b", agentClass: "D", management: "docker", target: "down" },
    ] as const;
    {
      using state = await KeptState.open(folder);
      assert.equal(state.read(), undefined);
      state.write(instances);
      await assert.rejects(KeptState.open(folder), /another host manager has the lock/);
    }
    using state = await KeptState.open(folder);
    assert.deepEqual(JSON.parse(JSON.stringify(state.read())), instances);
    for (const wrong of ["", "{}", "[", '{"version":1,"instances":[{"instanceId":1}]}', '{"version":2}']) {
      await Deno.writeTextFile(`${folder}/targets.json`, wrong);
      assert.throws(() => state.read(), /Cannot use .*targets\.json": .*targets\.json\.unreadable" now$/);
      assert.equal(state.read(), undefined);
    }
    state.write(instances);
    await Deno.mkdir(`${folder}/targets.json.next`);
    assert.throws(() => state.write([]), /^Error: Cannot write ".*\/targets\.json": .*Is a directory/);
    assert.equal(state.read()?.length, 2, "what was kept stays");
    await Deno.remove(`${folder}/targets.json.next`);
    state.clear();
    assert.equal(state.read(), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "findProcess() tells a process from another that has its id",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const own = findProcess(Deno.pid);
    assert.ok(own !== undefined && own.commandLine.length > 0);
    assert.equal(isSameProcess(own), true);
    assert.equal(isSameProcess({ ...own, startTicks: own.startTicks + 1 }), false);
    assert.equal(isSameProcess({ ...own, bootId: "before" }), false);
    assert.equal(findProcess(4_194_304 * 2), undefined);
  },
});

Deno.test("readDockerState() survives odd answers about single containers and images", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/compose.yaml`;
    await Deno.writeTextFile(file, "");
    const labels = (service: string, config = file) => ({
      "com.docker.compose.project.working_dir": folder,
      "com.docker.compose.project.config_files": config,
      "com.docker.compose.service": service,
    });
    const container = (service: string, config?: string) => ({
      Config: { Labels: labels(service, config) },
      State: { Running: true },
      Image: "sha256:1",
    });
    const answers: Record<string, readonly [code: number, out: unknown, err?: string]> = {
      [`compose -f ${file} config`]: [0, { services: { a: { image: "i:1" }, b: { build: "." } } }],
      "inspect i:1": [1, [{ Id: "sha256:1", RepoTags: ["i:1"] }, { Id: 7 }, null], "No such object"],
      [`compose -f ${file} ps -q`]: [0, "c1\nc2\n\nc3\nc4\nc5\nc6\n"],
      "inspect c1": [0, [container("a", "compose.yaml")]],
      "inspect c2": [0, [container("gone")]],
      "inspect c3": [1, [], "Error: No such object: c3"],
      "inspect c4": [1, [], "Error: boom"],
      "inspect c5": [0, [{ Config: {} }]],
      "inspect c6": [0, [container("a", "/dev/null")]],
    };
    const warnings: string[] = [];
    const { services, orphans } = await readDockerState(file, {
      run: (args) => {
        const [code, out, err = ""] = answers[args.join(" ")] ?? [99, ""];
        return Promise.resolve({
          code,
          stdout: typeof out === "string" ? out : JSON.stringify(out),
          stderr: err,
        });
      },
      warn: (text) => warnings.push(text),
    });
    assert.deepEqual(
      [...services.values()].map((one) => [one.service, one.image_id, one.running, one.exit_code]),
      [
        ["a", "sha256:1", true, 127],
        ["b", "unknown", false, 127],
      ],
    );
    assert.deepEqual([...orphans.keys()], ["c2"]);
    assert.equal(warnings.length, 3, warnings.join("\n"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
