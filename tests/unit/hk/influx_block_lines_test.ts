import assert from "node:assert/strict";
import { ticksOf } from "../../../g3/time.ts";
import { influxBlockLines, influxTimeOfTicks, originOfProvider } from "../../../hk/influx_block_lines.ts";
import { influxTime } from "../../../hk/influx_time.ts";

Deno.test("influxTimeOfTicks() gives the time that a publisher has written, or that of a double's neighbour", () => {
  let exact = 0;
  for (let n = 0; n < 5000; n++) {
    const seconds = 1_600_000_000 + Math.random() * 300_000_000;
    const written = influxTime(seconds, "line") ?? 0n;
    const found = influxTimeOfTicks(ticksOf(seconds));
    if (found === written) exact++;
    const gap = found - written;
    assert.ok(gap <= 600n && gap >= -600n, `${seconds}: ${gap} ns`);
  }
  assert.ok(exact > 2500, `${exact} of 5000`);
  // What no double of seconds leads to stays as it is.
  assert.equal(influxTimeOfTicks(170_000_000_000_000_001n), 1_700_000_000_000_000_010n);
});

Deno.test("influxBlockLines() makes the points that a publisher makes, kinds included", () => {
  const origin = originOfProvider("observatory.thermo.feeds.temps");
  assert.deepEqual(origin, { agent: "observatory.thermo", feed: "temps" });
  if (origin === undefined) return;
  const lines = [...influxBlockLines(origin, {
    times: BigInt64Array.of(1n, 2n),
    block: {
      name: "b",
      ticks: BigInt64Array.of(1n, 2n),
      fields: new Map([
        ["f", { kind: "double", values: Float64Array.of(2, NaN) }],
        ["i", { kind: "int", values: BigInt64Array.of(2n ** 62n, -1n) }],
        ["b", { kind: "bool", values: Uint8Array.of(1, 0) }],
        ["s", { kind: "string", values: ["a", 'q"'] }],
        ["time", { kind: "int", values: BigInt64Array.of(1n, 1n) }],
      ]),
    },
  })];
  assert.deepEqual(lines, [
    'observatory.thermo,feed=temps f=2.0,i=4611686018427387904i,b=True,s="a" 1',
    'observatory.thermo,feed=temps i=-1i,b=False,s="q\\"" 2',
  ]);
  assert.equal(originOfProvider("crate1slot2.data"), undefined);
});
