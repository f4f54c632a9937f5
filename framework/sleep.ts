/** Waiting that a signal ends early. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";

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
    const cancel = clock.setTimer(seconds * 1000, end);
    signal?.addEventListener("abort", end, { once: true });
  });
}
