import assert from "node:assert/strict";
import { splitLine, splitWords } from "../../../verbs/split_line.ts";

Deno.test("splitLine() splits at blanks and takes quotes away, as a shell", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["", []],
    ["  \t ", []],
    [" agents  --json\t", ["agents", "--json"]],
    [`start f.op name='a b' x="c d" y=e\\ f`, ["start", "f.op", "name=a b", "x=c d", "y=e f"]],
    [`a '' "" b`, ["a", "", "", "b"]],
    [`"a \\"b\\" \\\\ \\n"`, ['a "b" \\ \\n']],
    [`'a\\'`, ["a\\"]],
    [`q="'2'"`, ["q='2'"]],
    ["a\\", ["a\\"]],
    ["status faker[12].acq", ["status", "faker[12].acq"]],
    ["data a.b result[0] [c", ["data", "a.b", "result[0]", "[c"]],
  ];
  for (const [line, words] of cases) assert.deepEqual(splitLine(line), words, line);
});

Deno.test("splitLine() keeps a YAML list or map behind key= in one word, quotes and all", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["start s.run args=[--band, 4] log=false", ["start", "s.run", "args=[--band, 4]", "log=false"]],
    [`args=["]", 'a ''] b', don't] x`, [`args=["]", 'a ''] b', don't]`, "x"]],
    [`m={a: [1, {b: "}"}], c: d} x`, [`m={a: [1, {b: "}"}], c: d}`, "x"]],
    [`a=["\\"]", 1] x`, [`a=["\\"]", 1]`, "x"]],
    ["x=y=[a b]", ["x=y=[a", "b]"]],
  ];
  for (const [line, words] of cases) assert.deepEqual(splitLine(line), words, line);
});

Deno.test("splitLine() says what is not closed, and where", () => {
  assert.throws(() => splitLine(`a 'b c`), /Cannot read "a 'b c": the quote at character 3 is not closed/);
  assert.throws(() => splitLine("a x=[1, 2"), /the "\[" at character 5 is not closed/);
  assert.throws(() => splitLine(`a x=["1]`), /the quote at character 6 is not closed/);
});

Deno.test("splitWords() says where words are, and which were quoted", () => {
  assert.deepEqual(splitWords(` a "b c" >`), [
    { text: "a", from: 1, to: 2, quoted: false },
    { text: "b c", from: 3, to: 8, quoted: true },
    { text: ">", from: 9, to: 10, quoted: false },
  ]);
});
