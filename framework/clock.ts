/** Time as the framework sees it, so that tests can hold it still. @module */

/** Wall-clock time and one-shot timers. */
export interface Clock {
  /** Unix time in seconds, with fractions. */
  now(): number;
  /**
   * Calls back once after so many seconds, in a later turn of the event loop even for 0.
   *
   * @returns Cancels the timer; harmless afterwards.
   */
  after(seconds: number, callback: () => void): () => void;
}

// setTimeout takes at most 2^31-1 ms and fires at once beyond that.
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's clock. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now() / 1000,
  after(seconds, callback) {
    let timer: ReturnType<typeof setTimeout>;
    const arm = (restMs: number): void => {
      const partMs = Math.min(restMs, LONGEST_TIMER_MS);
      timer = setTimeout(() => restMs > partMs ? arm(restMs - partMs) : callback(), partMs);
    };
    arm(Math.max(0, seconds * 1000));
    return () => clearTimeout(timer);
  },
};

/**
 * Waits, but not longer than until the signal aborts.
 *
 * Never rejects: whoever waits looks at the signal afterwards.
 *
 * @param seconds How long; 0 or less still gives other work a turn, `Infinity` waits for the signal alone.
 */
export function sleep(
  seconds: number,
  { clock = SYSTEM_CLOCK, signal }: { readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (Number.isNaN(seconds)) throw new RangeError(`Cannot sleep "${seconds}" seconds: expected a number`);
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = seconds === Infinity ? () => {} : clock.after(seconds, end);
    signal?.addEventListener("abort", end, { once: true });
  });
}
