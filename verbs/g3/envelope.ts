/** The shape of a field over time, in bounded memory. @module */
import type { PlotPoint } from "../plot_range.ts";

/** More parts of time than that are joined two by two; so there are at least half as many where there are enough samples. */
const MAX_BUCKETS = 4096;
/** A step so many times as long as the usual one is a gap. */
const GAP_FACTOR = 5;
/** So many steps tell what is usual. */
const STEPS = 15;

/** What came in one part of the time: enough to draw what all of it would look like. */
interface Bucket {
  first: PlotPoint;
  min: PlotPoint;
  max: PlotPoint;
  last: PlotPoint;
  /** A time at which there was no value. */
  gap: PlotPoint | undefined;
}

/**
 * Takes any number of samples and gives points that draw the same picture: of each part of the time the first, lowest, highest
 * and last sample. The parts become longer as time does; few samples are all kept.
 *
 * Where samples are missing for much longer than they usually are apart, and where a value is no finite number, there is a
 * point without a value: no line may pretend that something was between.
 */
export class Envelope {
  /** Samples taken. */
  count = 0;
  /** Lowest finite value. */
  min = Infinity;
  /** Highest finite value. */
  max = -Infinity;
  /** Latest sample. */
  last: PlotPoint | undefined;
  #buckets = new Map<number, Bucket>();
  #bucketSeconds = 2 ** -20;
  /** The last steps between samples, in seconds, and how many there have been. */
  readonly #steps = new Float64Array(STEPS).fill(Infinity);
  #stepCount = 0;
  #shortest = Infinity;

  /** Takes a sample; times that cannot be drawn are left out. */
  add(timeSeconds: number, value: number): void {
    if (!Number.isFinite(timeSeconds)) return;
    this.count++;
    const before = this.last;
    if (before !== undefined) this.#step(before.timeSeconds, timeSeconds);
    const point = { timeSeconds, value };
    if (before === undefined || timeSeconds >= before.timeSeconds) this.last = point;
    if (Number.isFinite(value)) {
      this.min = Math.min(this.min, value);
      this.max = Math.max(this.max, value);
    }
    this.#put(point);
  }

  /** The points, in order of time; a value that is no finite number interrupts the line. */
  points(): PlotPoint[] {
    const points: PlotPoint[] = [];
    for (const [, { first, min, max, last, gap }] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      const parts = new Set([first, min, max, last, ...(gap === undefined ? [] : [gap])]);
      points.push(...[...parts].sort((a, b) => a.timeSeconds - b.timeSeconds));
    }
    return points;
  }

  /** Marks a gap if this step is one. */
  #step(from: number, to: number): void {
    const seconds = to - from;
    if (!(seconds > 0)) return;
    // Most steps are no longer than the shortest allows, and nothing has to be sorted for them.
    if (
      this.#stepCount >= 3 && seconds > GAP_FACTOR * this.#shortest &&
      seconds > GAP_FACTOR * this.#usualStep()
    ) {
      this.#put({ timeSeconds: (from + to) / 2, value: NaN });
    }
    const place = this.#stepCount++ % STEPS;
    const forgotten = this.#steps[place];
    this.#steps[place] = seconds;
    if (forgotten === this.#shortest) this.#shortest = Math.min(...this.#steps);
    else if (seconds < this.#shortest) this.#shortest = seconds;
  }

  /** The median of the last steps. */
  #usualStep(): number {
    const sorted = this.#steps.slice(0, Math.min(STEPS, this.#stepCount)).sort();
    return sorted[sorted.length >> 1] ?? Infinity;
  }

  #put(point: PlotPoint): void {
    const index = Math.floor(point.timeSeconds / this.#bucketSeconds);
    const bucket = this.#buckets.get(index);
    if (bucket === undefined) {
      const gap = Number.isFinite(point.value) ? undefined : point;
      this.#buckets.set(index, { first: point, min: point, max: point, last: point, gap });
      while (this.#buckets.size > MAX_BUCKETS) this.#joinPairs();
    } else join(bucket, { first: point, min: point, max: point, last: point, gap: undefined });
  }

  #joinPairs(): void {
    this.#bucketSeconds *= 2;
    const joined = new Map<number, Bucket>();
    for (const [index, bucket] of this.#buckets) {
      const half = Math.floor(index / 2);
      const other = joined.get(half);
      if (other === undefined) joined.set(half, bucket);
      else join(other, bucket);
    }
    this.#buckets = joined;
  }
}

function join(into: Bucket, other: Bucket): void {
  into.gap ??= other.gap;
  if (!Number.isFinite(other.first.value) && other.first === other.last) {
    into.gap ??= other.first;
    return;
  }
  if (!Number.isFinite(into.first.value) && into.first === into.last) {
    into.gap ??= into.first;
    Object.assign(into, { first: other.first, min: other.min, max: other.max, last: other.last });
    return;
  }
  if (other.first.timeSeconds < into.first.timeSeconds) into.first = other.first;
  if (other.last.timeSeconds >= into.last.timeSeconds) into.last = other.last;
  // Against a value that is none every comparison fails: the first number takes its place.
  if (!(into.min.value <= other.min.value)) into.min = other.min;
  if (!(into.max.value >= other.max.value)) into.max = other.max;
}
