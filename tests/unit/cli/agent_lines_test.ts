import assert from "node:assert/strict";
import { Output, type OutputLook } from "../../../cli/output.ts";
import { AgentLines, wrap } from "../../../cli/up/agent_lines.ts";

/** Lines for a stream of some look, and what has been written. */
function linesFor(look: Partial<OutputLook>, json = false) {
  let text = "";
  const writer = {
    write(bytes: Uint8Array) {
      text += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  };
  const out = new Output(writer, () => ({ isTerminal: false, columns: Infinity, colors: false, ...look }));
  const lines = new AgentLines({ out, err: out }, { json, names: ["faker1", "registry"] });
  const written = async (): Promise<string> => {
    await out.flush();
    return text;
  };
  return { lines, written };
}

const LINE = "2026-11-21T10:57:14+0000 session joined: session_id=533522886859589 realm=test_realm";

Deno.test("AgentLines leaves a line as it is in a pipe", async () => {
  const { lines, written } = linesFor({});
  lines.line("faker1", LINE);
  assert.equal(await written(), `faker1   | ${LINE}\n`);
});

Deno.test("AgentLines keeps names and times in columns of their own on a terminal", async () => {
  const { lines, written } = linesFor({ isTerminal: true, columns: 60 });
  lines.line("faker1", LINE);
  lines.line("registry", "no time, and short");
  assert.equal(
    await written(),
    "faker1   | 10:57:14 session joined:\n" +
      "faker1   |          session_id=533522886859589\n" +
      "faker1   |          realm=test_realm\n" +
      "registry | no time, and short\n",
  );
});

Deno.test("AgentLines --json says whose a line is, whatever is in it", async () => {
  const { lines, written } = linesFor({}, true);
  lines.line("faker1", 'a "quoted" \u001b[31m line\n');
  assert.deepEqual(JSON.parse(await written()), {
    event: "line",
    instance: "faker1",
    line: 'a "quoted" \u001b[31m line\n',
  });
});

Deno.test("wrap() loses nothing, ends, and cuts where there is no blank", () => {
  assert.deepEqual(wrap("short", 30), ["short"]);
  assert.deepEqual(wrap("x".repeat(65), 30), ["x".repeat(30), "x".repeat(30), "xxxxx"]);
  const words = "one two three four five six seven eight nine ten eleven twelve";
  assert.equal(wrap(words, 20).join(" "), words);
  assert.ok(wrap(words, 20).every((part) => part.length <= 20));
  assert.deepEqual(wrap("", 30), [""]);
  // Columns too few to be of use are left to the terminal.
  assert.deepEqual(wrap(words, -3), [words]);
});
