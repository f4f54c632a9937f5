import assert from "node:assert/strict";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import type { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { untilTrue } from "../../helpers/until.ts";
import { ocs, startOcs } from "./ocs.ts";

/** A router with one agent that acquires, and the options that lead to it. */
async function observatory() {
  const router = await Router.start();
  const agent = await startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
    instanceId: "faker1",
    connection: { url: router.url, realm: "test_realm" },
    options: { mode: "acq", numChannels: 2, sampleRate: 5, frameLength: 60 },
  });
  return {
    agent,
    site: ["--site-hub", router.url],
    run: (...args: readonly string[]) => ocs([...args, "--site-hub", router.url]),
    async [Symbol.asyncDispose]() {
      await agent.stop();
      await router.stop();
    },
  };
}

Deno.test("ocs agents lists who is heard, and the same as JSON", async () => {
  await using site = await observatory();
  const table = await site.run("agents");
  assert.equal(table.code, 0, table.stderr);
  assert.match(
    table.stdout,
    /^INSTANCE +CLASS +HOST +PID +STATE +HEARD +OPERATIONS\nfaker1 +FakeDataAgent .* up .*acq count/,
  );
  const { code, stdout } = await site.run("agents", "--json");
  assert.equal(code, 0);
  const [row] = JSON.parse(stdout);
  assert.deepEqual([row.instance, row.state, row.operations.acq, row.pid], [
    "faker1",
    "up",
    "RUNNING",
    Deno.pid,
  ]);
});

Deno.test("ocs agents names the agents of the site file that are silent, and fails", async () => {
  await using site = await observatory();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/default.yaml`,
      `hub: {wamp_server: '${site.site[1]}', wamp_realm: test_realm, address_root: observatory}\n` +
        "hosts: {localhost: {agent-instances: [{agent-class: FakeDataAgent, instance-id: faker1}, " +
        "{agent-class: RegistryAgent, instance-id: lost}, {agent-class: X, instance-id: down, manage: down}]}}\n",
    );
    const { code, stdout } = await ocs(["agents"], { env: { OCS_CONFIG_DIR: folder } });
    assert.equal(code, 1);
    assert.match(stdout, /lost +RegistryAgent +localhost +- +silent +never/);
    assert.match(stdout, /down +X +localhost +- +off/);
    assert.match(stdout, /1 of 3 in trouble: lost \(silent on localhost\)/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ocs show describes operations and feeds", async () => {
  await using site = await observatory();
  const { code, stdout } = await site.run("show", "faker1");
  assert.equal(code, 0);
  for (
    const text of [
      "observatory.faker1",
      "delay_task",
      "delay (float",
      "acq",
      "false_temperatures  (recorded)",
    ]
  ) {
    assert(stdout.includes(text), text);
  }
  const json = JSON.parse((await site.run("show", "faker1", "--json")).stdout);
  assert.equal(json.api.agent_class, "FakeDataAgent");
});

Deno.test("ocs start --wait runs a task to its end; parameters keep their kind", async () => {
  await using site = await observatory();
  const { code, stdout } = await site.run("start", "faker1.delay_task", "delay=0.1", "--wait", "--json");
  assert.equal(code, 0);
  const reply = JSON.parse(stdout);
  assert.equal(reply.session.success, true);
  assert.equal(reply.session.data.requested_delay, 0.1);
  const failed = await site.run("start", "faker1.delay_task", "delay=0.0", "succeed=false", "--wait");
  assert.equal(failed.code, 1);
  assert.match(failed.stdout, /failed .* ago/);
});

Deno.test("ocs start, status, wait, stop and abort tell by exit code what became of it", async () => {
  await using site = await observatory();
  const refused = await site.run("start", "faker1.delay_task", "delay=x");
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /ERROR - Param 'delay'=x is not of required type \(<class 'float'>\)/);
  assert.equal((await site.run("start", "faker1.delay_task", "delay=100")).code, 0);
  const late = await site.run("wait", "faker1.delay_task", "--timeout", "0.2");
  assert.equal(late.code, 4);
  assert.equal(late.stderr, "");
  assert.match((await site.run("status", "faker1.delay_task")).stdout, /running for/);
  assert.equal((await site.run("abort", "faker1.delay_task")).code, 0);
  assert.equal((await site.run("wait", "faker1.delay_task")).code, 1);
  assert.equal((await site.run("stop", "faker1.acq")).code, 0);
  assert.equal((await site.run("wait", "faker1.acq", "--timeout", "10")).code, 0);
});

Deno.test("ocs says which operation or agent was meant, with the exit codes of the page", async () => {
  await using site = await observatory();
  const op = await site.run("start", "faker1.delay_taks");
  assert.equal(op.code, 1);
  assert.match(op.stderr, /it has delay_task, .*did you mean "faker1\.delay_task"\?/);
  const agent = await site.run("status", "faker2.acq");
  assert.equal(agent.code, 3);
  assert.match(agent.stderr, /no agent is registered at "observatory\.faker2".*faker1/);
  assert.equal((await site.run("wait", "faker1")).code, 2);
  assert.equal((await site.run("start", "faker1.acq", "novalue")).code, 2);
  const realm = await site.run("agents", "--site-realm", "other");
  assert.equal(realm.code, 3);
  assert.match(realm.stderr, /other/);
});

Deno.test("ocs listen prints events until the count is reached, and as Python does with --json", async () => {
  await using site = await observatory();
  const text = await site.run("listen", "heartbeat", "-n", "1");
  assert.equal(text.code, 0);
  assert.match(text.stdout, /^\d\d:\d\d:\d\d faker1\.heartbeat .*acq RUNNING/);
  const { stdout } = await site.run("listen", "faker1.false_temperatures", "-n", "2", "--json");
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  assert.equal(lines[0].topic, "observatory.faker1.feeds.false_temperatures");
  assert.equal(lines[0].message[1].feed_name, "false_temperatures");
});

Deno.test("ocs listen goes on after a restart of the router, and says what is missing", async () => {
  await using first = await Router.start();
  const { port } = first;
  await using program = startOcs(["listen", "heartbeat", "--json", "--site-hub", first.url]);
  await using agent = await startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
    instanceId: "faker1",
    connection: { url: first.url, realm: "test_realm" },
    options: { mode: "idle", numChannels: 1, sampleRate: 1, frameLength: 60 },
    crossbarTimeoutSeconds: 0,
  });
  await program.untilLog("observatory.faker1.feeds.heartbeat");
  await first.stop();
  await program.untilLog("The router is lost");
  await using _second = await Router.start({ port });
  await program.untilLog("The router is back", 30_000);
  const before = program.stdout.length;
  await program.until(() => program.stdout.length > before, "a further event", 30_000);
  await agent.stop();
});

Deno.test("ocs listen gives up after --timeout where nothing is published", async () => {
  await using site = await observatory();
  const { code, stderr } = await site.run("listen", "fakr1", "--timeout", "0.5");
  assert.equal(code, 4);
  assert.match(stderr, /Nothing was published on "fakr1" within 0\.5 s/);
  const heard = await site.run("listen", "heartbeat", "--timeout", "5", "-n", "1");
  assert.equal(heard.code, 0);
});

Deno.test("ocs listen ends quietly when its reader goes away", async () => {
  await using site = await observatory();
  const main = new URL("../../../cli/main.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: [
      "-c",
      `set -o pipefail; timeout 20 "$0" run -A --quiet "$1" listen heartbeat --site-hub "$2" | head -1; echo "codes \${PIPESTATUS[0]}"`,
      Deno.execPath(),
      main,
      site.site[1] ?? "",
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stdout), /heartbeat.*\ncodes 0\n$/);
  assert.doesNotMatch(new TextDecoder().decode(stderr), /rror|pipe/i);
});

Deno.test("ocs wait ends at SIGINT and says that the operation goes on", async () => {
  await using site = await observatory();
  await using program = startOcs(["wait", "faker1.acq", ...site.site]);
  // It says nothing in a pipe; the agent's log is not at hand here, so a first look at the process has to do.
  await program.until(async () => (await site.run("status", "faker1.acq")).code === 0, "the agent's answer");
  program.signal("SIGINT");
  const end = await program.ended;
  assert.equal(end.code, 130);
  assert.match(end.stderr, /faker1\.acq goes on/);
});

Deno.test("ocs without a router fails within its deadline and says what was tried", async () => {
  const { code, stderr } = await ocs(["agents", "--site-hub", "ws://127.0.0.1:1/ws"]);
  assert.equal(code, 3);
  assert.match(stderr, /ws:\/\/127\.0\.0\.1:1\/ws.*ECONNREFUSED/);
});

Deno.test("ocs with --json tells a failure as one JSON object, beside the text on standard error", async () => {
  const { code, stdout, stderr } = await ocs([
    "status",
    "faker1.acq",
    "--json",
    "--site-hub",
    "ws://127.0.0.1:1/ws",
  ]);
  assert.equal(code, 3);
  const { error, exitCode } = JSON.parse(stdout);
  assert.equal(exitCode, 3);
  assert.match(error, /ECONNREFUSED/);
  assert.match(stderr, /ECONNREFUSED/);
  const wrong = await ocs(["agents", "--jsn", "--json"]);
  assert.equal(wrong.code, 2);
  assert.match(JSON.parse(wrong.stdout).error, /^Unexpected option or subcommand: `--jsn`/);
});

Deno.test("ocs abort of a process says what to do instead, without a stack", async () => {
  await using site = await observatory();
  const { code, stderr } = await site.run("abort", "faker1.acq");
  assert.equal(code, 1);
  assert.equal(
    stderr.trim(),
    'Error: Cannot abort "faker1.acq": it is a process, expected a task; try stop faker1.acq',
  );
});

Deno.test("ocs data reads what is at a path, for eyes and for programs, and says what is there instead", async () => {
  await using site = await observatory();
  const whole = await untilTrue(async () => {
    const run = await site.run("data", "faker1.acq");
    return run.stdout.startsWith("fields:") ? run : undefined;
  }, { what: "the first reading", timeoutMs: 30_000 });
  assert.equal(whole.code, 0, whole.stderr);
  assert.match(
    whole.stdout,
    /^fields:\n {2}channel_00: [\d.]+\n {2}channel_01: [\d.]+\ntimestamp: [\d.]+\n$/,
  );
  const one = await site.run("data", "faker1.acq", "fields.channel_00", "--json");
  assert.equal(typeof JSON.parse(one.stdout), "number");
  const wrong = await site.run("data", "faker1.acq", "fields.channel_0");
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /"fields" has channel_00, channel_01; did you mean "fields\.channel_0[01]"\?/);
  const never = await site.run("data", "faker1.delay_task");
  assert.equal(never.code, 1);
  assert.match(never.stderr, /it has never run/);
  assert.equal((await site.run("data", "faker1.acq", "a..b")).code, 2);
  assert.equal((await site.run("data", "faker*.acq")).code, 2);
});

Deno.test("ocs data --follow prints each change until the run has ended", async () => {
  await using site = await observatory();
  await using program = startOcs(["data", "faker1.delay_task", "delay_so_far", "-f", "--json", ...site.site]);
  await program.untilLog("faker1.delay_task does not run");
  assert.equal((await site.run("start", "faker1.delay_task", "delay=2.5", "succeed=false")).code, 0);
  const end = await program.ended;
  // The run did not succeed, and that is what a script is told.
  assert.equal(end.code, 1);
  const lines = end.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert(lines.length >= 2, end.stdout);
  assert(lines.every(({ session_id, time }) => session_id === lines[0].session_id && time > 1e9));
  assert(lines.at(-1).data > lines[0].data);
});

Deno.test("ocs messages prints what a session has said, the last N, and what it says from then on", async () => {
  await using site = await observatory();
  const all = await site.run("messages", "faker1.acq");
  assert.match(
    all.stdout,
    /^faker1\.acq session \d+: running for .*\n\d\d:\d\d:\d\d Status is now "starting"\./,
  );
  const last = await site.run("messages", "faker1.acq", "-n", "1", "--json");
  const { messages, agent, op } = JSON.parse(last.stdout);
  assert.deepEqual([messages.length, messages[0][1], agent, op], [
    1,
    'Status is now "running".',
    "faker1",
    "acq",
  ]);
  await using program = startOcs(["messages", "faker1.acq", "-f", "--interval", "0.1", ...site.site]);
  await program.untilLog('Status is now "running"');
  assert.equal((await site.run("stop", "faker1.acq")).code, 0);
  const end = await program.ended;
  assert.equal(end.code, 0);
  assert.equal(end.stdout.split("\n").filter((line) => /"running"/.test(line)).length, 1);
  assert.match(end.stdout, /Status is now "done"/);
});

Deno.test("ocs gives 3 for a named agent that is not there, also where a pattern would list it", async () => {
  await using site = await observatory();
  for (const words of [["status", "nobody"], ["stop", "nobody.*", "--yes"], ["status", "nobody.acq"]]) {
    const { code, stderr } = await site.run(...words);
    assert.equal(code, 3, words.join(" "));
    assert.match(stderr, /Cannot connect to agent "nobody"/);
  }
});

Deno.test({
  name: "ocs fails when its result cannot be written",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    // The shell opens the device that is always full.
    const main = new URL("../../../cli/main.ts", import.meta.url).href;
    const command = `"${Deno.execPath()}" run -A "${main}" version > /dev/full`;
    const { code, stderr } = await new Deno.Command("sh", { args: ["-c", command] }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /^Error: Cannot write to standard output: No space left/);
  },
});

Deno.test("ocs takes patterns: status lists, stop of several needs --yes in a pipe", async () => {
  await using site = await observatory();
  const status = await site.run("status", "*/acq");
  assert.equal(status.code, 0, status.stderr);
  assert.match(status.stdout, /^OPERATION +STATE +LAST MESSAGE\nfaker1\.acq +running for/);
  const refused = await site.run("stop", "faker1.*");
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /it means 2 operations \(faker1\.acq, faker1\.count\), expected --yes/);
  const stopped = await site.run("stop", "faker1.*", "--yes", "--json");
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.deepEqual(JSON.parse(stopped.stdout).map(({ op }: { op: string }) => op), ["acq", "count"]);
  const started = await site.run("start", "*.delay_task", "delay=0.1", "--wait", "--json");
  assert.equal(started.code, 0, started.stderr);
  assert.equal(JSON.parse(started.stdout)[0].session.success, true);
});
