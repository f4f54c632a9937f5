import assert from "node:assert/strict";
import { groupOf } from "../../../internal/process_table.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { untilTrue } from "../../helpers/until.ts";
import { HostBed, IDLE, stateOf, textsOf } from "./host_manager_bed.ts";

Deno.test("OCS 97: HostManager runs our agents and any program side by side, and shows them as Python does", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [
    { id: "faker1", class: "FakeDataAgent", arguments: ["--mode", "acq"] },
    { id: "plain", exe: ["sh", "-c", "echo up; echo trouble >&2; exec sleep 1000"] },
    { id: "idle", exe: IDLE, manage: "host/down" },
    { id: "nobody", class: "NoSuchAgent" },
    { id: "left", exe: IDLE, manage: "ignore" },
  ], { env: { PATH: "/usr/bin:/bin" } });
  await bed.start();
  const shown = await bed.until("lines of plain", ({ data }) => {
    return stateOf(data.child_states, "faker1") === "up" && data.children["plain"]?.err.length === 1;
  });
  const common = { stability: 1, restart_required: false };
  assert.deepEqual(
    shown.data.child_states,
    [
      {
        next_action: "up",
        target_state: "up",
        agent_class: "FakeDataAgent",
        instance_id: "faker1",
        operable: true,
      },
      { next_action: "up", target_state: "up", agent_class: "Thing", instance_id: "plain", operable: true },
      {
        next_action: "down",
        target_state: "down",
        agent_class: "Thing",
        instance_id: "idle",
        operable: true,
      },
      {
        next_action: "?",
        target_state: "up",
        agent_class: "NoSuchAgent",
        instance_id: "nobody",
        operable: false,
      },
    ].map((one) => ({ ...one, ...common })),
  );
  assert.deepEqual(shown.data.children["plain"]?.out, ["up"]);
  assert.deepEqual(shown.data.children["plain"]?.err, ["trouble"]);
  const [ok, , message] = shown.data.config_parse_status["[SCF]"] ?? [];
  assert.deepEqual([ok, message], [true, ""]);
  assert.match(
    textsOf(shown),
    /Found plugin for "FakeDataAgent"\n[^]*No plugin found for agent_class "NoSuchAgent"!/,
  );
  assert.match(
    textsOf(shown),
    /Requested launch for FakeDataAgent:faker1\n[^]*Launched FakeDataAgent:faker1/,
  );

  await bed.task("update", {
    requests: [["faker1", "down"], ["idle", "up"], ["x", "up"], ["plain", "sideways"]],
  });
  const update = (await bed.call("status", "update"))[2];
  assert.match(
    textsOf(update),
    /Ignoring invalid target, x\nIgnoring request for "plain" -> invalid state "sideways"\.\n/,
  );
  const later = await bed.until("faker1 down, idle up", ({ data }) => {
    return stateOf(data.child_states, "faker1") === "down" && stateOf(data.child_states, "idle") === "up";
  });
  assert.match(
    textsOf(later),
    /Requesting termination of FakeDataAgent:faker1\n[^]*Agent instance FakeDataAgent:faker1 has exited/,
  );

  assert.equal((await bed.call("stop", "manager"))[0], 0);
  const [, , ended] = await bed.call("wait", "manager");
  assert.deepEqual([ended.status, ended.success, ended.messages.at(-2)?.[1]], ["done", true, "Exited."]);
  assert.deepEqual(bed.children(), []);
});

Deno.test("OCS 98: HostManager refuses an update while its manager process does not run", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, []);
  await bed.start();
  await bed.call("stop", "manager");
  await bed.call("wait", "manager");
  const [, , session] = await bed.task("update", { requests: [] });
  assert.equal(session.success, false);
  assert.match(textsOf(session), /^Manager process is not running; params not updated\.$/m);
});

Deno.test("HostManager ends its process manager however soon after the start it is told to", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, []);
  await bed.start();
  for (let round = 0; round < 20; round++) {
    await bed.call("stop", "manager");
    const [, , ended] = await bed.call("wait", "manager");
    assert.deepEqual([ended.status, ended.success], ["done", true], `round ${round}`);
    await bed.call("start", "manager");
  }
});

Deno.test("OCS 96: HostManager launches an agent again 3 s after an unexpected end, and a crash loop ever later", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [
    { id: "loop", exe: ["sh", "-c", "echo why it failed >&2; exit 7"] },
    { id: "missing", exe: ["/no/such/program"] },
  ]);
  await bed.start();
  const shown = await bed.until(
    "the third failure",
    ({ data }) => data.children["loop"]?.failures === 3,
    30_000,
  );
  const times = shown.messages.filter(([, text]) => text === "Requested launch for Thing:loop").map((
    [time],
  ) => time);
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  assert.ok(gaps.length === 2 && gaps.every((gap) => gap >= 3 && gap < 6), `launches after ${gaps} s`);
  const texts = textsOf(shown);
  assert.match(
    texts,
    /Detected exit of Thing:loop with code 7\.\nstderr output from Thing:loop: why it failed\n/,
  );
  assert.match(
    texts,
    /Thing:loop has ended 3 times in a row within 60 s of its start: the next launch is in 6 s/,
  );
  assert.match(texts, /stderr output from Thing:missing: .*not found/);
  assert.ok((shown.data.child_states.find((one) => one.instance_id === "loop")?.stability ?? 1) < 0.5);
  const next = shown.data.children["loop"]?.next_launch ?? 0;
  assert.ok(next > Date.now() / 1000, "the next launch is in the future");
  // Somebody has mended it and says so.
  await bed.task("update", { requests: [["loop", "up"]] });
  await bed.until(
    "a launch at once",
    ({ messages }) => messages.filter(([, text]) => text === "Requested launch for Thing:loop").length === 4,
    4000,
  );
});

Deno.test("HostManager that was killed leaves its agents running; the next one takes them over with their targets", async () => {
  await using router = await OurRouter.start();
  const agents = [
    { id: "faker1", class: "FakeDataAgent" },
    { id: "idle", exe: IDLE },
    { id: "asked", exe: IDLE, manage: "host/down" },
    { id: "dies", exe: IDLE },
    { id: "goes", exe: IDLE },
  ];
  await using bed = await HostBed.make(router, agents);
  await bed.start(["--initial-state", "up"]);
  await bed.untilState(["faker1", "idle", "asked", "dies", "goes"], "up");
  await bed.task("update", { requests: [["idle", "down"]] });
  const before = bed.pids();
  await bed.kill();
  await bed.writeAgents(agents.filter(({ id }) => id !== "goes"));
  Deno.kill(before["dies"] ?? 0, "SIGKILL");
  await bed.start(["--initial-state", "up"]);
  await bed.untilState(["faker1", "asked", "dies"], "up");
  const shown = await bed.until("goes gone", ({ data }) => stateOf(data.child_states, "goes") === undefined);
  assert.equal(stateOf(shown.data.child_states, "idle"), "down");
  const after = bed.pids();
  assert.equal(after["faker1"], before["faker1"]);
  assert.equal(after["asked"], before["asked"]);
  assert.notEqual(after["dies"], before["dies"]);
  assert.deepEqual(Object.keys(after).sort(), ["asked", "dies", "faker1"]);
  assert.equal(shown.data.children["faker1"]?.adopted, true);
  assert.match(
    textsOf(shown),
    /Agent instance FakeDataAgent:faker1 runs already \(process \d+\) and is taken over\./,
  );

  // One that was taken over is watched and ended as any other.
  Deno.kill(after["asked"] ?? 0, "SIGKILL");
  await bed.until(
    "the end of asked",
    (one) => /Detected exit of Thing:asked with code unknown/.test(textsOf(one)),
  );
  await bed.untilState(["asked"], "up");
  await bed.call("stop", "manager");
  await bed.call("wait", "manager");
  assert.deepEqual(bed.children(), []);

  // It has ended in order: the site file counts again.
  await bed.call("start", "manager");
  const fresh = await bed.untilState(["faker1", "idle", "dies"], "up");
  assert.equal(stateOf(fresh.data.child_states, "asked"), "down");
});

Deno.test("HostManager ends what is left of a program that ended while there was no manager, and starts none beside it", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [{ id: "script", exe: ["sh", "-c", "sleep 1000; true"] }]);
  await bed.start();
  await bed.untilState(["script"], "up");
  await bed.task("update", { requests: [] });
  const { script: pid = 0 } = bed.pids();
  await untilTrue(() => groupOf(pid).length === 2, { what: "what the script runs" });
  await bed.kill();
  Deno.kill(pid, "SIGKILL");
  await untilTrue(() => groupOf(pid).length === 1, { what: "the script gone" });
  await bed.start();
  const shown = await bed.until("another one", ({ data }) => data.children["script"]?.pid ?? null);
  assert.deepEqual(groupOf(pid), []);
  assert.match(textsOf(shown), /The program of "script" has ended and left processes running/);
  // A shell waits for what it runs before it ends; that is not waited for here.
  await bed.kill();
});

Deno.test("HostManager ends its agents on die and on SIGTERM, also one that does not want to, and leaves them on disown_agents", async () => {
  await using router = await OurRouter.start();
  const stubborn = ["sh", "-c", "trap '' INT; echo up; while :; do sleep 0.2; done"];
  await using bed = await HostBed.make(router, [{ id: "idle", exe: IDLE }, {
    id: "stubborn",
    exe: stubborn,
  }]);
  await bed.start();
  await bed.until(
    "both up",
    ({ data }) => data.children["stubborn"]?.out[0] === "up" && data.children["idle"]?.pid,
  );
  const before = bed.pids();
  const [, , left] = await bed.task("die", { disown_agents: true });
  assert.match(textsOf(left), /Requesting exit of manager process\.\n\.\.\. manager Process has exited\.\n/);
  assert.match(textsOf(left), /^This HostManager should terminate in about 1 second\.$/m);
  assert.equal((await bed.program.ended).code, 0);
  assert.deepEqual(bed.pids(), before);

  await bed.start();
  await bed.untilState(["idle", "stubborn"], "up");
  assert.deepEqual(bed.pids(), before);
  bed.program.signal("SIGTERM");
  assert.equal((await bed.program.ended).code, 0);
  await untilTrue(() => bed.children().length === 0, { what: "no child any more" });
});

Deno.test("HostManager keeps the site file that was in force when it finds a broken or half-written one", async () => {
  await using router = await OurRouter.start();
  const agents = [{ id: "a", exe: IDLE }, { id: "b", exe: IDLE }, { id: "c", exe: IDLE }];
  await using bed = await HostBed.make(router, agents);
  await bed.start();
  await bed.untilState(["a", "b", "c"], "up");
  const before = bed.pids();
  const block = (ids: readonly string[]) =>
    ids.map((id) => `      - {agent-class: Thing, instance-id: ${id}, agent-exe: [sleep, "1000"]}`).join(
      "\n",
    );
  const head = `hub: {wamp_server: "${router.url}", wamp_realm: test_realm, address_root: observatory}\n` +
    "hosts:\n  localhost:\n    agent-instances:\n";
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["hub: {", /likely syntax error/],
    ["", /the file is empty/],
    [head, /"agent-instances" .*is empty/],
    [head + block(["a", "b"]), /ends in the middle of a line and has no "c" any more/],
  ];
  for (const [text, expected] of wrong) {
    await bed.writeText(text);
    const [, , update] = await bed.task("update", { reload_config: true });
    assert.match(textsOf(update), expected);
    const shown = await bed.shown();
    const [ok, , message = ""] = shown.data.config_parse_status["[SCF]"] ?? [];
    assert.equal(ok, false);
    assert.match(message, expected);
    assert.deepEqual(bed.pids(), before);
  }
  // One whose manage makes no sense is left as it is; the new one is started; what is not there any more is stopped.
  await bed.writeText(
    `${head}${block(["a", "new"])}\n      - {agent-class: Thing, instance-id: b, manage: sometimes}\n`,
  );
  const [, , update] = await bed.task("update", { reload_config: true });
  assert.match(textsOf(update), /invalid manage=sometimes for instance_id=b\./);
  assert.match(textsOf(update), /Retiring Thing:c, which has disappeared/);
  await bed.untilState(["a", "b", "new"], "up");
  await bed.until("c gone", ({ data }) => stateOf(data.child_states, "c") === undefined);
  const after = bed.pids();
  assert.deepEqual([after["a"], after["b"], after["c"]], [before["a"], before["b"], undefined]);
  // It is being written: the manager waits for its end.
  const writer = (async () => {
    for (let n = 0; n < 5; n++) {
      await Deno.writeTextFile(bed.site.file, `${head}${block(["a"])}\n`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await Deno.writeTextFile(bed.site.file, `${head}${block(["a", "b", "new"])}\n`);
  })();
  await bed.task("update", { reload_config: true });
  await writer;
  await bed.untilState(["a", "b", "new"], "up");
  assert.deepEqual(bed.pids(), after);
});

Deno.test("HostManager resets an agent whose class has changed, one after the other, and does nothing of malformed requests", async () => {
  await using router = await OurRouter.start();
  // The first one takes its time to end.
  const slow = ["sh", "-c", "trap 'sleep 1; exit 0' INT; echo up; while :; do sleep 0.1; done"];
  await using bed = await HostBed.make(router, [{ id: "a", exe: slow }, { id: "b", exe: IDLE }]);
  await bed.start();
  await bed.until("a up", ({ data }) => data.children["a"]?.out[0] === "up");
  const before = bed.pids();
  await bed.writeAgents([{ id: "a", class: "Other", exe: IDLE }, { id: "b", exe: IDLE }]);
  await bed.task("update", { reload_config: true });
  const seen = new Set<number>();
  await untilTrue(() => {
    const now = bed.children().filter(({ outputPath }) => outputPath?.endsWith("/a.out"));
    assert.ok(now.length <= 1, `${now.length} processes of a`);
    for (const { pid } of now) seen.add(pid);
    return seen.size === 2;
  }, { what: "the new one" });
  await bed.untilState(["a", "b"], "up");
  assert.equal(bed.pids()["b"], before["b"]);
  assert.notEqual(bed.pids()["a"], before["a"]);

  const pids = bed.pids();
  for (const requests of ["all", [["a", "down"], 7], [["a"]], { a: "down" }]) {
    const [, , session] = await bed.task("update", { requests });
    assert.equal(session.success, false);
    assert.match(textsOf(session), /Cannot read requests? ".*": expected/);
  }
  const shown = await bed.untilState(["a", "b"], "up");
  assert.deepEqual(shown.data.child_states.map((one) => one.target_state), ["up", "up"]);
  assert.deepEqual(bed.pids(), pids);
});

Deno.test("HostManager starts so many agents at a time, those first that are to be first, and shows who waits", async () => {
  await using router = await OurRouter.start();
  const agents = ["a", "b", "c", "d"].map((id) => ({ id, exe: IDLE }));
  await using bed = await HostBed.make(router, agents, {
    args: ["--max-starting", "2", "--start-seconds", "0.5", "--start-first", "d, x"],
  });
  await bed.start();
  const shown = await bed.untilState(["a", "b", "c", "d"], "up");
  const launches = shown.messages.flatMap(([time, text]) => {
    const id = /^Requested launch for Thing:(.)$/.exec(text)?.[1];
    return id === undefined ? [] : [{ id, time }];
  });
  assert.deepEqual(launches.map(({ id }) => id), ["d", "a", "b", "c"]);
  const [d = 0, a = 0, b = 0, c = 0] = launches.map(({ time }) => time);
  assert.ok(a - d >= 0.4 && b - a < 0.4 && c - b >= 0.4, JSON.stringify(launches));
  assert.match(textsOf(shown), /^There is no agent "x" here to be started first\.$/m);
  const { starts } = shown.data;
  assert.deepEqual([starts.max_starting, starts.start_first, starts.waiting], [2, ["d", "x"], []]);
});
