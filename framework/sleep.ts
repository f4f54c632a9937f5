/** Waiting that a signal ends early. @module */
import type { Clock } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";

/**
 * Waits, but not longer than until the signal aborts.
 *
 * Never rejects: whoever waits looks at the signal afterwards.
 *
 * @param seconds How long; 0 or less still gives other work a turn, `Infinity` waits for the signal alone.
 */
export function sleep(
  seconds: number,
  options: { readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (Number.isNaN(seconds)) throw new RangeError(`Cannot sleep "${seconds}" seconds: expected a number`);
  return pause(seconds * 1000, options);
}
