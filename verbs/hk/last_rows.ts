/** Recorded fields, one by one, as `hk last` lists them. @module */
import { judgeField, type LastField } from "../../hk/mod.ts";
import { matchesGlob, parseFeedAddress } from "../../ocs/mod.ts";
import { nearMiss } from "../../site/near_miss.ts";
import { FieldNotFoundError } from "../errors.ts";
import { isPattern } from "../operation_target.ts";
import type { LastRow } from "./last_data.ts";

/** As of when rows are made. */
export interface RowTimes {
  readonly nowSeconds: number;
  /** The last that is known of the recorder. */
  readonly updatedSeconds: number;
  /** Whether it still records. */
  readonly isRecording: boolean;
}

/** Makes rows, trouble first. */
export function lastRows(fields: readonly LastField[], times: RowTimes): LastRow[] {
  const collator = new Intl.Collator("en", { numeric: true });
  return fields.map((field) => rowOf(field, times)).sort((a, b) =>
    URGENCY[a.state] - URGENCY[b.state] || collator.compare(a.name, b.name)
  );
}

/** Small numbers come first. */
const URGENCY: Readonly<Record<LastRow["state"], number>> = {
  stopped: 0,
  held: 1,
  late: 2,
  unknown: 3,
  landing: 4,
  old: 5,
};

function rowOf(field: LastField, { nowSeconds, updatedSeconds, isRecording }: RowTimes): LastRow {
  const { state, silentSeconds, limitSeconds } = judgeField(field, updatedSeconds);
  const isSettled = isRecording || state === "stopped" || state === "old";
  return {
    name: `${feedName(field.address)}.${field.field}`,
    address: field.address,
    field: field.field,
    kind: field.kind,
    value: field.value,
    time: field.timeSeconds,
    ageSeconds: rounded(nowSeconds - field.timeSeconds),
    arrived: field.arrivedSeconds,
    state: isSettled ? state : "unknown",
    silentSeconds: rounded(silentSeconds),
    limitSeconds: limitSeconds === undefined ? null : rounded(limitSeconds),
    usualGapSeconds: field.gapSeconds === undefined ? null : rounded(field.gapSeconds),
    freshSeconds: field.freshSeconds,
    frameSeconds: field.frameSeconds,
    file: field.file ?? null,
    written: field.writtenSeconds ?? null,
    waitsSince: field.waitsSinceSeconds ?? null,
    sessionId: field.sessionId,
  };
}

/** `AGENT.FEED`; an address of another form stays whole. */
function feedName(address: string): string {
  try {
    const { agent, feed } = parseFeedAddress(address);
    return `${agent.slice(agent.lastIndexOf(".") + 1)}.${feed}`;
  } catch {
    return address;
  }
}

/**
 * The rows that patterns mean: AGENT, AGENT.FEED, AGENT.FEED.FIELD, FIELD, or the full address; several add up.
 *
 * @throws {FieldNotFoundError} If one means none.
 */
export function matchingRows(rows: readonly LastRow[], patterns: readonly string[]): readonly LastRow[] {
  if (patterns.length === 0) return rows;
  const chosen = new Set<LastRow>();
  for (const pattern of patterns) {
    const meant = rows.filter((row) => namesOf(row).some((name) => matchesGlob(name, pattern)));
    if (meant.length === 0) throw nothingFound(pattern, rows);
    for (const row of meant) chosen.add(row);
  }
  return rows.filter((row) => chosen.has(row));
}

/** Every name by which a field may be meant. */
function namesOf({ name, address, field }: LastRow): string[] {
  const feed = name.slice(0, -field.length - 1);
  return [name, feed, feed.split(".")[0] ?? feed, field, address, `${address}.${field}`];
}

function nothingFound(pattern: string, rows: readonly LastRow[]): FieldNotFoundError {
  const near = isPattern(pattern) ? undefined : nearMiss(pattern, new Set(rows.flatMap(namesOf)));
  const hint = near === undefined ? "ocs hk last lists all" : `did you mean "${near}"?`;
  return new FieldNotFoundError(
    `Cannot find a recorded field "${pattern}": no agent, feed or field has such a name; ${hint}`,
  );
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
