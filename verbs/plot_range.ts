/** What the axes of a plot show. @module */
import { roundStep } from "./round_ticks.ts";

/** One sample of a plot. */
export interface PlotPoint {
  /** Unix seconds. */
  readonly timeSeconds: number;
  /** A value that is no finite number interrupts the line. */
  readonly value: number;
}

/** What is said of the axes. */
export interface PlotLimits {
  /** Unix seconds of the left edge; default the first point. */
  readonly from?: number | undefined;
  /** Unix seconds of the right edge; default the last point. */
  readonly to?: number | undefined;
  /** Lowest value; default a round one below all points. */
  readonly min?: number | undefined;
  /** Highest value; default a round one above all points. */
  readonly max?: number | undefined;
}

/** A part of an axis. */
export interface PlotRange {
  readonly low: number;
  readonly high: number;
}

/** Ranges below this one are none, and values beyond the other have no range: floats end there. */
const SMALLEST = 1e-300;
const LARGEST = 2e307;

/** From the first point to the last, unless it is said. */
export function timeRange(points: readonly PlotPoint[], { from, to }: PlotLimits): PlotRange {
  const low = from ?? points[0]?.timeSeconds ?? (to ?? 1) - 1;
  const high = to ?? points.at(-1)?.timeSeconds ?? low + 1;
  // One point, or one time: it stands in the middle of a second.
  return high > low ? { low, high } : { low: low - 0.5, high: low + 0.5 };
}

/**
 * The values that an axis shows: round ones around all points, unless they are said.
 *
 * @param points Finite values.
 * @param most Ticks at most.
 */
export function valueRange(
  points: readonly PlotPoint[],
  most: number,
  limits: PlotLimits,
): { readonly value: PlotRange; readonly step: number } {
  const min = limits.min === undefined ? undefined : bounded(limits.min);
  const max = limits.max === undefined ? undefined : bounded(limits.max);
  let low = Infinity;
  let high = -Infinity;
  for (const { value } of points) {
    low = Math.min(low, bounded(value));
    high = Math.max(high, bounded(value));
  }
  if (low > high) [low, high] = [min ?? (max ?? 1) - 1, max ?? (min ?? 0) + 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low <= Math.max(size * 1e-13, SMALLEST)) {
    const margin = size <= SMALLEST ? 1 : size / 10;
    [low, high] = [low - margin, high + margin];
  }
  [low, high] = [min ?? low, max ?? high];
  if (high - low <= SMALLEST) {
    const margin = Math.max(Math.abs(low), Math.abs(high)) / 10 + SMALLEST * 10;
    if (min === undefined) low = high - margin;
    else high = low + margin;
  }
  const step = roundStep(high - low, most);
  const value = {
    low: min ?? Math.floor(low / step + 1e-9) * step,
    high: max ?? Math.ceil(high / step - 1e-9) * step,
  };
  return { value, step };
}

function bounded(value: number): number {
  return Math.max(-LARGEST, Math.min(LARGEST, value));
}
