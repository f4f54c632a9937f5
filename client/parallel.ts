/** The same request to several operations at once, with every failure told. @module */
import { type OCSReply, ResponseCode } from "../ocs/mod.ts";
import type { OperationClient, RequestOptions, WaitOptions } from "./operation_client.ts";
import { OperationRefusedError, OperationsError } from "./errors.ts";

/** Any operation of any client. */
export type SomeOperation = Pick<
  OperationClient<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>,
  "opName" | "agent" | "kind" | "wait" | "interrupted"
>;

/** An operation that can be started. */
export interface Startable extends SomeOperation {
  /** Starts it. */
  start(params?: Readonly<Record<string, unknown>>, options?: RequestOptions): Promise<OCSReply>;
}

/** An operation that can be ended: a process by `stop`, a task by `abort`. */
export interface Stoppable extends SomeOperation {
  /** Ends a process. */
  stop?(options?: RequestOptions): Promise<OCSReply>;
  /** Ends a task. */
  abort?(options?: RequestOptions): Promise<OCSReply>;
}

/**
 * Starts all at once.
 *
 * @param operations Operations of any clients.
 * @param params Parameters that all get.
 * @returns The replies in the order of the operations.
 * @throws {OperationsError} If any could not be started; the others have been.
 */
export async function startAll(
  operations: readonly Startable[],
  params: Readonly<Record<string, unknown>> = {},
): Promise<OCSReply[]> {
  return await all("start", operations, (operation) => operation.start(params), isOk);
}

/**
 * Asks all to end: processes by `stop`, tasks by `abort`.
 *
 * @throws {OperationsError} If any refused or did not answer; the others have been asked.
 */
export async function stopAll(
  operations: readonly Stoppable[],
  options: RequestOptions = {},
): Promise<OCSReply[]> {
  return await all("stop", operations, (operation) => {
    const request = operation.kind === "task" ? operation.abort : operation.stop;
    if (request === undefined) {
      throw new TypeError(
        `Cannot stop "${operation.opName}" on "${operation.agent}": it has no way to do so`,
      );
    }
    return request(options);
  }, isOk);
}

/**
 * Waits until all have ended; one deadline holds for all.
 *
 * @throws {OperationsError} If any is still running, ended without success, or is lost; told when all are through.
 */
export async function waitAll(
  operations: readonly SomeOperation[],
  options: WaitOptions = {},
): Promise<OCSReply[]> {
  return await all("see success of", operations, (operation) => operation.wait(options), (reply) => {
    return reply.status === ResponseCode.OK && (reply.session.success ?? true) === true;
  });
}

async function all<Operation extends SomeOperation>(
  what: string,
  operations: readonly Operation[],
  request: (operation: Operation) => Promise<OCSReply>,
  isGood: (reply: OCSReply) => boolean,
): Promise<OCSReply[]> {
  const outcomes = await Promise.allSettled(operations.map(async (operation) => await request(operation)));
  const errors: Error[] = [];
  const replies = outcomes.map((outcome, i) => {
    const operation = operations[i];
    const name = `"${operation?.opName}" on "${operation?.agent}"`;
    if (outcome.status === "rejected") {
      errors.push(outcome.reason instanceof Error ? outcome.reason : new Error(`${name}: ${outcome.reason}`));
      return undefined;
    }
    if (!isGood(outcome.value)) {
      const text = `Cannot ${what} ${name}: ${outcome.value.message}`;
      errors.push(new OperationRefusedError(text, outcome.value));
    }
    return outcome.value;
  });
  if (errors.length > 0) throw new OperationsError(errors, replies, what);
  return replies.filter((reply) => reply !== undefined);
}

function isOk(reply: OCSReply): boolean {
  return reply.ok;
}
