import assert from "node:assert/strict";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import type { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { type RunningAgent, startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { testsWith } from "../../helpers/interop_test.ts";
import { findTmux, Terminal, type Tmux } from "../../helpers/tmux.ts";
import { untilTrue } from "../../helpers/until.ts";
import { ocs, startOcs } from "../cli/ocs.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;

/** A router with agents that acquire. */
async function observatory(instances: readonly string[] = ["faker1"]) {
  let router = await Router.start();
  const { url, port } = router;
  const agents: RunningAgent[] = [];
  for (const instanceId of instances) {
    agents.push(
      await startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
        instanceId,
        connection: { url, realm: "test_realm" },
        options: { mode: "acq", numChannels: 2, sampleRate: 5, frameLength: 60 },
      }),
    );
  }
  return {
    agents,
    site: ["--site-hub", url],
    stopRouter: () => router.stop(),
    startRouter: async () => {
      router = await Router.start({ port });
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents) await agent.stop();
      await router.stop();
    },
  };
}

/** A shell in which `ocs` runs with a site, as operators have it. */
async function shell(tmux: Tmux, columns = 80) {
  const terminal = await Terminal.open(tmux, {
    command: "sh",
    args: ["-i"],
    columns,
    env: { PS1: "shell> ", NO_COLOR: "1" },
  });
  const stty = async (): Promise<string> => {
    const { stdout } = await new Deno.Command("stty", { args: ["-F", terminal.tty, "-a"] }).output();
    return new TextDecoder().decode(stdout);
  };
  let before: string;
  try {
    await terminal.until("shell>");
    before = await stty();
  } catch (error) {
    await terminal[Symbol.asyncDispose]();
    throw error;
  }
  return {
    terminal,
    run: (...args: readonly string[]) =>
      terminal.line(
        `${Deno.execPath()} run -A --quiet ${MAIN} ${args.join(" ")}; clear; echo ended with $?`,
      ),
    /** The main screen is back, the cursor is seen, and keys work as before. */
    async isRestored(): Promise<void> {
      await terminal.until(/^ended with \d+$/m);
      const { alternateScreen, cursorVisible } = await terminal.state();
      assert.deepEqual([alternateScreen, cursorVisible], [false, true]);
      await untilTrue(async () => await stty() === before, { what: "the modes of before" });
    },
    async [Symbol.asyncDispose]() {
      await terminal[Symbol.asyncDispose]();
    },
  };
}

const test = await testsWith("tmux", findTmux);

for (const columns of [80, 200]) {
  test(`ocs watch shows values, ages and ranges at ${columns} columns until q`, async (tmux) => {
    await using site = await observatory();
    await using at = await shell(tmux, columns);
    await at.run("watch", "faker1.false_temperatures", ...site.site);
    const screen = await at.terminal.until(/^channel_01 +\S+ +\d.* +\S+ +\S+ +\S+$/m);
    const lines = screen.split("\n");
    assert.match(lines[0] ?? "", /^faker1\.false_temperatures {2}live +\d\d:\d\d:\d\d$/);
    assert.equal(lines[0]?.length, columns);
    assert.match(lines[1] ?? "", /^FIELD +VALUE +AGE +MIN +MAX +MEAN$/);
    assert.match(lines[23] ?? "", /^q quits/);
    await at.terminal.key("q");
    await at.isRestored();
  });
}

test("ocs watch tells a value that has stopped, a lost router and a lost agent apart, and goes on", async (tmux) => {
  await using site = await observatory();
  await using at = await shell(tmux);
  await at.run("watch", "faker1.false_temperatures", "channel_00", ...site.site);
  await at.terminal.until(/^channel_00 +\S+ +[\d.]+ s /m);
  assert.doesNotMatch(await at.terminal.screen(), /channel_01/);
  assert.equal((await ocs(["stop", "faker1.acq", ...site.site])).code, 0);
  await at.terminal.until(/^channel_00 +\S+ +old [\d.]+ s /m);
  assert.match(await at.terminal.screen(), /^faker1.false_temperatures {2}live/);
  await site.stopRouter();
  await at.terminal.until(/^faker1.false_temperatures {2}router lost for \d+\.\d s/);
  await site.startRouter();
  await at.terminal.until(/^faker1.false_temperatures {2}live/, { timeoutMs: 30_000 });
  await untilTrue(async () => (await ocs(["start", "faker1.acq", ...site.site])).code === 0, {
    timeoutMs: 40_000,
  });
  await at.terminal.until(/^channel_00 +\S+ +[\d.]+ s /m, { timeoutMs: 30_000 });
  for (const agent of site.agents) await agent.stop();
  await at.terminal.until(/^faker1.false_temperatures {2}faker1 not heard for/, { timeoutMs: 40_000 });
  await at.terminal.key("C-c");
  await at.isRestored();
});

test("ocs plot draws a line between axes until Ctrl-C, also on a tiny screen", async (tmux) => {
  await using site = await observatory();
  await using at = await shell(tmux);
  await at.run("plot", "faker1.false_temperatures", "channel_00", "--unit", "K", ...site.site);
  const screen = await at.terminal.until(/[⠁-⣿]{3}/);
  assert.match(screen, /^faker1\.false_temperatures channel_00 {2}live/);
  assert.match(screen, /^ +K$/m);
  assert.match(screen, /^ *[\d.]+┤/m);
  assert.match(screen, /^ +└.*┬/m);
  assert.match(screen, /\d\d:\d\d:\d\d.*UTC/);
  await at.terminal.resize(20, 5);
  await at.terminal.until((text) =>
    text.split("\n").every((line) => line.length <= 20) && /[⠁-⣿]/.test(text)
  );
  await at.terminal.resize(80, 24);
  await at.terminal.until(/^q quits {2}0\.\d+ K/m);
  await at.terminal.key("C-c");
  await at.isRestored();
});

test("ocs top lists all operations, and sorts them by a key", async (tmux) => {
  await using site = await observatory(["zeta", "alpha"]);
  await using at = await shell(tmux);
  await at.run("top", ...site.site);
  const firsts = (screen: string, column: 0 | 1) =>
    screen.split("\n").filter((line) => /^(zeta|alpha) /.test(line)).map((line) =>
      (/^(\S+) .* (acq|count|delay_task|set_heart\S+) +[A-Z]+/.exec(line) ?? [])[column + 1]
    );
  const screen = await at.terminal.until((text) =>
    /^Agents: 2 up/.test(text) && firsts(text, 0).length === 8
  );
  // Trouble, then what runs: nothing is in trouble.
  assert.deepEqual(firsts(screen, 0).slice(0, 4), ["alpha", "alpha", "zeta", "zeta"]);
  assert.match(screen.split("\n")[2] ?? "", /RUNNING/);
  await at.terminal.key("o");
  const sorted = await at.terminal.until("by operation");
  assert.deepEqual(firsts(sorted, 1).slice(0, 4), ["acq", "acq", "count", "count"]);
  await at.terminal.key("a", "a");
  const reversed = await at.terminal.until("by agent, reversed");
  assert.equal(firsts(reversed, 0)[0], "zeta");
  assert.equal((await ocs(["start", "zeta.delay_task", "succeed=false", "delay=0", ...site.site])).code, 0);
  await at.terminal.key("!");
  await at.terminal.until((text) => /zeta +.*delay_task +FAILED/.test(text.split("\n")[2] ?? ""));
  await at.terminal.key("q");
  await at.isRestored();
});

test("watch, plot and top take the prompt's terminal and give it back as it was", async (tmux) => {
  await using site = await observatory();
  await using at = await shell(tmux);
  await at.run("repl", ...site.site);
  await at.terminal.until(/1 up> ?$/);
  for (
    const [line, shown, key] of [
      ["watch faker1.false_temperatures", /^channel_01 +\S+ +\d/m, "q"],
      ["plot faker1.false_temperatures channel_00", /[⠁-⣿]/, "C-c"],
      ["top", /^faker1 .* acq +RUNNING/m, "q"],
    ] as const
  ) {
    await at.terminal.line(line);
    await at.terminal.until((screen) => /^(faker1|Agents: 1 up)/.test(screen) && shown.test(screen));
    await at.terminal.key(key);
    // The typed line is still there, and the prompt stands below it.
    await at.terminal.until(new RegExp(`up> ${line}\\n.*up>$`), { what: `the prompt below "${line}"` });
  }
  await at.terminal.line("6*7");
  await at.terminal.until(/^42$/m);
  await at.terminal.line("exit");
  await at.isRestored();
});

test("ocs watch restores the terminal at SIGTERM", async (tmux) => {
  await using site = await observatory();
  await using at = await shell(tmux);
  await at.run("watch", "faker1.false_temperatures", ...site.site);
  await at.terminal.until(/^channel_00/m);
  const children = await Deno.readTextFile(`/proc/${at.terminal.pid}/task/${at.terminal.pid}/children`);
  Deno.kill(Number(children.trim().split(" ").at(-1)), "SIGTERM");
  await at.isRestored();
});

test("ocs watch names the fields there are, and leaves the screen for it", async (tmux) => {
  await using site = await observatory();
  await using at = await shell(tmux, 200);
  await at.run(
    "watch",
    "faker1.false_temperatures",
    "chanel_00",
    "--timeout",
    "3",
    ...site.site,
    "2>&1 | tee $HOME/log",
  );
  await at.isRestored();
  await at.terminal.line("cat $HOME/log");
  await at.terminal.until('only channel_00, channel_01; did you mean "channel_00"?');
});

Deno.test("ocs watch writes one line a sample into a pipe, and JSON for programs", async () => {
  await using site = await observatory();
  const text = await ocs(["watch", "faker1.false_temperatures", "channel_0?", "-n", "2", ...site.site]);
  assert.equal(text.code, 0, text.stderr);
  const lines = text.stdout.trimEnd().split("\n");
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", /^\d\d:\d\d:\d\d\.\d{3} channel_00 0\.\d+ {2}channel_01 0\.\d+$/);
  const json = await ocs([
    "watch",
    "faker1.false_temperatures",
    "channel_01",
    "-n",
    "1",
    "--json",
    ...site.site,
  ]);
  const { feed, block, timestamp, fields } = JSON.parse(json.stdout);
  assert.deepEqual([feed, block, Object.keys(fields)], ["faker1.false_temperatures", "temps", [
    "channel_01",
  ]]);
  assert(Math.abs(timestamp - Date.now() / 1000) < 60);
  const raw = await ocs(["watch", "faker1.heartbeat", "-n", "1", ...site.site]);
  assert.match(raw.stdout, /^\d\d:\d\d:\d\d\.\d{3} \{.*'acq': 3.*\}$/m);
});

Deno.test("ocs plot and top write lines into a pipe", async () => {
  await using site = await observatory();
  const plotted = await ocs([
    "plot",
    "faker1.false_temperatures",
    "channel_00",
    "-n",
    "2",
    "--json",
    ...site.site,
  ]);
  const readings = plotted.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(readings.length, 2);
  assert.equal(typeof readings[0].value, "number");
  assert(readings[1].timestamp > readings[0].timestamp);
  const table = await ocs(["top", "-n", "1", ...site.site]);
  assert.match(
    table.stdout,
    /^Agents: 1 up\nAGENT +CLASS +STATE .*\nfaker1 +FakeDataAgent +up .* acq +RUNNING/,
  );
  const { router, operations } = JSON.parse((await ocs(["top", "-n", "1", "--json", ...site.site])).stdout);
  assert.deepEqual([router, operations.length, operations[0].code], ["up", 4, "RUNNING"]);
});

Deno.test("ocs watch ends with its reader", async () => {
  await using site = await observatory();
  const words = [Deno.execPath(), "run", "-A", "--quiet", MAIN, "watch", "faker1.false_temperatures"];
  const { code, stdout } = await new Deno.Command("sh", {
    args: ["-c", `${[...words, ...site.site].join(" ")} | head -1`],
    stdin: "null",
    env: { OCS_CONFIG_DIR: "" },
  }).output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stdout), /^\d\d:\d\d:\d\d.* channel_00 .*\n$/);
});

Deno.test("ocs watch and plot refuse feeds that are not there, and say which are", async () => {
  await using site = await observatory();
  const wrong = await ocs(["watch", "faker1.false_temperature", ...site.site]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /has .*false_temperatures.*; did you mean "faker1\.false_temperatures"\?/);
  const raw = await ocs(["plot", "faker1.heartbeat", "acq", ...site.site]);
  assert.match(raw.stderr, /Cannot plot "faker1\.heartbeat": the feed is not recorded and has no fields/);
  assert.equal((await ocs(["watch", "faker1", ...site.site])).code, 2);
  assert.equal((await ocs(["watch", "nobody.feed", ...site.site])).code, 3);
});

Deno.test("ocs watch gives up after --timeout where nothing is published, and ends at Ctrl-C with 0", async () => {
  await using site = await observatory();
  assert.equal((await ocs(["stop", "faker1.acq", ...site.site])).code, 0);
  await ocs(["wait", "faker1.acq", ...site.site]);
  const silent = await ocs(["watch", "faker1.false_temperatures", "--timeout", "0.5", ...site.site]);
  assert.equal(silent.code, 4);
  assert.match(silent.stderr, /Nothing was published on "faker1\.false_temperatures" within 0\.5 s/);
  await using program = startOcs(["watch", "faker1.heartbeat", ...site.site]);
  await program.untilLog("'acq'");
  program.signal("SIGINT");
  assert.equal((await program.ended).code, 0);
});
