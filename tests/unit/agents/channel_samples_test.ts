import assert from "node:assert/strict";
import { channelName, pickSamples } from "../../../agents/timestream_aggregator/channel_samples.ts";
import { g3Int, type G3Timestream, type G3TimestreamMap, ticksOf } from "../../../g3/mod.ts";

/** A timestream map of one channel, 7, with the values 0, 1, 2, ... at a rate. */
function streams(samples: number, rateHz: number): G3TimestreamMap {
  const stream: G3Timestream = {
    class: "G3Timestream",
    units: 0,
    start: 0n,
    stop: ticksOf((samples - 1) / rateHz),
    flacLevel: 0,
    value: Float64Array.from({ length: samples }, (_, i) => i),
  };
  return { class: "G3TimestreamMap", value: new Map([["r0007", stream]]) };
}

function picked(samples: number, rateHz: number, targetRateHz: number): readonly number[] | undefined {
  return pickSamples(streams(samples, rateHz), { channels: [7], targetRateHz })[0]?.values;
}

Deno.test("smurf 4.7: pickSamples() takes every so many samples, also where the rate is not quite whole", () => {
  // The eight samples are 199.99999999999997 Hz.
  assert.deepEqual(picked(8, 200, 100), [0, 2, 4, 6]);
  assert.deepEqual(picked(40, 200, 10), [0, 20]);
  assert.deepEqual(picked(5, 10, 10), [0, 1, 2, 3, 4]);
  assert.deepEqual(picked(3, 1, 10), [0, 1, 2]);
});

Deno.test("smurf 4.7: pickSamples() takes first and last of a frame with fewer samples than a step", () => {
  assert.deepEqual(picked(10, 200, 10), [0, 9]);
  assert.deepEqual(picked(20, 200, 10), [0, 19]);
  assert.deepEqual(picked(21, 200, 10), [0, 20]);
});

Deno.test("pickSamples() skips what tells no rate, and channels that are not there", () => {
  assert.equal(picked(1, 200, 10), undefined);
  assert.deepEqual(picked(0, 200, 10), []);
  const still = streams(3, Infinity);
  assert.deepEqual(pickSamples(still, { channels: [7], targetRateHz: 10 }), []);
  assert.deepEqual(pickSamples(streams(3, 1), { channels: [8], targetRateHz: 10 }), []);
  assert.deepEqual(
    pickSamples({ class: "G3TimestreamMap", value: new Map() }, { channels: [7], targetRateHz: 10 }),
    [],
  );
  assert.throws(() => pickSamples(g3Int(1), { channels: [7], targetRateHz: 10 }), /the data are a G3Int/);
});

Deno.test("channelName() names channels as frames do", () => {
  assert.deepEqual([0, 12, 12_345].map(channelName), ["r0000", "r0012", "r12345"]);
});
