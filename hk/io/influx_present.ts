/** Which points of a feed are in InfluxDB already, so that what is written again takes their place. @module */
import type { InfluxOrigin } from "../influx_point.ts";
import { influxTimeOfTicks } from "../influx_block_lines.ts";
import type { HkBlock } from "../read_block.ts";
import { awayOf, type InfluxAway } from "./influx_database.ts";
import { type InfluxV1, quoteName } from "./influx_v1.ts";

/**
 * Times that a publisher makes of one double, cut to nanoseconds, rounded to microseconds, or cut to the ticks of a file, lie
 * closer together than this.
 */
const SAME_NS = 1200n;

/**
 * Finds the time of each sample of a block: that of the point which is there, if one is, else the one a publisher would write.
 *
 * @returns Nanoseconds since 1970, and how many points are there; or that the database does not answer.
 */
export async function presentTimes(
  database: InfluxV1,
  { agent, feed }: InfluxOrigin,
  { block, signal }: { readonly block: HkBlock; readonly signal?: AbortSignal | undefined },
): Promise<{ readonly times: BigInt64Array; readonly present: number } | InfluxAway> {
  const times = BigInt64Array.from(block.ticks, influxTimeOfTicks);
  if (times.length === 0) return { times, present: 0 };
  let [from = 0n] = times;
  let to = from;
  for (const time of times) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  const fields = [...block.fields.keys()].map(quoteName).join(", ");
  const answer = await database.table(
    `SELECT ${fields} FROM ${quoteName(agent)} WHERE "feed" = ${quoteText(feed)} ` +
      `AND time >= ${from - SAME_NS} AND time <= ${to + SAME_NS}`,
    signal,
  );
  if ("silence" in answer || answer.status !== 200) return awayOf(answer);
  const there = timesOfTable(answer.body);
  let present = 0;
  for (const [row, time] of times.entries()) {
    const found = nearest(there, time);
    if (found === undefined) continue;
    times[row] = found;
    present++;
  }
  return { times, present };
}

/** Whether a feed is in the database with tags of its own, as a publisher writes it under the agent's class. */
export async function hasTaggedSeries(
  database: InfluxV1,
  { agent, feed }: InfluxOrigin,
  signal?: AbortSignal,
): Promise<boolean | InfluxAway> {
  const [root = "", instance = ""] = agent.split(".");
  const answer = await database.table(
    `SHOW SERIES WHERE "address_root" = ${quoteText(root)} AND "instance_id" = ${quoteText(instance)} ` +
      `AND "feed" = ${quoteText(feed)} LIMIT 1`,
    signal,
  );
  if ("silence" in answer || answer.status !== 200) return awayOf(answer);
  return answer.body.trim().split("\n").length > 1;
}

/** The times of a table in CSV, ascending: the third column of each row but the first. */
function timesOfTable(csv: string): bigint[] {
  const times: bigint[] = [];
  let column = 0;
  let isHead = true;
  for (const [, cell = "", end = ""] of csv.matchAll(/("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/g)) {
    if (!isHead && column === 2 && /^-?\d+$/.test(cell)) times.push(BigInt(cell));
    column++;
    if (end === ",") continue;
    column = 0;
    isHead = false;
  }
  return times.sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
}

/** The time of the sorted ones that is nearest, if it is the same but for rounding. */
function nearest(sorted: readonly bigint[], time: bigint): bigint | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0n) < time) low = middle + 1;
    else high = middle;
  }
  const near = [sorted[low - 1], sorted[low]].filter((one): one is bigint => one !== undefined);
  const gap = (one: bigint) => one > time ? one - time : time - one;
  const [first, second] = near;
  const best = first !== undefined && second !== undefined && gap(second) < gap(first) ? second : first;
  return best !== undefined && gap(best) <= SAME_NS ? best : undefined;
}

function quoteText(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&").replaceAll("\n", "\\n")}'`;
}
