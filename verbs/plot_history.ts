/** Samples of the recent past, as many as a plot can show. @module */
import type { PlotPoint } from "./plot_range.ts";

/** Parts of the window, which is more than a screen has columns of dots. */
const BUCKETS = 2000;

/** What came in one part of the window: enough to draw what all of it would look like. */
interface Bucket {
  readonly index: number;
  first: PlotPoint;
  min: PlotPoint;
  max: PlotPoint;
  last: PlotPoint;
  /** A time at which there was no value. */
  gap: PlotPoint | undefined;
}

/**
 * Keeps a window of samples that moves with time.
 *
 * Its size is bounded: of each part of the window the first, lowest, highest and last sample are kept, as they were, and where
 * there was none. With fewer samples than parts all are kept.
 */
export class PlotHistory {
  /** Length of the window in seconds. */
  readonly windowSeconds: number;
  readonly #bucketSeconds: number;
  #buckets: Bucket[] = [];

  /** Starts empty. */
  constructor(windowSeconds: number) {
    this.windowSeconds = windowSeconds;
    this.#bucketSeconds = windowSeconds / BUCKETS;
  }

  /** Takes a sample; one that is older than the newest is sorted in where it belongs, one beyond the window is left out. */
  add(point: PlotPoint): void {
    if (!Number.isFinite(point.timeSeconds)) return;
    const index = Math.floor(point.timeSeconds / this.#bucketSeconds);
    const newest = this.#buckets.at(-1)?.index ?? -Infinity;
    if (index <= newest - BUCKETS) return;
    let at = this.#buckets.length;
    while (at > 0 && (this.#buckets[at - 1]?.index ?? -Infinity) > index) at--;
    const bucket = this.#buckets[at - 1];
    if (bucket?.index === index) put(bucket, point);
    else this.#buckets.splice(at, 0, newBucket(index, point));
    const oldest = Math.max(index, newest) - BUCKETS;
    const kept = this.#buckets.findIndex((each) => each.index > oldest);
    if (kept > 0) this.#buckets = this.#buckets.slice(kept);
  }

  /** Samples from a time on, in order. */
  points(fromSeconds = -Infinity): PlotPoint[] {
    const points: PlotPoint[] = [];
    for (const { first, min, max, last, gap } of this.#buckets) {
      const parts = [first, min, max, last, ...(gap === undefined ? [] : [gap])];
      const inOrder = [...new Set(parts)].sort((a, b) => a.timeSeconds - b.timeSeconds);
      for (const point of inOrder) if (point.timeSeconds >= fromSeconds) points.push(point);
    }
    return points;
  }

  /** Time of the newest sample in Unix seconds; undefined where there is none. */
  get newestSeconds(): number | undefined {
    const bucket = this.#buckets.at(-1);
    return bucket && Math.max(bucket.last.timeSeconds, bucket.gap?.timeSeconds ?? -Infinity);
  }
}

function newBucket(index: number, point: PlotPoint): Bucket {
  const gap = Number.isFinite(point.value) ? undefined : point;
  return { index, first: point, min: point, max: point, last: point, gap };
}

function put(bucket: Bucket, point: PlotPoint): void {
  if (!Number.isFinite(point.value)) {
    bucket.gap = point;
    return;
  }
  if (point.timeSeconds < bucket.first.timeSeconds) bucket.first = point;
  if (point.timeSeconds >= bucket.last.timeSeconds) bucket.last = point;
  // Against a value that is none every comparison fails: the first number takes its place.
  if (!(bucket.min.value <= point.value)) bucket.min = point;
  if (!(bucket.max.value >= point.value)) bucket.max = point;
}
