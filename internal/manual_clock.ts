/** A clock that stands still until a test moves it. @module */
import { setImmediate } from "node:timers";
import { checkDelay, type Clock } from "./clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

// Timers that fall due in a row without time passing; more of them is a loop that would never end.
const MOST_AT_ONCE = 1000;

/**
 * A clock for tests: time passes only in `advance` and `tick`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const clock = new ManualClock(1000);
 * let rang = false;
 * clock.setTimer(5000, () => rang = true);
 * await clock.advance(5);
 * assert.equal(rang, true);
 * assert.equal(clock.now(), 1005);
 * ```
 */
export class ManualClock implements Clock {
  readonly #startSeconds: number;
  readonly #timers = new Set<Timer>();
  #ms = 0;

  /** Starts at a Unix time in seconds; default 1,800,000,000. */
  constructor(startSeconds = 1_800_000_000) {
    this.#startSeconds = startSeconds;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** How long each waiting timer has to wait yet, shortest first. */
  get pendingMs(): number[] {
    return [...this.#timers].map(({ dueMs }) => dueMs - this.#ms).sort((a, b) => a - b);
  }

  /** The time it was last moved to. */
  now(): number {
    return this.#startSeconds + this.#ms / 1000;
  }

  /** Milliseconds it was moved since it was made. */
  monotonicMs(): number {
    return this.#ms;
  }

  /** Waits for `advance` or `tick` to come past. */
  setTimer(delayMs: number, callback: () => void): () => void {
    checkDelay(delayMs);
    if (delayMs === Infinity) return () => {};
    const timer = { dueMs: this.#ms + Math.max(0, delayMs), callback };
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
    const steps = this.#steps(seconds * 1000);
    await settle();
    while (!steps.next().done) await settle();
  }

  /**
   * Does the same in one go: whatever waits for promises runs afterwards.
   *
   * @throws {Error} As `advance`.
   */
  tick(ms: number): void {
    const steps = this.#steps(ms);
    while (!steps.next().done);
  }

  /** Fires one timer for each step. */
  *#steps(ms: number): Generator<void> {
    const end = this.#ms + ms;
    let atOnce = 0;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      const before = this.now();
      this.#timers.delete(next);
      this.#ms = Math.max(this.#ms, next.dueMs);
      atOnce = this.now() > before ? 0 : atOnce + 1;
      if (atOnce > MOST_AT_ONCE) {
        throw new Error(`Cannot advance the clock: ${MOST_AT_ONCE} timers in a row were due at ${before}`);
      }
      next.callback();
      yield;
    }
    this.#ms = end;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= end && (first === undefined || timer.dueMs < first.dueMs)) first = timer;
    }
    return first;
  }
}

/** Lets everything run that only waits for promises: one turn of the event loop behind all microtasks. */
function settle(): Promise<void> {
  // setTimeout would take a millisecond or more each time, which adds up over hours of heartbeats.
  return new Promise((resolve) => setImmediate(resolve));
}
