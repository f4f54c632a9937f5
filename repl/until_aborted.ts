/** Waiting that an operator can leave. @module */

/** The operator has gone on; what was waited for goes on, too. */
export class InterruptedError extends Error {
  /** Name of the class. */
  override readonly name = "InterruptedError";
}

/**
 * Waits for a promise until the signal is aborted; what becomes of it later is nobody's concern.
 *
 * @throws {InterruptedError} If the signal is aborted first.
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const interrupt = (): void => reject(new InterruptedError("Interrupted"));
    if (signal.aborted) interrupt();
    signal.addEventListener("abort", interrupt, { once: true, signal: over.signal });
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    over.abort();
  }
}
