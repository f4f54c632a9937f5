import assert from "node:assert/strict";
import { testsWith } from "../../helpers/interop_test.ts";
import { isAlive } from "../cli/ocs_program.ts";
import { Program } from "../../helpers/process.ts";
import { untilTrue } from "../../helpers/until.ts";
import { findTmux, Terminal } from "../../helpers/tmux.ts";

const test = await testsWith("tmux", findTmux);
const SHELL = { command: "sh", args: ["-i"], env: { PS1: "ready> " } };

test("Terminal types, presses keys and sees the screen", async (tmux) => {
  await using terminal = await Terminal.open(tmux, SHELL);
  await terminal.until("ready>");
  await terminal.line("echo $((6 * 7)) 'a;' \"$HOME\" $TERM;");
  const screen = await terminal.until(/^42 a;/m);
  assert.match(screen, new RegExp(`^42 a; ${terminal.folder} tmux-256color$`, "m"));
  await terminal.line("cat");
  await terminal.type("-l 'x' # äöü");
  await terminal.until("-l 'x' # äöü");
  await terminal.key("C-c");
  await terminal.until(/\^C\nready>$/);
  assert.deepEqual(await terminal.state(), {
    alternateScreen: false,
    cursorVisible: true,
    cursorColumn: "ready> ".length,
    cursorRow: (await terminal.screen()).split("\n").length - 1,
  });
  await terminal.paste("echo one\necho two;");
  await terminal.key("Enter");
  await terminal.until(/^two$/m);
});

test("Terminal has the size it is given, also when it changes", async (tmux) => {
  await using terminal = await Terminal.open(tmux, { ...SHELL, columns: 200, rows: 10 });
  await terminal.until("ready>");
  await terminal.line("stty size");
  await terminal.until(/^10 200$/m);
  await terminal.resize(80, 5);
  await terminal.line("stty size; seq 100 149");
  const screen = await terminal.until(/^149$/m);
  assert.doesNotMatch(screen, /5 80/);
  assert.match(await terminal.scrollback(), /^5 80\n100\n/m);
});

test("Terminal tells the exit code, and what it showed when nothing came", async (tmux) => {
  await using terminal = await Terminal.open(tmux, { command: "sh", args: ["-c", "echo bye; exit 7"] });
  assert.equal(await terminal.ended(), 7);
  await assert.rejects(
    terminal.until("hello", { timeoutMs: 100 }),
    /Cannot see hello .* ended with code 7.*\n {2}\| bye/,
  );
});

test("Terminal takes its program with it", async (tmux) => {
  const terminal = await Terminal.open(tmux, { command: "sleep", args: ["600"] });
  const { pid, folder } = terminal;
  await terminal[Symbol.asyncDispose]();
  assert.equal(await isAlive(pid), false);
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
});

test("Terminal ends with the process that opened it, also when that is killed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tmux_test_" });
  try {
    const helper = new URL("../../helpers/tmux.ts", import.meta.url).href;
    const program = `${folder}/open.ts`;
    await Deno.writeTextFile(
      program,
      `import { findTmux, Terminal } from ${JSON.stringify(helper)};
const terminal = await Terminal.open(await findTmux(), { command: "sleep", args: ["600"] });
console.log("pid", terminal.pid);
await new Promise(() => setInterval(() => {}, 1000));
`,
    );
    await using opener = Program.start({
      name: "the opener",
      command: Deno.execPath(),
      args: ["run", "-A", program],
      env: { TMPDIR: folder },
    });
    await opener.untilLog(/pid \d+/);
    const pid = Number(/pid (\d+)/.exec(opener.stdout)?.[1]);
    assert.equal(await isAlive(pid), true);
    await opener.kill();
    await untilTrue(async () => !await isAlive(pid), { what: "the end of the terminal's program" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
