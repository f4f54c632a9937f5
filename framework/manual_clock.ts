/** A clock that stands still until a test moves it. @module */
import { setImmediate } from "node:timers";
import type { Clock } from "./clock.ts";

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

// Timers that fall due in a row without time passing; more of them is a loop that would never end.
const MOST_AT_ONCE = 1000;

/**
 * A clock for tests: time passes only in `advance`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const clock = new ManualClock(1000);
 * let rang = false;
 * clock.after(5, () => rang = true);
 * await clock.advance(5);
 * assert.equal(rang, true);
 * assert.equal(clock.now(), 1005);
 * ```
 */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  /** Starts at a Unix time in seconds; default 1,800,000,000. */
  constructor(startSeconds = 1_800_000_000) {
    this.#now = startSeconds;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** The time it was last moved to. */
  now(): number {
    return this.#now;
  }

  /** Waits for `advance` to come past. */
  after(seconds: number, callback: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, seconds), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /**
   * Moves time forward, firing timers in the order they are due and letting promises settle after each.
   *
   * Timers set on the way fire too when they fall into the span. `advance(0)` fires what is due now.
   *
   * @throws {Error} If a thousand timers in a row fall due without time passing: somebody waits, over and over, for less
   * time than a clock can show.
   */
  async advance(seconds: number): Promise<void> {
    const end = this.#now + seconds;
    let atOnce = 0;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      atOnce = next.due > this.#now ? 0 : atOnce + 1;
      if (atOnce > MOST_AT_ONCE) {
        throw new Error(`Cannot advance the clock: ${MOST_AT_ONCE} timers in a row were due at ${this.#now}`);
      }
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer;
    }
    return first;
  }
}

/** Lets everything run that only waits for promises: one turn of the event loop behind all microtasks. */
function settle(): Promise<void> {
  // setTimeout would take a millisecond or more each time, which adds up over hours of heartbeats.
  return new Promise((resolve) => setImmediate(resolve));
}
