/** Time as every part of the toolkit sees it, so that tests can hold it still. @module */

/** Wall-clock time, time that never runs backwards, and one-shot timers. */
export interface Clock {
  /** Unix time in seconds, with fractions; jumps when somebody sets the machine's clock. */
  now(): number;
  /** Milliseconds from an arbitrary start; never runs backwards. For measuring how long something took. */
  monotonicMs(): number;
  /**
   * Calls back once after so many milliseconds, in a later turn of the event loop even for 0 or less.
   *
   * Any length will do, other than with `setTimeout`; `Infinity` never calls back.
   *
   * @returns Cancels the timer; harmless afterwards.
   * @throws {RangeError} If the delay is not a number.
   */
  setTimer(delayMs: number, callback: () => void): () => void;
}

// setTimeout takes at most 2^31-1 ms and fires at once beyond that.
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's clock. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now() / 1000,
  monotonicMs: () => performance.now(),
  setTimer(delayMs, callback) {
    checkDelay(delayMs);
    if (delayMs === Infinity) return () => {};
    let timer: ReturnType<typeof setTimeout>;
    const arm = (restMs: number): void => {
      const partMs = Math.min(restMs, LONGEST_TIMER_MS);
      timer = setTimeout(() => restMs > partMs ? arm(restMs - partMs) : callback(), partMs);
    };
    arm(Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

/** Refuses what is no length of time. */
export function checkDelay(delayMs: number): void {
  if (Number.isNaN(delayMs)) {
    throw new RangeError(`Cannot set a timer of "${delayMs}" ms: expected a number`);
  }
}
