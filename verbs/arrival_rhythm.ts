/** How often something comes, and when its absence is news. @module */

/** Silence shorter than that is none; also what is allowed before the rhythm is known, twice over. */
const SHORTEST_SECONDS = 5;
const GAPS = 9;

/** Takes the times at which something came. */
export class ArrivalRhythm {
  readonly #gapsMs: number[] = [];
  #lastMs: number | undefined;

  /** It came at this moment of the monotonic clock. */
  add(nowMs: number): void {
    if (this.#lastMs !== undefined && nowMs > this.#lastMs) {
      this.#gapsMs.push(nowMs - this.#lastMs);
      if (this.#gapsMs.length > GAPS) this.#gapsMs.shift();
    }
    this.#lastMs = nowMs;
  }

  /** Three times the usual gap, at least 5 s; 10 s where it came only once. An interruption does not count as usual. */
  get staleAfterSeconds(): number {
    if (this.#gapsMs.length === 0) return 2 * SHORTEST_SECONDS;
    const sorted = this.#gapsMs.toSorted((a, b) => a - b);
    const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
    return Math.max(SHORTEST_SECONDS, 3 * median / 1000);
  }
}
