import assert from "node:assert/strict";
import { parseVerb, VERBS } from "../../../verbs/parse_verb.ts";
import { splitLine } from "../../../verbs/split_line.ts";

const PROMPT = { columns: 80, colors: false, program: "" };

function refuse(line: string): string {
  const parsed = parseVerb(splitLine(line), PROMPT);
  assert("err" in parsed, line);
  assert.equal(parsed.code, 2, line);
  return parsed.err;
}

Deno.test("parseVerb() reads a line of the prompt as the command line is read", () => {
  const parsed = parseVerb(splitLine("start s.run args=[--band, 4] --wait"), PROMPT);
  assert("command" in parsed);
  const { command } = parsed;
  assert(command.command === "start");
  assert.deepEqual([command.target, command.params, command.wait, command.json], [
    "s.run",
    ["args=[--band, 4]"],
    true,
    false,
  ]);
});

Deno.test("parseVerb() refuses site options: the prompt has its site", () => {
  assert.match(refuse("agents --site other"), /--site/);
  const help = parseVerb(["agents", "--help"], PROMPT);
  assert("out" in help && help.code === 0 && !help.out.includes("--site"));
});

Deno.test("parseVerb() gives help for each verb, and says what to try", () => {
  const all = parseVerb(["help"], PROMPT);
  assert("out" in all && all.code === 0);
  for (const verb of VERBS) {
    assert(all.out.includes(`\n  ${verb} `), verb);
    const parsed = parseVerb(["help", verb], PROMPT);
    assert("out" in parsed && parsed.code === 0 && parsed.out.includes(verb), verb);
    assert.equal(parsed.out.includes("ocs "), false, verb);
  }
  assert.match(refuse("agnts"), /Did you mean.*agents.*Try: help/s);
  assert.match(refuse("stop"), /AGENT\.OP.*Try: stop --help/s);
});
