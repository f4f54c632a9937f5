/** Runs of operations that count only when they have succeeded. @module */
import { isTruthy, type OCSReply, ResponseCode, responseCodeName } from "../ocs/mod.ts";
import { OperationFailedError } from "./errors.ts";
import type { WaitOptions } from "./operation_client.ts";
import type { SomeOperation, Startable } from "./parallel.ts";

/**
 * Sees that an operation has ended with success (smurf 6, idiom 1).
 *
 * @param reply What its `wait` or `status` gave.
 * @returns The reply.
 * @throws {OperationFailedError} If the reply is ERROR or TIMEOUT, there is no session (the agent was restarted, or the
 * operation never ran), it still runs, or `success` is not true. The text has operation, agent and the whole reply.
 */
export function checkFinished<Data>(
  operation: Pick<SomeOperation, "opName" | "agent">,
  reply: OCSReply<Data>,
): OCSReply<Data> {
  const why = whyNot(reply);
  if (why === undefined) return reply;
  throw new OperationFailedError(operation, why, reply);
}

function whyNot({ status, message, session }: OCSReply<unknown>): string | undefined {
  if (status === ResponseCode.TIMEOUT) return "it has not ended in time, and goes on";
  if (status !== ResponseCode.OK) return `the reply is ${responseCodeName(status) ?? status}: ${message}`;
  if (session.op_name === undefined) return "it never ran, or its agent was restarted";
  if (session.status !== undefined && session.status !== "done") return `it is ${session.status}`;
  return isTruthy(session.success ?? null) ? undefined : "it ended without success";
}

/**
 * Starts an operation, waits for its end, and sees that it succeeded (smurf 6, idioms 2 and 3).
 *
 * @param params Parameters of `start`.
 * @param options How long it may take; default without limit. At the end of the time it goes on: a script of
 * `runScript` ends it with everything else.
 * @throws {OperationFailedError} If it was refused, did not end in time, or did not succeed.
 */
export async function runToEnd(
  operation: Startable,
  params: Readonly<Record<string, unknown>> = {},
  options: WaitOptions = {},
): Promise<OCSReply> {
  const started = await operation.start(params, { signal: options.signal });
  if (!started.ok) {
    throw new OperationFailedError(operation, `it was not started: ${started.message}`, started);
  }
  return checkFinished(operation, await operation.wait(options));
}
