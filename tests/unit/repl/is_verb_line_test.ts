import assert from "node:assert/strict";
import { isVerbLine } from "../../../repl/is_verb_line.ts";

const VERBS = new Set([
  "agents",
  "start",
  "stop",
  "status",
  "data",
  "show",
  "wait",
  "run",
  "exit",
  "save",
  "g3",
]);
const verb = (line: string, declared: readonly string[] = []) =>
  isVerbLine(line, { verbs: VERBS, isDeclared: (name) => declared.includes(name) });

Deno.test("isVerbLine() takes what operators write for verbs", () => {
  for (
    const line of [
      "agents",
      "  agents  ",
      "exit",
      "agents --json",
      "agents > fleet.txt",
      "agents >> fleet.txt",
      "agents >fleet.txt",
      "start faker1.acq",
      "start faker1.delay_task delay=2.0 --wait",
      "start -w faker1.delay_task",
      `start "faker one.acq"`,
      "stop */acq",
      "stop *.acq",
      "status faker*",
      "status ?aker1.acq",
      "status **/acq",
      "run ./night.ts",
      "run ../night.ts 5",
      "run /home/ocs/night.ts",
      "run ~/night.ts",
      "status instance.acq",
      "status in",
      "g3 ls a.g3",
      "data faker1.acq fields[0]",
    ]
  ) assert.ok(verb(line), line);
});

Deno.test("isVerbLine() leaves TypeScript alone", () => {
  for (
    const line of [
      "",
      "5",
      "start = 5",
      "g3 = 5",
      "g3.ls",
      "start=5",
      "start == 5",
      "start => 5",
      "start(5)",
      "start (5)",
      "start.x",
      "start .x",
      "start?.x",
      "start ?.x",
      "start ?? 5",
      "start ? 1 : 2",
      "start + 1",
      "start - 1",
      "start++",
      "start --",
      "start * 2",
      "start ** 2",
      "start / 2",
      "start / 2 / 1",
      "start >= 2",
      "start >>> 2",
      "start >>= 2",
      "start, stop",
      "start; stop",
      "start: for (;;) {}",
      "start `x`",
      "start[0]",
      "start [0]",
      "start in x",
      "start instanceof Object",
      "start as number",
      "start && stop",
      "!start",
      "await start",
      "const start = 5",
      "faker1.acq.start()",
      "starts faker1.acq",
      "Start faker1.acq",
      "start // x",
      "start /* x */",
    ]
  ) assert.ok(!verb(line), line);
});

Deno.test("isVerbLine() gives a declared name to TypeScript wherever that can be read as such", () => {
  for (const line of ["data", "data > 5", "data -x", "data *x", "data /x/ 2", "data in x", "data = 1"]) {
    assert.ok(!verb(line, ["data"]), line);
  }
  assert.ok(verb("data faker1.acq", ["data"]));
  assert.ok(verb(`data "faker1.acq"`, ["data"]));
});
