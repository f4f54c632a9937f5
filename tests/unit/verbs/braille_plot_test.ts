import assert from "node:assert/strict";
import { braillePlot } from "../../../verbs/braille_plot.ts";
import type { PlotPoint } from "../../../verbs/plot_range.ts";
import { textWidth } from "../../../verbs/fit_text.ts";

/** 2026-11-26 14:00:00 UTC. */
const START = Date.UTC(2026, 10, 26, 14) / 1000;

function points(values: readonly number[], stepSeconds = 1): PlotPoint[] {
  return values.map((value, at) => ({ timeSeconds: START + at * stepSeconds, value }));
}

Deno.test("braillePlot() draws the line between axes with round ticks, unit and zone", () => {
  // 9 letters by 2 are 18 dots by 8: from the lowest dot left to the highest one right, 7 dots up over 17 across.
  assert.deepEqual(braillePlot(points([0, 10], 19), { columns: 13, rows: 5, unit: "K" }), [
    " K",
    "10┤    ⢀⣠⠴⠒⠋",
    " 0┤⣠⠤⠖⠋⠉",
    "  └┬────────",
    "14:00:00 UTC",
  ]);
});

Deno.test("braillePlot() leaves the axes out where there is no room for them", () => {
  // 16 dots across for 16 values, 8 down for 0 (lowest) to 20 (highest); 15 stands at (20 - 15) / 20 * 7 = 1.75, dot 2.
  const values = Array.from({ length: 16 }, (_, at) => at);
  assert.deepEqual(braillePlot(points(values), { columns: 8, rows: 2 }), ["     ⣀⣠⠤", "⣠⠤⠖⠚⠉⠁  "]);
  assert.deepEqual(braillePlot(points(values), { columns: 8, rows: 0 }), []);
  assert.deepEqual(braillePlot(points(values), { columns: 0, rows: 9 }), []);
});

Deno.test("braillePlot() interrupts the line where a value is no number", () => {
  assert.deepEqual(braillePlot(points([5, 5, NaN, 5, 5, 5, 5, 5]), { columns: 4, rows: 1 }), ["⠤⠠⠤⠤"]);
});

Deno.test("braillePlot() puts a constant value in the middle of its axis", () => {
  const lines = braillePlot(points([4, 4, 4]), { columns: 20, rows: 9 });
  // 4 plus and minus a tenth: 3.6 to 4.4, in steps of 0.5.
  const heads = lines.slice(1, 7).map((line) => line.slice(0, 4));
  assert.deepEqual(heads, ["4.5┤", "   │", "   │", "4.0┤", "   │", "3.5┤"]);
  // 24 dots down: (4.5 - 4) * 23 = 11.5, dot 12 is the first of the fourth letter.
  assert.match(lines[4] ?? "", /^4\.0┤[⠁⠉⠈]+$/);
  for (const value of [0, -1e9, 1e-12, 1e300]) {
    const [, ...rows] = braillePlot(points([value, value]), { columns: 40, rows: 12 });
    assert(rows.slice(0, 9).some((line) => /[⠁-⣿]/.test(line)), String(value));
  }
});

Deno.test("braillePlot() shows one point, and says where there is none", () => {
  assert.deepEqual(
    braillePlot(points([4.2]), { columns: 20, rows: 6 }),
    [
      "",
      "5┤",
      "4┤        ⠈",
      "3┤",
      " └────────┬────────",
      "      14:00:00  UTC",
    ].map((line, at) => at === 0 ? " " : line),
  );
  const empty = braillePlot([], { columns: 20, rows: 6, from: START, to: START + 10 });
  assert.equal(empty[2], " │     no data");
});

Deno.test("braillePlot() keeps the highest value of many in one column of dots", () => {
  // Dot 2 of 8 for 7 of 0 to 10: (10 - 7) / 10 * 7 = 2.1.
  const values = Array.from({ length: 16 }, (_, at) => at === 3 ? 7 : 0);
  assert.deepEqual(braillePlot(points(values, 0.1), { columns: 2, rows: 2 }), ["⢠ ", "⣾⣀"]);
  const spike = Array.from({ length: 100_000 }, (_, at) => at === 50_000 ? 9 : 0);
  const lines = braillePlot(points(spike, 0.001), { columns: 80, rows: 14, max: 10 });
  assert.match(lines[2] ?? "", /[⠁-⣿]/);
});

Deno.test("braillePlot() takes given limits as they are and leaves out what lies beyond", () => {
  const lines = braillePlot(points([0, 100, 0], 10), { columns: 30, rows: 9, min: 0, max: 10 });
  assert.match(lines[1] ?? "", /^10┤/);
  assert.match(lines[6] ?? "", /^ 0┤/);
  const [outside] = braillePlot(points([50, 60]), { columns: 4, rows: 1, min: 0, max: 10 });
  assert.equal(outside, "    ");
  // A lower limit above all values still makes an axis.
  assert.equal(braillePlot(points([1, 2]), { columns: 30, rows: 9, min: 10 }).length, 9);
});

Deno.test("braillePlot() writes times of the given zone", () => {
  const lines = braillePlot(points([1, 2], 40), { columns: 60, rows: 6, utcOffsetMinutes: -90 });
  assert.match(lines.at(-1) ?? "", /12:30:00 +12:30:10 .*UTC-1:30$/);
  const days = braillePlot(points([1, 2], 3 * 86_400), { columns: 60, rows: 6 });
  assert.match(days.at(-1) ?? "", /11-27 +.*11-28/);
});

Deno.test("braillePlot() tells apart values that differ in their last digits by an offset", () => {
  const lines = braillePlot(points([1_234_567, 1_234_567.00005], 20), { columns: 60, rows: 8, unit: "Hz" });
  assert.equal(lines[0], "from 1234567.00000 Hz");
  assert.match(lines[1] ?? "", /^\+0\.00005┤/);
  assert.match(lines[5] ?? "", /^\+0\.00000┤/);
});

Deno.test("braillePlot() never writes beyond its size, whatever the values", () => {
  const series = [[], [0], [1e308, -1e308, 1e308], [NaN, Infinity, -Infinity], [5e-324, 0], [
    1,
    1 + 1e-16,
    1,
  ]];
  for (const values of series) {
    for (let columns = 1; columns < 45; columns += 2) {
      for (let rows = 1; rows < 12; rows++) {
        const lines = braillePlot(points(values), { columns, rows, unit: "a long unit" });
        assert(lines.length <= rows, `${lines.length} lines in ${rows} rows`);
        for (const line of lines) {
          assert(textWidth(line) <= columns, `${JSON.stringify(line)} in ${columns} columns`);
        }
      }
    }
  }
});
