/** Waiting for a time of day, in UTC (smurf 6, idiom 15). @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";

/** A time: as text without zone it is UTC, `2026-11-26T14:15:00`. */
export type UtcTime = Date | string;

/** How `waitUntilTime` takes it if it is too late. */
export interface WaitUntilTimeOptions {
  /**
   * How late it may be: seconds, or a time. Later than that is an error. Default: however late, it returns at once.
   */
  readonly tolerance?: number | UtcTime | undefined;
  /** Gives up: `script.signal`. */
  readonly signal?: AbortSignal | undefined;
  /** Time; default the machine's. */
  readonly clock?: Clock | undefined;
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Reads a time in UTC.
 *
 * @param time ISO 8601, such as `2026-11-26T14:15:00`; without a zone it is UTC, `Z` and `+00:00` may be written.
 * @returns Unix seconds.
 * @throws {SyntaxError} If it is no time.
 * @throws {RangeError} If it has another zone: an observatory's schedule is in UTC.
 */
export function utcSeconds(time: UtcTime): number {
  if (time instanceof Date) {
    if (Number.isNaN(time.getTime())) {
      throw new SyntaxError(`Cannot read the time "${time}": expected a valid date`);
    }
    return time.getTime() / 1000;
  }
  const [, date, clock = "00:00", zone = "Z"] = ISO.exec(time.trim()) ?? [];
  const ms = date === undefined ? NaN : Date.parse(`${date}T${clock}Z`);
  if (Number.isNaN(ms)) {
    throw new SyntaxError(
      `Cannot read the time "${time}": expected ISO 8601 in UTC, such as 2026-11-26T14:15:00`,
    );
  }
  if (!/^(Z|[+-]00:?00)$/.test(zone)) {
    throw new RangeError(`Cannot use the time "${time}": it has the zone ${zone}, expected UTC`);
  }
  return ms / 1000;
}

/**
 * Waits until a time. One that has passed is fine, unless by more than the tolerance.
 *
 * The machine's clock decides, also when it is set meanwhile.
 *
 * @throws {RangeError} If it is too late.
 */
export async function waitUntilTime(
  target: UtcTime,
  { tolerance, signal, clock = SYSTEM_CLOCK }: WaitUntilTimeOptions = {},
): Promise<void> {
  const seconds = utcSeconds(target);
  const latest = tolerance === undefined
    ? Infinity
    : typeof tolerance === "number"
    ? seconds + tolerance
    : utcSeconds(tolerance);
  if (clock.now() > latest) {
    const late = (clock.now() - seconds).toFixed(1);
    throw new RangeError(
      `Cannot wait until "${stamp(seconds)}": that was ${late} s ago, expected at most ${
        (latest - seconds).toFixed(1)
      } s`,
    );
  }
  // In pieces: a clock that is set meanwhile is noticed.
  for (let left = seconds - clock.now(); left > 0; left = seconds - clock.now()) {
    signal?.throwIfAborted();
    await pause(Math.min(left, LOOK_SECONDS) * 1000, { signal, clock });
  }
  signal?.throwIfAborted();
}

const LOOK_SECONDS = 60;

function stamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
