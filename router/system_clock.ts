/** The real time. @module */
import type { RouterClock } from "./core/options.ts";

/** The runtime's clock and timers. */
export const SYSTEM_CLOCK: RouterClock = {
  now: () => Date.now() / 1000,
  monotonicMs: () => performance.now(),
  setTimer(delayMs, expire) {
    const timer = setTimeout(expire, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
