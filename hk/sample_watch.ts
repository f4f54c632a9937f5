/** Notices samples that are missing, come twice or come late, by their times alone. @module */

/** What was noticed so far. */
export interface SampleIrregularities {
  /** How often the time between two samples was too long for a feed that is regular. */
  readonly skips: number;
  /** How many samples would have been in between. */
  readonly missing: number;
  /** Samples with the time of the one before. */
  readonly repeats: number;
  /** Samples that are older than one that came before. */
  readonly late: number;
}

// So many intervals tell how regular a feed is.
const LEARN_FROM = 8;
// The share of a new interval in the running means.
const SHARE = 1 / 32;
// With more scatter than this, in intervals, a feed counts as irregular, and long intervals mean nothing.
const REGULAR_BELOW = 0.25;
// So many long intervals in a row are a new rate, so many late samples in a row a clock that was set back.
const NEW_RATE_AFTER = 4;
const SET_BACK_AFTER = 32;
// A time that is far off is a fault of its clock, and not so many samples.
const MOST_MISSING = 1e9;

/**
 * Watches the times of one block.
 *
 * The usual interval is learned from the feed: first the median of eight, then a running mean, with its scatter. An interval
 * of more than one and a half of that, and four times the scatter, is a gap. A feed that publishes now and then, or
 * whenever something changes, has no usual interval and no gaps.
 */
export class SampleWatch {
  #newest = NaN;
  #late = 0;
  #lateInRow = 0;
  #repeats = 0;
  #skips = 0;
  #missing = 0;
  #longInRow = 0;
  #interval = NaN;
  #scatter = NaN;
  #learning: number[] = [];

  /** What was noticed; undefined while that is nothing. */
  get irregularities(): SampleIrregularities | undefined {
    if (this.#skips + this.#repeats + this.#late === 0) return undefined;
    return { skips: this.#skips, missing: this.#missing, repeats: this.#repeats, late: this.#late };
  }

  /** The usual time between two samples, in seconds; undefined while it is not known or the feed has none. */
  get intervalSeconds(): number | undefined {
    return this.#isRegular ? this.#interval : undefined;
  }

  get #isRegular(): boolean {
    return this.#scatter < REGULAR_BELOW * this.#interval;
  }

  /** Takes the time of the next sample, in Unix seconds; what is no finite number is passed over. */
  look(seconds: number): void {
    if (!Number.isFinite(seconds)) return;
    const interval = seconds - this.#newest;
    if (interval > 0) {
      this.#newest = seconds;
      this.#lateInRow = 0;
      this.#forward(interval);
    } else if (interval === 0) this.#repeats++;
    else if (interval < 0) this.#backward(seconds);
    else this.#newest = seconds;
  }

  #backward(seconds: number): void {
    this.#late++;
    this.#lateInRow++;
    if (this.#lateInRow < SET_BACK_AFTER) return;
    this.#lateInRow = 0;
    this.#newest = seconds;
  }

  #forward(interval: number): void {
    if (Number.isNaN(this.#interval)) return this.#learn(interval);
    const deviation = Math.abs(interval - this.#interval);
    if (this.#isRegular && interval > 1.5 * this.#interval + 4 * this.#scatter) {
      this.#skips++;
      this.#missing += Math.min(MOST_MISSING, Math.max(1, Math.round(interval / this.#interval) - 1));
      this.#longInRow++;
      if (this.#longInRow >= NEW_RATE_AFTER) this.#forget();
      return;
    }
    this.#longInRow = 0;
    this.#interval += SHARE * (interval - this.#interval);
    this.#scatter += SHARE * (deviation - this.#scatter);
  }

  #learn(interval: number): void {
    this.#learning.push(interval);
    if (this.#learning.length < LEARN_FROM) return;
    this.#interval = median(this.#learning);
    this.#scatter = median(this.#learning.map((one) => Math.abs(one - this.#interval)));
    this.#learning = [];
  }

  #forget(): void {
    this.#longInRow = 0;
    this.#interval = NaN;
    this.#scatter = NaN;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return ((sorted[middle] ?? NaN) + (sorted[sorted.length - 1 - middle] ?? NaN)) / 2;
}
