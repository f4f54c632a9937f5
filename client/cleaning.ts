/** Clean-up: what is done on every way out, within a bound, and however often somebody presses Ctrl-C. @module */
import { AsyncLocalStorage } from "node:async_hooks";
import { SYSTEM_CLOCK } from "../internal/clock.ts";
import { toError } from "../internal/to_error.ts";
import { CleanupError } from "./errors.ts";

/** How long one clean-up may take unless it says otherwise, in seconds. */
export const CLEANUP_SECONDS = 60;

/** How a clean-up is bounded. */
export interface CleanupOptions {
  /** How long it may take, in seconds. Default 60. */
  readonly timeoutSeconds?: number | undefined;
}

/** One thing to do on the way out; the signal is aborted at the end of its time. */
export type CleanupAction = (signal: AbortSignal) => unknown;

// Whatever a clean-up calls, however deep, is clean-up too; handing that down by hand could be forgotten.
const CLEANING = new AsyncLocalStorage<true>();

/** True inside a clean-up: requests are carried out although the script is being ended. */
export function isCleaningUp(): boolean {
  return CLEANING.getStore() === true;
}

/**
 * Does one thing as clean-up: its requests are carried out even when the script has been interrupted.
 *
 * For `finally` blocks that start something, such as a task that sets biases to zero. Not needed for `stop`, `abort`
 * and the wait after them.
 *
 * @param what What is being done, for the error: `set biases of smurf1 to zero`.
 * @throws {CleanupError} If it takes longer than its time; it is not waited for any more.
 */
export async function cleanUp(
  what: string,
  action: CleanupAction,
  { timeoutSeconds = CLEANUP_SECONDS }: CleanupOptions = {},
): Promise<void> {
  const controller = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stopTimer = SYSTEM_CLOCK.setTimer(timeoutSeconds * 1000, () => {
    const error = new CleanupError(`Cannot ${what}: not done within ${timeoutSeconds} s`);
    controller.abort(error);
    reject(error);
  });
  try {
    await Promise.race([CLEANING.run(true, async () => await action(controller.signal)), late]);
  } finally {
    stopTimer();
  }
}

/** Clean-ups that are done in reverse order when it is disposed of, all of them, whatever fails. */
export class Cleanups implements AsyncDisposable {
  readonly #entries: {
    readonly what: string;
    readonly action: CleanupAction;
    readonly options: CleanupOptions;
  }[] = [];
  readonly #defaults: CleanupOptions;

  /** None yet; `defaults` are for clean-ups that do not say how long they may take. */
  constructor(defaults: CleanupOptions = {}) {
    this.#defaults = defaults;
  }

  /**
   * Registers a clean-up.
   *
   * @param what What is being done, for errors: `set biases of smurf1 to zero`.
   */
  defer(what: string, action: CleanupAction, options: CleanupOptions = {}): void {
    this.#entries.push({ what, action, options });
  }

  /** How many wait to be done. */
  get size(): number {
    return this.#entries.length;
  }

  /**
   * Does all of them, the last one first, and forgets them.
   *
   * @returns What failed.
   */
  async run(): Promise<Error[]> {
    const errors: Error[] = [];
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      const { what, action, options } = entry;
      try {
        await cleanUp(what, action, {
          timeoutSeconds: options.timeoutSeconds ?? this.#defaults.timeoutSeconds,
        });
      } catch (cause) {
        const why = toError(cause).message;
        errors.push(
          cause instanceof CleanupError ? cause : new CleanupError(`Cannot ${what}: ${why}`, { cause }),
        );
      }
    }
    return errors;
  }

  /**
   * Does all of them.
   *
   * @throws {CleanupError} The one that failed.
   * @throws {AggregateError} Those that failed, if several did.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    throwAll(await this.run());
  }
}

/** Throws what failed: nothing, the one error, or all of them with one line for each. */
export function throwAll(errors: readonly Error[], whatOf = (n: number) => `do ${n} clean-ups`): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length === 0) return;
  const lines = errors.map((error) => `  ${error.message.replaceAll("\n", "\n    ")}`);
  throw new AggregateError(errors, `Cannot ${whatOf(errors.length)}:\n${lines.join("\n")}`);
}

/**
 * Runs something whose clean-ups are done on every way out: last registered, first done.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const done: string[] = [];
 * await withCleanup((defer) => {
 *   defer("close the valve", () => done.push("valve"));
 *   defer("stop the pump", () => done.push("pump"));
 * });
 * assert.deepEqual(done, ["pump", "valve"]);
 * ```
 *
 * @param body What to run; what it registers is done when it ends, and when it throws.
 * @param options How long each clean-up may take unless it says otherwise.
 * @throws What the body threw. If clean-ups failed: a `CleanupError`, an `AggregateError` for several, or a
 * `SuppressedError` that also holds what the body threw.
 */
export async function withCleanup<T>(
  body: (defer: Cleanups["defer"]) => T | Promise<T>,
  options: CleanupOptions = {},
): Promise<T> {
  await using cleanups = new Cleanups(options);
  return await body((what, action, own) => cleanups.defer(what, action, own));
}
