/** Times of G3: ticks of 10 ns since 1970, UTC, without leap seconds (g3 3.2, G3 trap 14). @module */

/** Ticks in a second. */
export const TICKS_PER_SECOND = 100_000_000n;

/**
 * Ticks of a time in Unix seconds, cut towards zero as Python's conversion does.
 *
 * A double of this size is exact to about 24 ticks.
 */
export function ticksOf(unixSeconds: number): bigint {
  return BigInt(Math.trunc(unixSeconds * 1e8));
}

/** Unix seconds of ticks. */
export function unixSecondsOf(ticks: bigint): number {
  return Number(ticks) / 1e8;
}

/** Ticks as ISO 8601 in UTC, with all nine digits: `2023-11-14T22:13:20.123456780Z`. */
export function isoTimeOf(ticks: bigint): string {
  const rest = ((ticks % TICKS_PER_SECOND) + TICKS_PER_SECOND) % TICKS_PER_SECOND;
  const seconds = (ticks - rest) / TICKS_PER_SECOND;
  const date = new Date(Number(seconds) * 1000);
  // Beyond the years that JavaScript's dates can name, the ticks themselves say it best.
  if (Number.isNaN(date.getTime())) return `${ticks}`;
  return `${date.toISOString().slice(0, -5)}.${String(rest).padStart(8, "0")}0Z`;
}
