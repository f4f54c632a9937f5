import assert from "node:assert/strict";
import { roundStep, roundTicks } from "../../../verbs/round_ticks.ts";
import { timeTicks, zoneName } from "../../../verbs/time_ticks.ts";

Deno.test("roundStep() gives the smallest 1, 2 or 5 times a power of ten that makes few enough parts", () => {
  assert.equal(roundStep(10, 6), 2);
  assert.equal(roundStep(11, 6), 5);
  assert.equal(roundStep(1, 11), 0.1);
  assert.equal(roundStep(0.03, 4), 0.01);
  assert.equal(roundStep(9e6, 3), 5e6);
});

Deno.test("roundTicks() writes all labels in the same form", () => {
  assert.deepEqual(roundTicks({ low: -1, high: 1 }, 0.5).labels, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
  assert.deepEqual(roundTicks({ low: 0, high: 1e9 }, 5e8).labels, ["0", "5.0e8", "1.0e9"]);
  assert.deepEqual(roundTicks({ low: 0, high: 4e-9 }, 2e-9).labels, ["0", "2.0e-9", "4.0e-9"]);
  assert.deepEqual(roundTicks({ low: 99.5, high: 103 }, 1).values, [100, 101, 102, 103]);
  const far = roundTicks({ low: 1e9, high: 1e9 + 2 }, 1);
  assert.deepEqual([far.offset, far.labels], ["1000000000", ["+0", "+1", "+2"]]);
});

Deno.test("timeTicks() stands at round times of the clock on the wall", () => {
  const low = Date.UTC(2026, 10, 26, 14, 0, 3) / 1000;
  // 60 columns take 6 labels of 8 letters and 2 between; 57 s are 5.7 times 10 s.
  const ticks = timeTicks({ low, high: low + 57, columns: 60, utcOffsetMinutes: 0 });
  assert.deepEqual(ticks.labels, ["14:00:10", "14:00:20", "14:00:30", "14:00:40", "14:00:50", "14:01:00"]);
  assert.equal(ticks.values[0], low + 7);
  // India is five and a half hours ahead: whole hours there are half hours of UTC.
  const india = timeTicks({ low, high: low + 3 * 3600, columns: 30, utcOffsetMinutes: 330 });
  assert.deepEqual(india.labels, ["20:00", "21:00", "22:00"]);
});

Deno.test("zoneName() is that of people", () => {
  assert.deepEqual([0, 60, -180, 330, -90].map(zoneName), ["UTC", "UTC+1", "UTC-3", "UTC+5:30", "UTC-1:30"]);
});
