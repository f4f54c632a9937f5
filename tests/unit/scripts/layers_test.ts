import assert from "node:assert/strict";
import { findCycles, forbiddenEdge, MAY_IMPORT, readImports, roomOf } from "../../../scripts/layers.ts";

function refused(from: string, to: string): boolean {
  return forbiddenEdge({ from, to, line: 1 }) !== undefined;
}

Deno.test("forbiddenEdge() allows each edge of the table and refuses each other one", () => {
  const file = (room: string) => room.endsWith(".ts") ? room : `${room}/x.ts`;
  for (const [from, allowed] of Object.entries(MAY_IMPORT)) {
    for (const to of Object.keys(MAY_IMPORT)) {
      if (to === from) continue;
      assert.equal(
        refused(file(from), file(to)),
        !allowed.some((room) => room === to),
        `${file(from)} imports ${file(to)}`,
      );
    }
  }
});

Deno.test("forbiddenEdge() keeps agents apart, and their parts with their own agent", () => {
  assert(refused("agents/registry.ts", "agents/fake_data.ts"));
  assert(refused("agents/registry.ts", "agents/fake_data/walk.ts"));
  assert(refused("agents/fake_data/walk.ts", "agents/registry.ts"));
  assert(!refused("agents/fake_data.ts", "agents/fake_data/walk.ts"));
  assert(!refused("agents/fake_data/walk.ts", "agents/fake_data.ts"));
  assert(!refused("agents/smurf_recorder.ts", "agents/timestream_aggregator/options.ts"));
  assert(refused("agents/smurf_recorder.ts", "agents/fake_data/walk.ts"));
  assert(refused("agents/table.ts", "agents/registry.ts"));
  assert(refused("agents/table.ts", "agents/registry/table.ts"));
  assert(!refused("agents/table.ts", "agents/registry/options.ts"));
  assert(refused("cli/main.ts", "agents/registry.ts"));
  assert(!refused("cli/main.ts", "agents/table.ts"));
  assert(!refused("cli/agent_files.ts", "agents/registry.ts"));
  assert(refused("cli/agent_files.ts", "agents/registry/options.ts"));
});

Deno.test("forbiddenEdge() lets third-party code in through deps/ only, and versions everywhere", () => {
  assert(!refused("deps/ws.ts", "npm:ws@8.23.0"));
  assert(refused("deps/ws.ts", "deps/yaml.ts"));
  assert(refused("client/x.ts", "npm:ws@8.23.0"));
  assert(refused("client/x.ts", "https://example.org/x.ts"));
  assert(refused("tests/unit/x.ts", "npm:ws"));
  assert(!refused("tests/unit/x.ts", "npm:@scope/ws@8.23.0"));
  assert(!refused("client/x.ts", "node:assert"));
});

Deno.test("forbiddenEdge() refuses tests, scripts, private files and what lies outside", () => {
  assert(refused("client/x.ts", "tests/helpers/until.ts"));
  assert(refused("client/x.ts", "scripts/ok.ts"));
  assert(refused("client/x.ts", "wamp/_cbor.ts"));
  assert(!refused("wamp/cbor.ts", "wamp/_cbor.ts"));
  assert(refused("client/x.ts", "../elsewhere/x.ts"));
  assert(refused("client/x.ts", "file:///elsewhere/x.ts"));
  assert(!refused("tests/unit/x.ts", "router/core/_x.ts"));
});

Deno.test("roomOf() knows no room for files that may import anything", () => {
  for (const path of ["scripts/ok.ts", "tests/unit/a_test.ts", "bench/codecs.ts", "toString/x.ts", "x.ts"]) {
    assert.equal(roomOf(path), undefined, path);
  }
});

Deno.test("findCycles() names the files of a cycle, also of a file that imports itself", () => {
  const edge = (from: string, to: string) => ({ from, to, line: 1 });
  assert.deepEqual(findCycles([edge("a", "b"), edge("b", "c"), edge("a", "c")]), []);
  assert.deepEqual(findCycles([edge("a", "b"), edge("b", "c"), edge("c", "b")]), [["b", "c", "b"]]);
  assert.deepEqual(findCycles([edge("a", "a")]), [["a", "a"]]);
});

Deno.test("readImports() sees static, type-only, re-exported and literal dynamic imports", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${root}/a.ts`,
      [
        'import "./b.ts";',
        'import type { C } from "./c.ts";',
        'export { d } from "./d.ts";',
        "/** Loads late. */",
        'export const late = () => import("./e.ts");',
        'export type F = import("./f.ts").F | C;',
      ].join("\n"),
    );
    for (const name of ["b", "d", "e"]) {
      await Deno.writeTextFile(`${root}/${name}.ts`, `export const ${name} = 1;`);
    }
    for (const name of ["C", "F"]) {
      await Deno.writeTextFile(`${root}/${name.toLowerCase()}.ts`, `export type ${name} = 1;`);
    }
    const edges = await readImports(root, ["a.ts", "b.ts", "c.ts", "d.ts", "e.ts", "f.ts"]);
    assert.deepEqual(edges.map(({ to, line }) => `${line} ${to}`).sort(), [
      "1 b.ts",
      "2 c.ts",
      "3 d.ts",
      "5 e.ts",
      "6 f.ts",
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
