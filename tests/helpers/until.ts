/** Waiting for conditions instead of sleeping. @module */

/** How `untilTrue` waits. */
export interface UntilOptions {
  /** Time allowed, in milliseconds; default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** What is waited for, for the message when it does not come. */
  readonly what?: string | undefined;
  /** Pause between two looks, in milliseconds; default 20. */
  readonly pollMs?: number | undefined;
}

/** Something that was waited for did not come in time. */
export class DeadlineError extends Error {
  /** Names the error after its class. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DeadlineError";
  }
}

/**
 * Looks again and again until the condition gives something truthy.
 *
 * A condition that throws counts as not yet true; the last error is the cause of the `DeadlineError`.
 *
 * @param condition Looks once.
 * @returns What the condition gave.
 * @throws {DeadlineError} If the time is over.
 */
export async function untilTrue<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, what = "a condition", pollMs = 20 }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const result = await within(Promise.resolve(condition()), Math.max(1, end - performance.now()), what);
      if (result) return result;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= end) {
      throw new DeadlineError(`Cannot see ${what}: not there after ${timeoutMs} ms`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/**
 * Gives a promise a deadline.
 *
 * @throws {DeadlineError} If it has not settled in time; the promise itself goes on.
 */
export async function within<T>(promise: Promise<T>, timeoutMs: number, what = "an answer"): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DeadlineError(`Cannot wait longer for ${what}: not there after ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
