/** Points of InfluxDB from blocks of files, the same that a publisher makes of them while they come. @module */
import { Float } from "../internal/float.ts";
import { parseFeedAddress } from "../ocs/addresses.ts";
import type { InfluxOrigin } from "./influx_point.ts";
import { escapeKey, escapeMeasurement } from "./influx_text.ts";
import { influxValue } from "./influx_value.ts";
import type { HkBlock, HkVector } from "./read_block.ts";

/** Agent and feed of a provider; undefined for what is no feed, such as a detector's stream. */
export function originOfProvider(provider: string): InfluxOrigin | undefined {
  try {
    return parseFeedAddress(provider);
  } catch {
    return undefined;
  }
}

/**
 * Makes a point for each sample time of a block (OCS 10.7).
 *
 * @param times Nanoseconds since 1970, one for each sample.
 */
export function* influxBlockLines(
  { agent, feed }: InfluxOrigin,
  { block, times }: { readonly block: HkBlock; readonly times: BigInt64Array },
): Generator<string, void, void> {
  const series = `${escapeMeasurement(agent)}${feed === "" ? "" : `,feed=${escapeKey(feed)}`}`;
  const columns = [...block.fields].filter(([field]) => field !== "time")
    .map(([field, vector]) => [`${escapeKey(field)}=`, vector] as const);
  for (const [row, time] of times.entries()) {
    let fields = "";
    for (const [key, vector] of columns) {
      const text = influxValue(sampleOf(vector, row)) ?? "";
      if (text !== "") fields += fields === "" ? key + text : `,${key}${text}`;
    }
    if (fields !== "") yield `${series} ${fields} ${time}`;
  }
}

/**
 * The time that a publisher has written for a sample of which a file has the ticks, as far as these tell.
 *
 * A publisher cuts a double of seconds to nanoseconds, a file to ticks of 10 ns. Doubles of today lie 238 ns apart, so the ticks
 * lead back to the double, or to one of two neighbours.
 *
 * @returns Nanoseconds since 1970.
 */
export function influxTimeOfTicks(ticks: bigint): bigint {
  const near = Number(ticks) / 1e8;
  // A double's neighbours, without going into its bits: half of its last place more or less rounds to them.
  const step = Math.abs(near) * 2 ** -53;
  for (const seconds of [near, near + step, near - step, near + 2 * step, near - 2 * step]) {
    if (BigInt(Math.trunc(seconds * 1e8)) === ticks) return BigInt(Math.trunc(seconds * 1e9));
  }
  return ticks * 10n;
}

/** A sample with its kind. */
function sampleOf(vector: HkVector, row: number): unknown {
  switch (vector.kind) {
    case "double":
      return new Float(vector.values[row] ?? NaN);
    case "int":
      return vector.values[row];
    case "bool":
      return vector.values[row] === 1;
    case "string":
      return vector.values[row];
  }
}
