/** Waiting for the end of a run. @module */
import type { Clock } from "../internal/clock.ts";
import { Float } from "../internal/float.ts";
import { pyTypeName } from "../ocs/python_text.ts";
import { sleep } from "./sleep.ts";
import type { OperationSession } from "./session.ts";

/**
 * Reads the timeout of a `wait`: seconds, undefined for ever.
 *
 * @throws {TypeError | RangeError} If it is no number, with the texts of Python and Twisted.
 */
export function waitSeconds(timeout: unknown): number | undefined {
  if (timeout === null) return undefined;
  const number = timeout instanceof Float ? timeout.value : timeout;
  const seconds = typeof number === "bigint" || typeof number === "boolean" ? Number(number) : number;
  if (typeof seconds !== "number") {
    throw new TypeError(`'<' not supported between instances of '${pyTypeName(timeout)}' and 'int'`);
  }
  if (Number.isNaN(seconds)) throw new RangeError("nan is not greater than or equal to 0 seconds");
  return seconds === Infinity ? undefined : seconds;
}

/** Waits until a run has ended, the time is over or nobody waits any more. */
export async function untilEnded(
  session: OperationSession,
  { limitSeconds, signal, clock }: {
    readonly limitSeconds: number | undefined;
    readonly signal: AbortSignal | undefined;
    readonly clock: Clock;
  },
): Promise<void> {
  const over = new AbortController();
  const giveUp = (): void => over.abort();
  if (signal?.aborted) giveUp();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    await Promise.race([session.ended, sleep(limitSeconds ?? Infinity, { clock, signal: over.signal })]);
  } finally {
    giveUp();
    signal?.removeEventListener("abort", giveUp);
  }
}

/** Python: `success == True`, which the number 1 is too. */
export function hasSucceeded(success: unknown): boolean {
  return success === true || (success instanceof Float ? success.value : success) === 1;
}
