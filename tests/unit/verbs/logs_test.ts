import assert from "node:assert/strict";
import { FileTail } from "../../../verbs/logs/file_tail.ts";
import { newLines } from "../../../verbs/logs/new_lines.ts";

Deno.test("newLines() finds what was added to last lines, and says when that is all of them", () => {
  const cases: [before: string, now: string, lines: string, missed: boolean][] = [
    ["", "ab", "ab", false],
    ["ab", "ab", "", false],
    ["ab", "abc", "c", false],
    ["abcd", "cdef", "ef", false],
    ["abcd", "d", "", false],
    ["abcd", "wxyz", "wxyz", true],
    ["ab", "", "", false],
    ["aab", "aabaab", "aab", false],
  ];
  for (const [before, now, lines, missed] of cases) {
    assert.deepEqual(newLines([...before], [...now]), { lines: [...lines], missed }, `${before} to ${now}`);
  }
});

Deno.test("FileTail reads the last lines of long files, then what is added, also after the file was cut or replaced", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/x.out`;
    const tail = new FileTail(path);
    assert.deepEqual([tail.last(2, { whole: false }), tail.read().lines], [[], []]);
    const add = (text: string) => Deno.writeTextFileSync(path, text, { append: true });
    add(Array.from({ length: 30_000 }, (_, n) => `line ${n} ü\n`).join("") + "half");
    assert.deepEqual(new FileTail(path).last(2, { whole: true }), ["line 29999 ü", "half"]);
    assert.equal(new FileTail(path).last(20_000, { whole: true }).length, 20_000);
    assert.deepEqual(tail.last(2, { whole: false }), ["line 29998 ü", "line 29999 ü"]);
    assert.deepEqual(tail.read(), { lines: [], cut: false });
    add(" is whole\r\nnext\n");
    assert.deepEqual(tail.read(), { lines: ["half is whole", "next"], cut: false });
    Deno.truncateSync(path, 0);
    add("anew\n");
    assert.deepEqual(tail.read(), { lines: ["anew"], cut: true });
    Deno.renameSync(path, `${path}.1`);
    assert.deepEqual(tail.read(), { lines: [], cut: false });
    add("another file\nand more\n");
    assert.deepEqual(tail.read(), { lines: ["another file", "and more"], cut: true });
    add("\xff");
    assert.deepEqual(new FileTail(path).last(5, { whole: true }).length, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
