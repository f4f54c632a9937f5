import assert from "node:assert/strict";
import { rewriteImports } from "../../../repl/rewrite_imports.ts";

const BASE = "file:///home/ocs/";

Deno.test("rewriteImports() makes every form of import dynamic", () => {
  const cases = {
    'import "./a.ts"': 'await import("file:///home/ocs/a.ts");',
    'import a from "x"': 'const { default: a } = await import("x");',
    'import * as a from "x";': 'const a = await import("x");',
    'import { a, b as c } from "x"': 'const { a, b: c } = await import("x");',
    'import a, { type B, c } from "../x.ts"': 'const { default: a, c } = await import("file:///home/x.ts");',
    'import data from "./d.json" with { type: "json" }':
      'const { default: data } = await import("file:///home/ocs/d.json", { with: { type: "json" } });',
    'import type { A } from "x"': "",
    'await import("./a.ts")': 'await import("file:///home/ocs/a.ts")',
  };
  for (const [source, expected] of Object.entries(cases)) {
    assert.equal(rewriteImports(source, BASE), expected, source);
  }
});

Deno.test("rewriteImports() leaves everything else alone", () => {
  for (
    const source of [
      "important = 5",
      "x.import",
      'const s = "import a from b"',
      "import(name)",
      "import.meta",
    ]
  ) {
    assert.equal(rewriteImports(source, BASE), source);
  }
});
