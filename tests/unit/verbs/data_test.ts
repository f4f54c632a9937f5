import assert from "node:assert/strict";
import { DataPathError, joinPath, lookUp, parseDataPath } from "../../../verbs/data_path.ts";
import { changesBetween, changesText, dataText } from "../../../verbs/data_text.ts";
import { type Look, PLAIN } from "../../../verbs/look.ts";
import { safeText } from "../../../verbs/terminal_text.ts";

const TERMINAL: Look = { columns: 40, style: (_style, text) => text };

Deno.test("parseDataPath() reads names, places and quoted keys", () => {
  const cases: readonly (readonly [string, readonly (string | number)[]])[] = [
    ["", []],
    ["fields.channel_00", ["fields", "channel_00"]],
    ["result.return_val[0]", ["result", "return_val", 0]],
    ["[0][-1].x", [0, -1, "x"]],
    ['["odd.key"]["a \\"b\\""]', ["odd.key", 'a "b"']],
    ["['it is']", ["it is"]],
    ["[bare]", ["bare"]],
    ["fields.channel-0 1", ["fields", "channel-0 1"]],
  ];
  for (const [text, steps] of cases) assert.deepEqual(parseDataPath(text), steps, text);
  for (const text of ["a..b", "a.", "a[", "a[]", "a]b", "a[0", 'a["x]', "a[0]b"]) {
    assert.throws(() => parseDataPath(text), SyntaxError, text);
  }
  assert.throws(() => parseDataPath("a.b[x"), /"\[x" at character 4 is no step/);
});

Deno.test("parseDataPath() reads back what joinPath() writes", () => {
  for (const key of ["a", "a b", "a.b", "[0]", "'", '"', "\\", "é", "", "a\nb"]) {
    const steps = parseDataPath(joinPath(joinPath("start", key), 3));
    assert.deepEqual(steps, ["start", key, 3], key);
  }
});

Deno.test("lookUp() follows a path, and says how far it led and what is there", () => {
  const data = { fields: { channel_00: 0.5 }, list: [1, [2, 3]], none: null, odd: { "a.b": 1 } };
  const find = (path: string) => lookUp(data, parseDataPath(path), "f.acq");
  assert.equal(find(""), data);
  assert.equal(find("fields.channel_00"), 0.5);
  assert.equal(find("list[1][0]"), 2);
  assert.equal(find("list.1.-1"), 3);
  assert.equal(find("none"), null);
  assert.equal(find('odd["a.b"]'), 1);
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["fields.channel_01", /"fields" has channel_00; did you mean "fields.channel_00"\?$/],
    ["list[2]", /^Cannot find "list\[2\]" in the data of "f.acq": "list" is a list of 2$/],
    ["list.x", /"list" is a list of 2$/],
    ["none.x", /"none" is None$/],
    ["fields.channel_00.x", /"fields.channel_00" is the value 0.5$/],
    ["constructor", /it has fields, list, none, odd/],
    ["__proto__", /it has fields/],
  ];
  for (const [path, text] of refusals) {
    assert.throws(
      () => find(path),
      (error) => error instanceof DataPathError && text.test(error.message),
      path,
    );
  }
});

Deno.test("dataText() writes everything in a pipe", () => {
  const data = {
    fields: { channel_00: 0.5, name: "a b" },
    empty: {},
    list: Array.from({ length: 100 }, (_, at) => at),
    rows: [{ x: 1 }, [1, 2], 3],
  };
  assert.equal(
    dataText(data, { look: PLAIN }),
    [
      "fields:",
      "  channel_00: 0.5",
      "  name:       'a b'",
      "empty:  {}",
      `list:   [${data.list.join(", ")}]`,
      "rows:",
      "  [0]:",
      "    x: 1",
      "  [1]: [1, 2]",
      "  [2]: 3",
    ].join("\n"),
  );
  assert.equal(dataText("as\nit is", { look: PLAIN }), "as\nit is");
  assert.equal(dataText(null, { look: PLAIN }), "None");
  assert.equal(dataText({}, { look: PLAIN }), "{}");
});

Deno.test("dataText() abbreviates on a terminal, says how much is left out, and --all shows it", () => {
  const list = Array.from({ length: 1000 }, (_, at) => at);
  const data = { list, text: "x".repeat(100) };
  const text = dataText(data, { look: TERMINAL });
  assert.equal(
    text,
    "list: [0, 1, 2, 3, 4, 5, 6, … 993 more]\ntext: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…",
  );
  assert(text.split("\n").every((line) => line.length <= 40));
  assert.equal(dataText(data, { look: TERMINAL, all: true }).includes("999]"), true);
  assert.equal(dataText([1, 2, 3], { look: TERMINAL }), "[1, 2, 3]");
  const keys = Object.fromEntries(list.map((at) => [`key${at}`, at]));
  assert.match(dataText(keys, { look: TERMINAL }), /key39: 39\n… 960 more of 1000; --all shows them$/);
  const deep = list.slice(0, 40).map(() => keys);
  assert.match(dataText(deep, { look: TERMINAL }), /more lines; --all shows them$/);
});

Deno.test("dataText() on a terminal shows no control characters of strangers", () => {
  assert.equal(dataText("a\x1b[2Jb\u0085\x07c\td", { look: TERMINAL }), "abc\td");
  assert.equal(dataText({ a: "\x1b[2J" }, { look: TERMINAL }), "a: '\\x1b[2J'");
  assert.equal(safeText("\x1b[31mred\x1b[0m\r\n", PLAIN), "\x1b[31mred\x1b[0m\r\n");
});

Deno.test("changesBetween() finds each leaf that differs, and changesText() writes them", () => {
  const changes = changesBetween(
    { a: 1, b: { c: [1, 2], d: 2 }, gone: 1, rows: [{ x: 1 }, { x: 2 }] },
    { a: 1, b: { c: [1, 3], d: 2 }, rows: [{ x: 1 }, { x: 5 }], new: "n" },
  );
  assert.deepEqual(changes, [
    { path: "b.c", value: [1, 3] },
    { path: "rows[1].x", value: 5 },
    { path: "new", value: "n" },
    { path: "gone", value: undefined },
  ]);
  assert.equal(changesText(changes, { look: PLAIN }), "b.c [1, 3]  rows[1].x 5  new 'n'  gone is gone");
  assert.deepEqual(changesBetween(1, 2, "x"), [{ path: "x", value: 2 }]);
  assert.deepEqual(changesBetween({ a: [1] }, { a: [1] }), []);
  const many = Array.from({ length: 30 }, (_, at) => ({ path: `p${at}`, value: at }));
  assert.match(changesText(many, { look: TERMINAL }), /p19 19 {2}… 10 more; --all shows them$/);
});
