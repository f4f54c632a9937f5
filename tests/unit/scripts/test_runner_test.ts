import assert from "node:assert/strict";
import { parseCounts } from "../../../scripts/test.ts";

Deno.test("parseCounts() reads every form of Deno's closing line", () => {
  const cases: [string, number, number, number][] = [
    ["ok | 5 passed | 0 failed (51ms)", 5, 0, 0],
    ["ok | 5 passed (2 steps) | 0 failed | 1 ignored (1s)", 5, 0, 1],
    ["FAILED | 0 passed | 3 failed (1 step) | 2 ignored (1 step) | 7 filtered out (1m2s)", 0, 3, 2],
    ["\x1b[31mFAILED\x1b[0m | 1 passed | 2 failed \x1b[90m(3ms)\x1b[0m", 1, 2, 0],
  ];
  for (const [line, passed, failed, skipped] of cases) {
    assert.deepEqual(parseCounts(`running 1 test\n${line}\n\nerror: Test failed\n`), {
      passed,
      failed,
      skipped,
    });
  }
});

Deno.test("parseCounts() takes the last closing line, for a test may print one of its own", () => {
  assert.equal(
    parseCounts("ok | 9 passed | 0 failed (1ms)\nFAILED | 1 passed | 2 failed (1ms)\n")?.failed,
    2,
  );
});

Deno.test("parseCounts() finds nothing in a run that broke off", () => {
  for (
    const text of ["", "error: Type checking failed.", "ok | many passed | 0 failed", "12 passed, 0 failed"]
  ) {
    assert.equal(parseCounts(text), undefined, text);
  }
});
