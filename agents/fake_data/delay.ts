/** The task `delay_task` of the fake-data agent, free of WAMP. @module */
import { Float } from "../../internal/float.ts";
import { pyFixed } from "../../ocs/python_float.ts";

const STEP_SECONDS = 0.5;
// Unix time in a float moves in steps of 0.24 us: what is left below that never passes.
const OVER_SECONDS = 1e-6;

/** How far the delay has come, as clients see it in `session.data`. Seconds. */
export interface DelayProgress {
  readonly requested_delay: Float;
  readonly delay_so_far: Float;
}

/** What the task works with. */
export interface DelayOptions {
  readonly delaySeconds: number;
  /** What to say in the end. */
  readonly succeed: boolean;
  /** Present Unix time in seconds. */
  readonly now: () => number;
  /** Waits; returns early when the signal aborts. */
  readonly sleep: (seconds: number) => Promise<void>;
  readonly show: (progress: DelayProgress) => void;
}

/** Lets time pass, and shows twice a second how much. Aborted, it fails. */
export async function delay(
  signal: AbortSignal,
  { delaySeconds, succeed, now, sleep, show }: DelayOptions,
): Promise<readonly [ok: boolean, message: string]> {
  const start = now();
  for (;;) {
    const soFar = now() - start;
    show({ requested_delay: new Float(delaySeconds), delay_so_far: new Float(soFar) });
    if (signal.aborted) return [false, `Aborted after ${pyFixed(soFar, 1)} seconds`];
    if (delaySeconds - soFar < OVER_SECONDS) return [succeed, `Exited after ${pyFixed(soFar, 1)} seconds`];
    await sleep(Math.min(STEP_SECONDS, delaySeconds - soFar));
  }
}
