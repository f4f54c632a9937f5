/** Several operations that run until the end of a scope. @module */
import { toError } from "../internal/to_error.ts";
import { throwAll } from "./cleaning.ts";
import type { OperationClient, RunningOperation, RunningOptions } from "./operation_client.ts";

/** What `runningAll` needs of an operation. */
export type Runnable = Pick<OperationClient<Readonly<Record<string, unknown>>, unknown>, "running">;

/** Operations that run until the end of a scope (`await using`), which ends all of them at the same time. */
export interface AllRunning extends AsyncDisposable {
  /** In the order in which they were given. */
  readonly operations: readonly RunningOperation<unknown>[];
}

/**
 * Starts operations at the same time, and holds them as `running()` does.
 *
 * If one cannot be started, the others are ended again.
 *
 * @param options For all of them.
 * @returns The operations. Dispose of it: that ends all, and throws if some could not be ended.
 * @throws {AggregateError} If several could not be started; if one could not, its own error.
 */
export async function runningAll(
  operations: readonly Runnable[],
  options: RunningOptions = {},
): Promise<AllRunning> {
  const outcomes = await Promise.allSettled(operations.map((operation) => operation.running(options)));
  const running = outcomes.flatMap((outcome) => outcome.status === "fulfilled" ? [outcome.value] : []);
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [toError(outcome.reason)] : []
  );
  const all: AllRunning = {
    operations: running,
    async [Symbol.asyncDispose]() {
      const ends = await Promise.allSettled(running.map((operation) => operation[Symbol.asyncDispose]()));
      const failed = ends.flatMap((end) => end.status === "rejected" ? [toError(end.reason)] : []);
      throwAll(failed, (n) => `end ${n} operations`);
    },
  };
  if (errors.length === 0) return all;
  await using _all = all;
  throwAll(errors, (n) => `start ${n} operations`);
  return all;
}
