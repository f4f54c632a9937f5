/** Missing, repeated and late samples, by their times. */
import assert from "node:assert/strict";
import { SampleWatch } from "../../../hk/sample_watch.ts";
import { Random } from "../../helpers/random_values.ts";

function watched(times: Iterable<number>): SampleWatch {
  const watch = new SampleWatch();
  for (const time of times) watch.look(time);
  return watch;
}

/** Times of a feed at 10 Hz whose clock is as bad as `jitter` of an interval. */
function tenHertz(count: number, jitter: number, random = new Random(1)): number[] {
  return Array.from({ length: count }, (_, i) => 1_700_000_000 + (i + jitter * random.next()) / 10);
}

Deno.test("SampleWatch notices nothing about a regular feed, however bad its clock", () => {
  for (const jitter of [0, 0.05, 0.3, 0.9]) {
    const watch = watched(tenHertz(2000, jitter));
    assert.equal(watch.irregularities, undefined, `jitter ${jitter}`);
  }
  assert.ok(Math.abs((watched(tenHertz(2000, 0.1)).intervalSeconds ?? 0) - 0.1) < 0.01);
});

Deno.test("SampleWatch counts skips, and how many samples are missing in them", () => {
  for (const jitter of [0, 0.1]) {
    const times = tenHertz(1000, jitter).filter((_, i) => i !== 300 && !(i >= 500 && i < 540));
    assert.deepEqual(watched(times).irregularities, { skips: 2, missing: 41, repeats: 0, late: 0 });
  }
});

Deno.test("SampleWatch counts samples that come twice and samples that come late", () => {
  const times = tenHertz(100, 0);
  const block = times.slice(40, 50);
  const watch = watched([...times.slice(0, 50), ...block, ...times.slice(50)]);
  // The last of the ten has the time of the newest.
  assert.deepEqual(watch.irregularities, { skips: 0, missing: 0, repeats: 1, late: 9 });
});

Deno.test("SampleWatch finds no skips in a feed without a usual interval", () => {
  const random = new Random(3);
  let time = 1_700_000_000;
  const times = Array.from({ length: 500 }, () => time += 10 ** (4 * random.next() - 2));
  const watch = watched(times);
  assert.equal(watch.irregularities?.skips ?? 0, 0);
});

Deno.test("SampleWatch learns a new rate after four intervals of it", () => {
  const watch = watched([...tenHertz(100, 0), ...Array.from({ length: 300 }, (_, i) => 1_700_000_011 + i)]);
  assert.equal(watch.irregularities?.skips, 4);
  assert.equal(watch.intervalSeconds, 1);
  const faster = watched(Array.from({ length: 100 }, (_, i) => i).concat(tenHertz(2000, 0)));
  assert.equal(faster.irregularities?.skips, 1);
});

Deno.test("SampleWatch goes on with a clock that was set back, and after one time that lies far ahead", () => {
  const back = tenHertz(500, 0).map((time) => time - 3600);
  const watch = watched([...tenHertz(100, 0), ...back]);
  assert.deepEqual(watch.irregularities, { skips: 0, missing: 0, repeats: 0, late: 32 });
  const ahead = watched([...tenHertz(100, 0), 9e10, ...tenHertz(500, 0).slice(100)]);
  assert.equal(ahead.irregularities?.late, 32);
});

Deno.test("SampleWatch passes over what is no time, and stays finite", () => {
  const times = tenHertz(100, 0);
  const hostile = [NaN, Infinity, -Infinity, -1e300, 1e300, -9e10, 9e10, Number.MAX_VALUE, -Number.MAX_VALUE];
  const watch = watched([...times.slice(0, 50), ...hostile, ...times.slice(50), ...hostile, ...hostile]);
  const { skips, missing, repeats, late } = watch.irregularities ??
    { skips: 0, missing: 0, repeats: 0, late: 0 };
  for (const count of [skips, missing, repeats, late]) assert.ok(Number.isFinite(count) && count >= 0);
  assert.equal(watched(hostile).intervalSeconds, undefined);
});
