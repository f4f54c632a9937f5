import assert from "node:assert/strict";
import { testsWith } from "../../helpers/interop_test.ts";
import { findTmux, Terminal, type Tmux } from "../../helpers/tmux.ts";
import { untilTrue } from "../../helpers/until.ts";

const PROGRAM = new URL("programs/draw_screen.ts", import.meta.url).href;

/** What `stty` says of the terminal, as the next program finds it. */
async function modes(terminal: Terminal): Promise<string> {
  const { stdout } = await new Deno.Command("stty", { args: ["-F", terminal.tty, "-a"] }).output();
  return new TextDecoder().decode(stdout).replace(/rows \d+; columns \d+;/, "");
}

/** Starts the program; gives the modes of the terminal before that. */
async function startProgram(terminal: Terminal): Promise<string> {
  // What is typed before the prompt is there stands on its line.
  await terminal.until("shell>");
  await terminal.line("echo before");
  await terminal.until(/^before$/m);
  const before = await modes(terminal);
  await terminal.line(`${Deno.execPath()} run -A --quiet ${PROGRAM}; echo ended with $?`);
  await terminal.until(/^size /m, { timeoutMs: 30_000 });
  return before;
}

/** A shell that tells how the terminal was before the program ran, and stays when it has ended. */
async function openShell(tmux: Tmux, size: { readonly columns: number; readonly rows: number }) {
  const terminal = await Terminal.open(tmux, {
    command: "sh",
    args: ["-i"],
    env: { PS1: "shell> " },
    ...size,
  });
  let before: string;
  try {
    before = await startProgram(terminal);
  } catch (error) {
    await terminal[Symbol.asyncDispose]();
    throw error;
  }
  const isRestored = async (code: number): Promise<void> => {
    await terminal.until(new RegExp(`^ended with ${code}$`, "m"));
    const screen = await terminal.screen();
    // The main screen is back, with what stood there.
    assert.match(screen, /^before$/m);
    assert.doesNotMatch(screen, /====/);
    const { alternateScreen, cursorVisible } = await terminal.state();
    assert.deepEqual([alternateScreen, cursorVisible], [false, true]);
    await untilTrue(async () => await modes(terminal) === before, { what: "the modes of before" });
  };
  return { terminal, before, isRestored };
}

const test = await testsWith("tmux", findTmux);

for (const columns of [80, 200]) {
  test(`LiveScreen draws at ${columns} columns and q restores the terminal`, async (tmux) => {
    const { terminal: shell, before, isRestored } = await openShell(tmux, { columns, rows: 24 });
    await using terminal = shell;
    const lines = (await terminal.until(`size ${columns}x24`)).split("\n");
    assert.equal(lines[23], "21 ".padEnd(columns - 1, "=") + "…");
    assert.notEqual(await modes(terminal), before);
    const { alternateScreen, cursorVisible } = await terminal.state();
    assert.deepEqual([alternateScreen, cursorVisible], [true, false]);
    await terminal.key("Up", "PPage", "a", "q");
    await isRestored(0);
  });
}

test("LiveScreen tells Ctrl-C as a key, and the size that a terminal gets", async (tmux) => {
  const { terminal: shell, isRestored } = await openShell(tmux, { columns: 80, rows: 24 });
  await using terminal = shell;
  await terminal.key("Up", "Escape", "a");
  await terminal.until("typed up escape a");
  await terminal.resize(20, 5);
  const lines = (await terminal.until("size 20x5")).split("\n");
  assert.equal(lines[4], "2 =================…");
  await terminal.resize(80, 24);
  await terminal.until("size 80x24");
  await terminal.key("C-c");
  await isRestored(0);
});

for (
  const [key, code, what] of [
    ["r", 1, "a rejection that nobody handles"],
    ["t", 1, "an error that nobody catches"],
    ["x", 7, "Deno.exit()"],
  ] as const
) {
  test(`LiveScreen restores the terminal after ${what}`, async (tmux) => {
    const { terminal: shell, isRestored } = await openShell(tmux, { columns: 80, rows: 24 });
    await using terminal = shell;
    await terminal.key(key);
    await isRestored(code);
    if (code === 1) assert.match(await terminal.screen(), /on purpose/);
  });
}

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  test(`LiveScreen restores the terminal at ${signal} and ends`, async (tmux) => {
    const { terminal: shell, isRestored } = await openShell(tmux, { columns: 80, rows: 24 });
    await using terminal = shell;
    Deno.kill(await childOf(terminal.pid), signal);
    await isRestored(0);
  });
}

test("LiveScreen ends when the wrapper that has started it is killed", async (tmux) => {
  const run = `${Deno.execPath()} run -A --quiet ${PROGRAM}`;
  await using terminal = await Terminal.open(tmux, { command: "sh", args: ["-i"], env: { PS1: "shell> " } });
  await terminal.until("shell>");
  // The second command keeps the inner shell from being replaced by the program.
  await terminal.line(`sh -c '${run}; true'`);
  await terminal.until(/^size /m, { timeoutMs: 30_000 });
  const wrapper = await childOf(terminal.pid);
  const program = await childOf(wrapper);
  Deno.kill(wrapper, "SIGKILL");
  await untilTrue(async () => !(await terminal.state()).alternateScreen, { what: "the main screen" });
  await untilTrue(() => !isThere(program), { what: "the end of the program" });
});

test("LiveScreen gives the terminal back at Ctrl-Z and takes it again", async (tmux) => {
  const { terminal: shell, isRestored } = await openShell(tmux, { columns: 80, rows: 24 });
  await using terminal = shell;
  await terminal.key("a", "C-z");
  await terminal.until(/Stopped|shell> $/m);
  assert.equal((await terminal.state()).alternateScreen, false);
  await terminal.line("fg");
  await terminal.until("typed a");
  await terminal.key("b");
  await terminal.until("typed a b");
  await terminal.key("q");
  await terminal.until((screen) => screen.trimEnd().split("\n").at(-1) === "shell>");
  await terminal.line("echo ended with 0");
  await isRestored(0);
});

function isThere(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}

/** The program that a shell waits for. */
async function childOf(shell: number): Promise<number> {
  return await untilTrue(async () => {
    const text = await Deno.readTextFile(`/proc/${shell}/task/${shell}/children`);
    return Number(text.trim().split(" ").at(-1));
  }, { what: "the program of the shell" });
}
