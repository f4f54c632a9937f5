import assert from "node:assert/strict";
import { OpCode } from "../../../client/mod.ts";
import { testsWith } from "../../helpers/interop_test.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import { findTmux, type Terminal } from "../../helpers/tmux.ts";
import { untilTrue } from "../../helpers/until.ts";
import { PlainAgents } from "../verbs/plain_agents.ts";
import { openBed, openPrompt } from "./prompt_bed.ts";

const test = await testsWith("tmux", findTmux);

/** The line that is being typed: the last one on the screen. */
async function lastLine(terminal: Terminal): Promise<string> {
  return (await terminal.screen()).split("\n").at(-1) ?? "";
}

/** Sends heartbeats twice a second. */
function beats(agents: PlainAgents): Disposable {
  // The connection may close under one of them.
  const timer = setInterval(() => void agents.beat().catch(() => {}), 500);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

let lastSession = 0;

/** Has an operation run and fail. */
async function runAndFail(agents: PlainAgents, instance: string, text: string): Promise<void> {
  lastSession++;
  agents.set(instance, "acq", { sessionId: lastSession, code: OpCode.RUNNING, messages: [] });
  await agents.beat();
  agents.set(instance, "acq", { sessionId: lastSession, code: OpCode.FAILED, messages: [[1e9, text]] });
  await agents.beat();
}

/** Has an operation fail, again and again until the prompt tells it: of what happens at its start it tells nothing. */
async function fail(
  terminal: Terminal,
  agents: PlainAgents,
  { instance, text, told }: { readonly instance: string; readonly text: string; readonly told: string },
): Promise<void> {
  await untilTrue(async () => {
    await runAndFail(agents, instance, text);
    return await untilTrue(async () => (await terminal.screen()).includes(told), { timeoutMs: 1000 });
  }, { timeoutMs: 20_000, what: `"${told}" on the terminal` });
}

test("the prompt lists agents as variables, starts, waits and shows, at 80 columns", async (tmux) => {
  await using bed = await openBed(["faker1", "delete"]);
  await using terminal = await openPrompt(tmux, bed.site, { columns: 80 });
  await terminal.until(/^test_realm 2 up>$/m);
  await terminal.line("faker1");
  await terminal.until(/^faker1 {2}FakeDataAgent {2}up\n {2}tasks {5}delay_task, set_heartbeat$/m);
  await terminal.line("delete_.acq.kind");
  await terminal.until('"process"');
  await terminal.line("start faker1.delay_task delay=0.2 --wait");
  await terminal.until(/session 0: succeeded/);
  await terminal.line("_.session.data");
  await terminal.until(/requested_delay: 0\.2/);
  await terminal.line("await faker1.delay_task.start({ delay: 2 })");
  await terminal.until("OCSReply: OK : Started task");
  await terminal.until(/^test_realm 2 up, faker1\.delay_task runs>$/m);
  await terminal.until(/faker1\.delay_task Exited after 2\.0 seconds/);
  await terminal.until(/faker1\.delay_task has ended: succeeded\n(.*\n)?test_realm 2 up>$/);
  await terminal.line("exit");
  assert.equal(await terminal.ended(), 0);
});

test("what is followed is not told a second time, nor the end that a reply has shown", async (tmux) => {
  await using bed = await openBed(["faker1"]);
  await using terminal = await openPrompt(tmux, bed.site);
  await terminal.until("1 up>");
  await terminal.line("start faker1.delay_task delay=3");
  await terminal.until(/delay_task runs>$/);
  await terminal.line("messages faker1.delay_task --follow");
  await terminal.until(/faker1\.delay_task succeeded/);
  await terminal.line("await faker1.delay_task({ delay: 2.5 })");
  await terminal.until(/other keys in \.session/);
  // What is not told within two heartbeats never is.
  await terminal.line("await new Promise((resolve) => setTimeout(resolve, 2500)), 'later'");
  const screen = await terminal.until(/^"later"$/m);
  assert.equal(screen.split("Exited after 3.0 seconds").length, 2, screen);
  assert.equal(screen.split("Exited after 2.5 seconds").length, 2, screen);
  assert.ok(!screen.includes("has ended"), screen);
  await terminal.line("exit");
  assert.equal(await terminal.ended(), 0);
});

test("events print above the line that is being typed, also where it takes two rows, and never break it", async (tmux) => {
  await using bed = await openBed();
  const instances = Array.from({ length: 12 }, (_, n) => `plain${n}`);
  await using agents = await PlainAgents.start({ url: bed.router.url, instances });
  await using terminal = await openPrompt(tmux, bed.site, { columns: 80 });
  using _beats = beats(agents);
  await terminal.until(/^test_realm 12 up>/m);
  const typed = `const text = "${"0123456789".repeat(7)}"; text.length`;
  await terminal.type(typed.slice(0, 40));
  for (const [at, text] of ["a first", "a second"].entries()) {
    await fail(terminal, agents, { instance: "plain3", text: `${text} \x1b[2Jfault`, told: `${text} fault` });
    await terminal.type(at === 0 ? typed.slice(40, 85) : typed.slice(85));
  }
  const screen = await terminal.until(/text\.length$/);
  assert.ok(screen.replaceAll("\n", "").endsWith(`> ${typed}`), screen);
  // Nothing of what was drawn before is left.
  assert.equal(screen.split("const text").length, 2, screen);
  const lines = screen.split("\n");
  assert.match(lines.at(-3) ?? "", /^ {9}\d\d:\d\d:40 a second fault$/);
  assert.match(lines.at(-4) ?? "", /^\d\d:\d\d:\d\d plain3\.acq has failed$/);
  await terminal.key("Enter");
  await terminal.until(/^70$/m);
});

test("Tab completes agents, operations, parameters, paths and TypeScript", async (tmux) => {
  await using bed = await openBed(["faker1"]);
  await using terminal = await openPrompt(tmux, bed.site);
  await terminal.until("1 up>");
  const completes = async (typed: string, expected: string): Promise<void> => {
    await terminal.type(typed);
    await terminal.key("Tab");
    await terminal.until(
      (screen) => screen.split("\n").at(-1)?.endsWith(`> ${expected}`.trimEnd()) === true,
      {
        what: `"${expected}" for "${typed}"`,
      },
    );
    await terminal.key("C-c");
  };
  await completes("sto", "stop ");
  await completes("start fak", "start faker1.");
  await completes("start faker1.de", "start faker1.delay_task ");
  await completes("start faker1.delay_task d", "start faker1.delay_task delay=");
  await completes("start faker1.delay_task succeed=f", "start faker1.delay_task succeed=false ");
  await completes("watch faker1.fa", "watch faker1.false_temperatures ");
  await completes("stop */a", "stop */acq ");
  await completes("agents --j", "agents --json ");
  await completes("await faker1.delay_task.sta", "await faker1.delay_task.sta");
  await completes("faker1.delay_task.start({ del", "faker1.delay_task.start({ delay: ");
  await completes("fak", "faker1");
  await completes("await faker1.delay_task.ab", "await faker1.delay_task.abort");
  await terminal.line("start faker1.delay_task delay=0.1 --wait");
  await terminal.until("succeeded");
  await completes("data faker1.delay_task req", "data faker1.delay_task requested_delay ");
  await terminal.line("const answer = { deep: { thought: 42 } }");
  await completes("answer.deep.th", "answer.deep.thought");
  // Two Tabs in one piece, as a slow line brings them.
  await terminal.type("sta\t\t");
  await terminal.until(/^start +status/m);
});

test("Ctrl-C comes back from a wait at once, and says what goes on and how to stop it", async (tmux) => {
  await using bed = await openBed(["faker1", "faker2"]);
  await using terminal = await openPrompt(tmux, bed.site, { columns: 200 });
  await terminal.until("2 up>");
  await terminal.line("start faker1.delay_task delay=60 -w");
  await terminal.until(/faker1\.delay_task: running for/);
  await terminal.key("C-c");
  await terminal.until(
    /Interrupted: faker1\.delay_task goes on all the same; abort faker1\.delay_task ends it/,
    { timeoutMs: 3000 },
  );
  await terminal.line("await faker1.delay_task.wait()");
  await terminal.until(/wait\(\)$/m);
  await terminal.key("C-c");
  await terminal.until(/what was called goes on.*\n?.*started here: faker1\.delay_task/);
  // In one piece with Enter, before anything was begun.
  await terminal.type("await new Promise(() => {})");
  await terminal.key("Enter", "C-c");
  await terminal.until(
    /Promise\(\(\) => \{\}\)\nInterrupted[^\n]*\ntest_realm 2 up, faker1\.delay_task runs>$/,
  );
  await terminal.type("half a line");
  await terminal.until(/half a line$/);
  await terminal.key("C-c");
  await terminal.until(/half a line\^C\ntest_realm 2 up, faker1\.delay_task runs>$/);
  // Typed ahead while something waits: carried out afterwards.
  await terminal.line("await new Promise((resolve) => setTimeout(resolve, 500))");
  await terminal.line("abort faker1.delay_task");
  await terminal.until(/faker1\.delay_task: OK/);
  // What was interrupted tells its end.
  await terminal.until(/Ended, after it was interrupted: await faker1\.delay_task\.wait\(\)\nOCSReply: OK/);
  // Its end has just been shown, so the heartbeat that tells of it is no news.
  await terminal.line("start faker2.delay_task delay=30");
  await terminal.line("abort faker2.delay_task");
  await terminal.until(/faker2\.delay_task has failed/);
  assert.doesNotMatch(await terminal.screen(), /faker1\.delay_task has failed/);
});

test("leaving with running operations asks whether to stop, leave or cancel", async (tmux) => {
  await using bed = await openBed(["faker1"]);
  await using terminal = await openPrompt(tmux, bed.site);
  await terminal.until("1 up>");
  await terminal.line("start faker1.acq");
  await terminal.until("faker1.acq runs>");
  await terminal.key("C-c");
  await terminal.until(/Stop it \(s\), leave it running \(l\), or cancel \(c\)\?$/);
  await terminal.line("c");
  await terminal.until(/faker1\.acq runs>$/);
  await terminal.line("exit");
  await terminal.until(/cancel \(c\)\?$/);
  await terminal.line("s");
  await terminal.until("All have ended");
  assert.equal(await terminal.ended(), 0);

  await using second = await openPrompt(tmux, bed.site);
  await second.until("1 up>");
  await second.line("(await faker1.acq.status()).session.status");
  await second.until('"done"');
  await second.line("await faker1.acq.start()");
  await second.until("faker1.acq runs>");
  await second.key("C-d");
  await second.until(/cancel \(c\)\?$/);
  await second.key("C-d");
  await second.until("Left running: faker1.acq (ocs stop faker1.acq ends it)");
  assert.equal(await second.ended(), 0);
});

test("a pattern is asked for before several are touched; a view gives the line back", async (tmux) => {
  await using bed = await openBed(["faker1", "faker2"]);
  await using terminal = await openPrompt(tmux, bed.site);
  await terminal.until("2 up>");
  await terminal.line("start */acq");
  await terminal.until(/Really start these 2\? \[y\/N\]$/);
  await terminal.line("n");
  await terminal.until(/\n.*2 up>$/);
  await terminal.line("start */acq");
  await terminal.until(/\[y\/N\]$/);
  await terminal.line("y");
  await terminal.until(/2 run>$/);
  await terminal.line("watch faker1.false_temperatures");
  await terminal.until("q quits");
  assert.equal((await terminal.state()).alternateScreen, true);
  await terminal.key("q");
  await terminal.until(/2 run>$/);
  assert.deepEqual(
    [(await terminal.state()).alternateScreen, (await terminal.state()).cursorVisible],
    [false, true],
  );
  await terminal.line("plot faker1.false_temperatures channel_00");
  await terminal.until("q quits");
  await terminal.key("C-c");
  await terminal.until(/2 run>$/);
  await terminal.line("stop */acq --yes");
  await terminal.until(/faker2\.acq has ended: succeeded/);
  await terminal.line("6 * 7");
  await terminal.until(/^42$/m);
});

test("a lost router shows in the prompt; a wait goes on and the next command waits for it", async (tmux) => {
  await using bed = await openBed(["faker1"]);
  await using terminal = await openPrompt(tmux, bed.site);
  await terminal.until("1 up>");
  await terminal.line("start faker1.delay_task delay=8 -w");
  await terminal.until(/running for/);
  await bed.router.down("SIGKILL");
  await terminal.until("The router is lost");
  await bed.router.up();
  await terminal.until("The router is back");
  await terminal.until(/session 0: succeeded/, { timeoutMs: 30_000 });
  await bed.router.down("SIGKILL");
  await terminal.until(/^test_realm router lost>$/m);
  await terminal.line("status faker1.delay_task --timeout 20 --json");
  await terminal.until("waiting for the router at ws:");
  await bed.router.up();
  await terminal.until('{"agent":"faker1","op":"delay_task","status":0', { timeoutMs: 25_000 });
  await bed.router.down("SIGKILL");
  await terminal.until(/^test_realm router lost>$/m);
  await terminal.line("await faker1.delay_task.status()");
  await bed.router.up();
  await terminal.until(/OCSReply: OK : /, { timeoutMs: 25_000 });
});

test("an agent that dies while it is waited for ends the wait, and its variable says so", async (tmux) => {
  await using bed = await openBed([], { listed: ["faker1"] });
  const agent = await startOurAgent(bed.site, { agentClass: "FakeDataAgent", instanceId: "faker1" });
  await using _agent = agent;
  await using terminal = await openPrompt(tmux, bed.site);
  await terminal.until("1 up>");
  await terminal.line("start faker1.delay_task delay=60 -w");
  await terminal.until(/running for/);
  await agent.kill();
  await terminal.until(/Error: [^]*faker1/, { timeoutMs: 40_000 });
  await terminal.until(/faker1 is not heard any more; when it was last heard, delay_task ran/);
  await terminal.until(/^test_realm 0 up, 1 expired(, faker1\.delay_task runs)?>$/m);
  await terminal.line("faker1");
  await terminal.until(/faker1 {2}FakeDataAgent {2}expired: last heard/);
  await using _second = await startOurAgent(bed.site, { agentClass: "FakeDataAgent", instanceId: "faker1" });
  await terminal.until(/faker1 was restarted/);
  await terminal.line("(await faker1.delay_task.status()).message");
  await terminal.until("No session active.");
});

test("a paste of several lines waits for Enter; Ctrl-R finds lines of earlier prompts", async (tmux) => {
  await using bed = await openBed();
  const env = { NO_COLOR: "1", XDG_STATE_HOME: `${bed.site.folder}/state` };
  await using terminal = await openPrompt(tmux, bed.site, { env });
  await terminal.until("0 up");
  await terminal.paste(
    "const sum = [1, 2]\n  .map((n: number) => n * 2)\n  .reduce((a, b) => a + b);\n`sum ${sum}`\n",
  );
  await terminal.until(/const sum = \[1, 2\]⏎ {2}\.map/);
  await terminal.key("Enter");
  await terminal.until('"sum 6"');
  // Lines that are typed one by one go on where one is not complete.
  await terminal.line("function twice(n: number) {");
  await terminal.until(/^\.\.\.$/m);
  await terminal.line("return 2 * n }");
  await terminal.line("twice(21)");
  await terminal.until(/^42$/m);
  await terminal.key("C-c", "C-c");
  assert.equal(await terminal.ended(), 0);

  await using second = await openPrompt(tmux, bed.site, { env });
  await second.until("0 up");
  await second.key("C-r");
  await second.type("reduce");
  await second.until(/\(search\) reduce: const sum/);
  await second.key("Enter");
  await second.until('"sum 6"');
  await second.key("C-r");
  await second.type("twice");
  await second.until(/\(search\) twice: twice\(21\)/);
  await second.key("C-g");
  await second.until((screen) => !screen.includes("(search)"));
  await second.key("Up");
  await second.until((screen) => /> const sum = \[1, 2\]⏎/.test(screen.split("\n").slice(-3).join("")));
});

test("a paste of 200 lines is there at once; a line that is drawn anew in another size leaves nothing behind", async (tmux) => {
  await using bed = await openBed();
  await using terminal = await openPrompt(tmux, bed.site, { columns: 80 });
  await terminal.until("0 up");
  const lines = Array.from(
    { length: 200 },
    (_, n) => `const value${n} = ${n}; // ${"words ".repeat(6)}behind it`,
  );
  // Letter by letter it took minutes, in which nothing else in the process went on.
  await terminal.paste(lines.join("\n"));
  await terminal.until((screen) =>
    screen.replaceAll("\n", "").endsWith(`199; // ${"words ".repeat(6)}behind it`)
  );
  await terminal.key("Enter");
  await terminal.line("value0 + value199");
  await terminal.until(/^199$/m);
  const typed = `const text = "${"0123456789".repeat(9)}"`;
  await terminal.type(typed);
  for (const columns of [40, 120, 60]) {
    await terminal.resize(columns, 30);
    await terminal.until((screen) => screen.replaceAll("\n", "").endsWith(`> ${typed}`));
  }
  const screen = await terminal.screen();
  assert.equal(screen.split("const text").length, 2, screen);
  assert.match(screen, /value0 \+ value199\n199\n/);
});

test("Ctrl-Z where no shell could let it go on leaves the prompt as it is", async (tmux) => {
  await using bed = await openBed();
  await using terminal = await openPrompt(tmux, bed.site, { wrapper: ["setsid", "--wait"] });
  await terminal.until("0 up");
  await terminal.type("6 *");
  await terminal.key("C-z");
  await terminal.line(" 7");
  await terminal.until(/^42$/m);
  const isRaw = async (): Promise<boolean> => {
    const { stdout } = await new Deno.Command("stty", { args: ["-F", terminal.tty, "-a"] }).output();
    return / -icanon/.test(new TextDecoder().decode(stdout));
  };
  await untilTrue(isRaw, { what: "a terminal that gives key by key" });
  await terminal.line("exit");
  assert.equal(await terminal.ended(), 0);
});

test("--plain redraws nothing: events are told before the next line", async (tmux) => {
  await using bed = await openBed();
  await using agents = await PlainAgents.start({ url: bed.router.url, instances: ["plain1", "plain2"] });
  using _beats = beats(agents);
  await using terminal = await openPrompt(tmux, bed.site, { args: ["--plain"] });
  // On a loaded machine the router is not there yet.
  await terminal.until(/^test_realm (2 up|0 up, listening|router lost)>$/m);
  // Told at the next Enter, so Enter is pressed until then.
  const pressing = setInterval(() => void terminal.key("Enter"), 300);
  await terminal.until(/^test_realm 2 up>$/m);
  await fail(terminal, agents, { instance: "plain1", text: "first fault", told: "first fault" })
    .finally(() => clearInterval(pressing));
  await terminal.type("1 + 1");
  await terminal.until(/> 1 \+ 1$/);
  await runAndFail(agents, "plain2", "second fault");
  // It has asked for the messages, so it knows; the line is as it was.
  await untilTrue(() => agents.get("plain2").asked.includes("status"), { what: "a question for messages" });
  assert.match(await lastLine(terminal), /^test_realm 2 up> 1 \+ 1$/);
  await terminal.key("Enter");
  await terminal.until(/^2$/m);
  await untilTrue(async () => {
    await terminal.key("Enter");
    return (await terminal.screen()).includes("second fault");
  }, { what: "the second fault", pollMs: 200 });
});

test("colours are there on a terminal, and not with NO_COLOR", async (tmux) => {
  await using bed = await openBed(["faker1"]);
  for (const [env, expected] of [[{}, true], [{ NO_COLOR: "1" }, false]] as const) {
    await using terminal = await openPrompt(tmux, bed.site, { env });
    await terminal.until("1 up>");
    await terminal.line("nosuch");
    await terminal.until("is not defined");
    await terminal.line("[1, 'a']");
    await terminal.until(/\[ ?1, "a" ?\]/);
    // deno-lint-ignore no-control-regex -- escapes are what is looked for
    assert.equal(/\x1b\[3/.test(await terminal.styledScreen()), expected);
  }
});

test("the terminal is as it was when the prompt is asked to end, or fails", async (tmux) => {
  await using bed = await openBed(["faker1"]);
  for (const how of ["SIGTERM", "Deno.exit(7)"] as const) {
    await using terminal = await openPrompt(tmux, bed.site);
    await terminal.until("1 up>");
    if (how === "SIGTERM") terminal.signal("SIGTERM");
    else await terminal.line(how);
    assert.equal(await terminal.ended(), how === "SIGTERM" ? 130 : 7);
    const { stdout } = await new Deno.Command("stty", { args: ["-F", terminal.tty, "-a"] }).output();
    const settings = new TextDecoder().decode(stdout);
    assert.match(settings, / icanon/);
    assert.match(settings, / echo /);
  }
});
