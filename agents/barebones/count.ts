/** The process `count` of the barebones agent, free of WAMP. @module */
import type { Logger } from "../../internal/log.ts";
import type { TimeoutLock } from "../../framework/timeout_lock.ts";

const RELEASE_EVERY_SECONDS = 1;
const REACQUIRE_WITHIN_SECONDS = 10;

/** What the process works with. */
export interface CountOptions {
  /** Held while counting; others get a turn about once per second. */
  readonly lock: TimeoutLock;
  /** Present Unix time in seconds. */
  readonly now: () => number;
  /** Waits; returns early when the signal aborts. */
  readonly sleep: (seconds: number) => Promise<void>;
  /** Told each value with its time. */
  readonly report: (value: number, timestampSeconds: number) => void;
  readonly log: Logger;
}

/** Counts from 1, once per second, until the signal aborts. */
export async function count(
  signal: AbortSignal,
  { lock, now, sleep, report, log }: CountOptions,
): Promise<readonly [ok: boolean, message: string]> {
  using held = await lock.acquireTimeout({ timeoutSeconds: 0, job: "count" });
  if (!held.acquired) {
    log.warn(`Lock could not be acquired because it is held by ${lock.job}`);
    return [false, "Could not acquire lock"];
  }
  log.info("Starting the count!");
  let lastRelease = now();
  for (let value = 1; !signal.aborted; value++) {
    if (now() - lastRelease >= RELEASE_EVERY_SECONDS) {
      lastRelease = now();
      if (!await lock.releaseAndAcquire({ timeoutSeconds: REACQUIRE_WITHIN_SECONDS, signal })) {
        if (signal.aborted) break;
        log.warn(`Could not re-acquire lock now held by ${lock.job}.`);
        return [false, "Could not acquire lock"];
      }
    }
    log.debug?.(`${value}! Ah! Ah! Ah!`);
    report(value, now());
    await sleep(1);
  }
  return [true, "Acquisition exited cleanly."];
}
