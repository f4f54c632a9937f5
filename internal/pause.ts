/** Waiting that a signal ends early. @module */
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";

/** What a pause goes by. */
export interface PauseOptions {
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Ends the pause. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits, but not longer than until the signal aborts.
 *
 * Never rejects: whoever waits looks at the signal afterwards.
 *
 * @param delayMs How long; 0 or less still gives other work a turn, `Infinity` waits for the signal alone.
 */
export function pause(delayMs: number, { clock = SYSTEM_CLOCK, signal }: PauseOptions = {}): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.setTimer(delayMs, end);
    signal?.addEventListener("abort", end, { once: true });
  });
}
