import assert from "node:assert/strict";
import { PlotHistory } from "../../../verbs/plot_history.ts";

Deno.test("PlotHistory keeps every sample while there are few", () => {
  const history = new PlotHistory(60);
  const points = [10, 11, 12.5].map((timeSeconds) => ({ timeSeconds, value: timeSeconds * 2 }));
  for (const point of points) history.add(point);
  assert.deepEqual(history.points(), points);
  assert.deepEqual(history.points(11), points.slice(1));
  assert.equal(history.newestSeconds, 12.5);
});

Deno.test("PlotHistory stays small at any rate and loses no spike", () => {
  const history = new PlotHistory(100);
  // 10 kHz for 200 s, twice the window; one high and one low sample.
  for (let at = 0; at < 2_000_000; at++) {
    const value = at === 1_500_000 ? 1e6 : at === 1_500_003 ? -1e6 : 0;
    history.add({ timeSeconds: at / 10_000, value });
  }
  const points = history.points();
  assert(points.length <= 8000, `${points.length} points`);
  assert((points[0]?.timeSeconds ?? 0) >= 99.9);
  const values = points.map(({ value }) => value);
  assert.deepEqual([Math.max(...values), Math.min(...values)], [1e6, -1e6]);
});

Deno.test("PlotHistory sorts in what comes late and leaves out what is beyond the window", () => {
  const history = new PlotHistory(2000);
  for (const timeSeconds of [5000, 4000, 4500.5, 4500.2, 2000]) history.add({ timeSeconds, value: 1 });
  assert.deepEqual(history.points().map(({ timeSeconds }) => timeSeconds), [4000, 4500.2, 4500.5, 5000]);
  history.add({ timeSeconds: NaN, value: 1 });
  assert.equal(history.newestSeconds, 5000);
});

Deno.test("PlotHistory remembers where there was no value", () => {
  const history = new PlotHistory(2000);
  for (const [timeSeconds, value] of [[10.1, NaN], [10.2, 3], [10.3, 4], [10.4, NaN]] as const) {
    history.add({ timeSeconds, value });
  }
  const values = history.points().map(({ value }) => value);
  assert.deepEqual(values, [NaN, 3, 4, NaN]);
});
