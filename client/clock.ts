/** Time as the client sees it, so that tests can move it by hand. @module */

/** A source of time and timers. */
export interface Clock {
  /** Milliseconds from an arbitrary start; never runs backwards. */
  now(): number;
  /** Calls back once after `delayMs`; returns what takes the timer away again. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** The machine's own time. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Timers above this fire at once in JavaScript. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Checks a deadline and tells whether it needs a timer.
 *
 * @returns The milliseconds, or undefined when there is no deadline (`Infinity`, or beyond 24 days).
 * @throws {RangeError} If it is negative or not a number.
 */
export function timerMs(timeoutMs: number, what: string): number | undefined {
  if (Number.isNaN(timeoutMs) || timeoutMs < 0) {
    throw new RangeError(`Cannot ${what} within "${timeoutMs}" ms: expected a number of 0 or more`);
  }
  return timeoutMs > MAX_TIMER_MS ? undefined : timeoutMs;
}
