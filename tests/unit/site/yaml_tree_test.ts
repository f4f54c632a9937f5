import assert from "node:assert/strict";
import { pyStr, pyTypeName } from "../../../ocs/mod.ts";
import { resolvePlain11, resolvePlain12 } from "../../../site/yaml_scalars.ts";
import type { YamlNode } from "../../../site/yaml_node.ts";
import { readYaml } from "../../../site/yaml_tree.ts";

/** Plain scalars with the type and the str() that PyYAML 6 gives them. */
const PYYAML: readonly (readonly [string, string, string])[] = [
  ["1", "int", "1"],
  ["-1", "int", "-1"],
  ["+1", "int", "1"],
  ["0", "int", "0"],
  ["007", "int", "7"],
  ["010", "int", "8"],
  ["0o10", "str", "0o10"],
  ["0x1F", "int", "31"],
  ["0b101", "int", "5"],
  ["1_000", "int", "1000"],
  ["1.0", "float", "1.0"],
  ["1.", "float", "1.0"],
  [".5", "float", "0.5"],
  ["-.5", "str", "-.5"],
  ["+.5", "str", "+.5"],
  ["1.5e3", "str", "1.5e3"],
  ["1e3", "str", "1e3"],
  ["1.0e3", "str", "1.0e3"],
  ["1.0e+3", "float", "1000.0"],
  ["1.0e-3", "float", "0.001"],
  ["-3.5", "float", "-3.5"],
  ["1:30", "int", "90"],
  ["1:30.5", "float", "90.5"],
  ["190:20:30", "int", "685230"],
  ["12:99", "str", "12:99"],
  ["yes", "bool", "True"],
  ["No", "bool", "False"],
  ["ON", "bool", "True"],
  ["off", "bool", "False"],
  ["true", "bool", "True"],
  ["TRUE", "bool", "True"],
  ["tRUE", "str", "tRUE"],
  ["y", "str", "y"],
  ["n", "str", "n"],
  ["null", "NoneType", "None"],
  ["~", "NoneType", "None"],
  ["Null", "NoneType", "None"],
  ["nULL", "str", "nULL"],
  [".inf", "float", "inf"],
  ["-.INF", "float", "-inf"],
  [".nan", "float", "nan"],
  [".NaN", "float", "nan"],
  ["inf", "str", "inf"],
  ["nan", "str", "nan"],
  ["08", "str", "08"],
  ["09", "str", "09"],
  ["1__0", "int", "10"],
  ["0x", "str", "0x"],
  ["0b", "str", "0b"],
  ["0b2", "str", "0b2"],
  ["+", "str", "+"],
  [".", "str", "."],
  ["1e", "str", "1e"],
  ["0.0", "float", "0.0"],
  ["-0.0", "float", "-0.0"],
  ["+0", "int", "0"],
  ["-0", "int", "0"],
  ["12345678901234567890", "int", "12345678901234567890"],
  ["1.2.3", "str", "1.2.3"],
  ["10.0.0.3", "str", "10.0.0.3"],
  ["v1", "str", "v1"],
  ["host/up", "str", "host/up"],
  ["1_0.5_0", "float", "10.5"],
  ["0x_1", "int", "1"],
  ["-0x1F", "int", "-31"],
  ["+0b11", "int", "3"],
  ["-010", "int", "-8"],
  ["1,000", "str", "1,000"],
  ["_1", "str", "_1"],
  ["99999999999999999999.0", "float", "1e+20"],
];

Deno.test("resolvePlain11() reads plain scalars as PyYAML does", () => {
  for (const [text, type, str] of PYYAML) {
    const value = resolvePlain11(text);
    assert.equal(pyTypeName(value), type, text);
    assert.equal(pyStr(value), str, text);
  }
});

Deno.test("resolvePlain12() reads what operators type: on and 1:30 are texts, 1e3 is a float", () => {
  for (const text of ["on", "off", "yes", "no", "1:30", "1_000", "0b1", "1.2.3", "inf"]) {
    assert.equal(resolvePlain12(text), text);
  }
  assert.equal(pyStr(resolvePlain12("1e3")), "1000.0");
  assert.equal(pyStr(resolvePlain12("2.0")), "2.0");
  assert.equal(pyStr(resolvePlain12("010")), "10");
  assert.equal(resolvePlain12("0x1F"), 31);
  assert.equal(resolvePlain12("12345678901234567890"), 12345678901234567890n);
});

/** The tree without places. */
function plain(node: YamlNode | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
}

Deno.test("readYaml() follows aliases and merge keys as PyYAML does", async () => {
  const { root, problems } = await readYaml(
    "a: &x {p: 1, q: 2}\nb: &y {q: 3, r: 4}\nc: {<<: [*x, *y], q: 5}\nd: {q: 6, <<: *x}\ne: [*x]\n",
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(plain(root), {
    a: { p: 1, q: 2 },
    b: { q: 3, r: 4 },
    c: { p: 1, q: 5, r: 4 },
    d: { p: 1, q: 6 },
    e: [{ p: 1, q: 2 }],
  });
});

Deno.test("readYaml() reads explicit tags and refuses those it does not know", async () => {
  const { root, problems } = await readYaml("[!!str 5, !!int '7', !!float 2, !!null '', !!bool 'yes', ! 5]");
  assert.deepEqual(problems, []);
  assert.equal(pyStr(plain(root)), "['5', 7, 2.0, None, True, '5']");
  for (const text of ["!!python/object:os.system x", "!!int x", "!!set {a}", "!local [1]"]) {
    const { problems } = await readYaml(text);
    assert.equal(problems[0]?.severity, "error", text);
  }
});

Deno.test("readYaml() keeps line and column of every node, with any line ends", async () => {
  const { root } = await readYaml("a:\r\n  - x\r\n  - 'y'\r\n");
  assert(root?.kind === "map");
  const list = root.entries.get("a")?.value;
  assert(list?.kind === "list");
  assert.deepEqual(list.items.map(({ line, column }) => [line, column]), [[2, 5], [3, 5]]);
});

Deno.test("readYaml() has a duplicate key hold its last value and tells it", async () => {
  const { root, problems } = await readYaml("a: 1\nb: 2\na: 3\n");
  assert.deepEqual(plain(root), { a: 3, b: 2 });
  assert.equal(problems.length, 1);
  assert.deepEqual([problems[0]?.line, problems[0]?.column, problems[0]?.severity], [3, 1, "warning"]);
});

Deno.test("readYaml() ends well with bombs", async () => {
  const bombs = [
    "[".repeat(100_000),
    "{a: ".repeat(50_000),
    "- ".repeat(50_000) + "x",
    "a: &a [x]\n" +
    Array.from(
      { length: 40 },
      (_, i) => `a${i}: &a${i} [*a${i - 1 < 0 ? "" : i - 1}, *a${i - 1 < 0 ? "" : i - 1}]`,
    )
      .join("\n"),
    "a: &a [*a]",
    "a: &a {b: *a}",
    "\0".repeat(1000),
    "x".repeat(1_000_000),
    "9".repeat(100_000),
  ];
  for (const bomb of bombs) await readYaml(bomb);
  assert.equal((await readYaml("a: &a [*a]")).problems[0]?.what, "an alias stands inside its own anchor");
  assert.match((await readYaml("[".repeat(100_000))).problems[0]?.what ?? "", /nested too deep/);
});
