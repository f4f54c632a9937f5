/** The same work at several agents: all at once, or one after the other. @module */
import { pause } from "../internal/pause.ts";
import { toError } from "../internal/to_error.ts";
import type { OCSReply } from "../ocs/mod.ts";
import { runToEnd } from "./check_finished.ts";
import { OperationsError, ScriptInterruptedError } from "./errors.ts";
import type { WaitOptions } from "./operation_client.ts";
import type { Startable } from "./parallel.ts";
import { eitherSignal } from "./request_guard.ts";

/** What became of the work at one of several agents: a reply, or why there is no success. */
export interface Outcome<Operation extends Pick<Startable, "agent"> = Startable> {
  /** The operation that was asked. */
  readonly operation: Operation;
  /** Its last reply; undefined where it failed. */
  readonly reply: OCSReply | undefined;
  /** What failed; undefined where it succeeded. */
  readonly error: Error | undefined;
}

/**
 * Starts an operation everywhere, waits for all ends, and tells what became of each (smurf 6, idiom 4).
 *
 * A failure at one agent does not keep the others from their work.
 *
 * @param params Parameters that all get, or a function that gives those of each.
 * @param options How long each may take; default without limit.
 * @returns One outcome for each operation, in their order.
 * @throws {ScriptInterruptedError} If the script was interrupted meanwhile: that is nobody's failure.
 */
export async function fanOut<Operation extends Startable>(
  operations: readonly Operation[],
  params: ParamsFor<Operation> = {},
  options: WaitOptions = {},
): Promise<Outcome<Operation>[]> {
  return await outcomesOf(
    operations,
    (operation) => runToEnd(operation, paramsOf(params, operation), options),
  );
}

/** Parameters for all, or those of each. */
export type ParamsFor<Operation> =
  | Readonly<Record<string, unknown>>
  | ((operation: Operation) => Readonly<Record<string, unknown>>);

/**
 * As `fanOut`, but failures are thrown when all are through.
 *
 * @returns The replies, in the order of the operations.
 * @throws {OperationsError} If any failed, with one entry for each.
 */
export async function runAll<Operation extends Startable>(
  operations: readonly Operation[],
  params: ParamsFor<Operation> = {},
  options: WaitOptions = {},
): Promise<OCSReply[]> {
  return repliesOrThrow("run", await fanOut(operations, params, options));
}

/** How `runInTurn` goes from one agent to the next. */
export interface InTurnOptions extends WaitOptions {
  /** Pause between the end of one and the start of the next, in seconds. Default 120, to spare the cryostat. */
  readonly settleSeconds?: number | undefined;
}

/**
 * Runs an operation at one agent after the other, with time to settle in between (smurf 6, idiom 5).
 *
 * @param params Parameters that all get, or a function that gives those of each.
 * @returns One outcome for each operation, in their order; a failure does not keep the next one from its work.
 * @throws {ScriptInterruptedError} If the script was interrupted meanwhile.
 */
export async function runInTurn<Operation extends Startable>(
  operations: readonly Operation[],
  params: ParamsFor<Operation> = {},
  { settleSeconds = 120, ...options }: InTurnOptions = {},
): Promise<Outcome<Operation>[]> {
  const outcomes: Outcome<Operation>[] = [];
  for (const [n, operation] of operations.entries()) {
    if (n > 0) {
      const signal = eitherSignal(options.signal, operation.interrupted);
      await pause(settleSeconds * 1000, { signal });
      signal?.throwIfAborted();
    }
    outcomes.push(
      ...await outcomesOf([operation], () => runToEnd(operation, paramsOf(params, operation), options)),
    );
  }
  return outcomes;
}

/**
 * Does something with each of several operations at the same time, and collects what becomes of it.
 *
 * @throws {ScriptInterruptedError} If the script was interrupted meanwhile, once all are through with their step.
 */
export async function outcomesOf<Operation extends Pick<Startable, "agent">>(
  operations: readonly Operation[],
  work: (operation: Operation) => Promise<OCSReply>,
): Promise<Outcome<Operation>[]> {
  const outcomes = await Promise.all(operations.map(async (operation): Promise<Outcome<Operation>> => {
    try {
      return { operation, reply: await work(operation), error: undefined };
    } catch (reason) {
      const error = toError(reason);
      return { operation, reply: undefined, error };
    }
  }));
  for (const { error } of outcomes) if (error instanceof ScriptInterruptedError) throw error;
  return outcomes;
}

/**
 * The replies, if there was success everywhere.
 *
 * @param what What was done, for the error: `tune`.
 * @throws {OperationsError} If any failed, with one entry for each.
 */
export function repliesOrThrow(
  what: string,
  outcomes: readonly Outcome<Pick<Startable, "agent">>[],
): OCSReply[] {
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const replies = outcomes.map(({ reply }) => reply);
  if (errors.length > 0) throw new OperationsError(errors, replies, what);
  return replies.filter((reply) => reply !== undefined);
}

function paramsOf<Operation>(
  params: ParamsFor<Operation>,
  operation: Operation,
): Readonly<Record<string, unknown>> {
  return typeof params === "function" ? params(operation) : params;
}
