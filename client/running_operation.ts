/** Starts an operation, sees that it runs, and ends it at the end of a scope. @module */
import { type OCSReply, OpCode, opCodeName, opCodeOf, type ReplySession } from "../ocs/mod.ts";
import { pause } from "../internal/pause.ts";
import type { AnyOperation } from "./agent_types.ts";
import { Cleanups } from "./cleaning.ts";
import { endOperation } from "./end_operation.ts";
import { OperationFailedError } from "./errors.ts";
import { holdUntilSignal } from "./_held_operations.ts";
import type { RunningOperation, RunningOptions } from "./operation_client.ts";
import { eitherSignal } from "./request_guard.ts";

/** How often an operation that is starting is looked at, in milliseconds: soon at first, then once a second. */
const FIRST_LOOK_MS = 20;
const LATER_LOOK_MS = 1000;

/** How long `verifyRunning` looks. */
export interface VerifyOptions {
  /** How long it may be starting, in seconds. Default 60. */
  readonly timeoutSeconds?: number | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** Starts an operation and holds it; see `running` of `OperationClient`. */
export async function startRunning(
  operation: AnyOperation,
  { params = {}, timeoutSeconds, stopSeconds, ifRunning = "refuse", stopOnSignals = true, signal }:
    RunningOptions<object> = {},
): Promise<RunningOperation> {
  const before = await operation.status({ signal });
  if (before.session.status !== undefined && before.session.status !== "done") {
    if (ifRunning === "join") {
      await verifyRunning(operation, { timeoutSeconds, signal });
      return new Held(operation, before.session.session_id, { owned: false, stopSeconds, stopOnSignals });
    }
    const advice = 'somebody runs it already; running({ ifRunning: "join" }) makes use of it';
    throw new OperationFailedError(operation, advice, before);
  }
  const sessionId = await start(operation, params, before.session.session_id);
  const held = new Held(operation, sessionId, { owned: true, stopSeconds, stopOnSignals });
  try {
    signal?.throwIfAborted();
    await verifyRunning(operation, { timeoutSeconds, signal });
    return held;
  } catch (error) {
    // Two errors at once become a SuppressedError here, as at the end of any scope.
    await using _held = held;
    throw error;
  }
}

/** Starts it. Where nobody knows whether it was started, whatever runs now and did not before is ended. */
async function start(
  operation: AnyOperation,
  params: object,
  idBefore: number | undefined,
): Promise<number | undefined> {
  let started: OCSReply;
  try {
    // Without a signal: half a start is no use to anybody, and the request has a deadline.
    started = await operation.start({ ...params });
  } catch (error) {
    await using cleanups = new Cleanups();
    cleanups.defer(`look after "${operation.opName}" on "${operation.agent}"`, async () => {
      const { session } = await operation.status();
      if (session.status === "done" || session.session_id === idBefore) return;
      await endOperation(operation, { sessionId: session.session_id });
    });
    throw error;
  }
  if (started.ok) return started.session.session_id;
  throw new OperationFailedError(operation, `it was not started: ${started.message}`, started);
}

/**
 * Sees that an operation which was started runs (smurf 6, idiom 7).
 *
 * While it is starting it is looked at again, at least once a second. A task may have succeeded already.
 *
 * @returns The reply that shows it.
 * @throws {OperationFailedError} If it does anything but run, or is still starting at the end of the time.
 */
export async function verifyRunning(
  operation: Pick<AnyOperation, "opName" | "agent" | "kind" | "status" | "interrupted">,
  { timeoutSeconds = 60, signal }: VerifyOptions = {},
): Promise<OCSReply> {
  const end = performance.now() + timeoutSeconds * 1000;
  const either = eitherSignal(signal, operation.interrupted);
  for (let lookMs = FIRST_LOOK_MS;; lookMs = Math.min(2 * lookMs, LATER_LOOK_MS)) {
    const reply = await operation.status({ signal });
    const code = codeOf(reply.session);
    if (code === OpCode.RUNNING || code === OpCode.DEGRADED) return reply;
    if (code === OpCode.SUCCEEDED && operation.kind === "task") return reply;
    if (code !== OpCode.STARTING) {
      throw new OperationFailedError(operation, `expected it to run, but it is ${opCodeName(code)}`, reply);
    }
    if (performance.now() >= end) {
      throw new OperationFailedError(operation, `it is still starting after ${timeoutSeconds} s`, reply);
    }
    await pause(Math.min(lookMs, end - performance.now()), { signal: either });
    signal?.throwIfAborted();
  }
}

/** The code of a session, worked out where an agent of before does not give it. */
function codeOf({ op_code, status, degraded = false, success = null }: ReplySession<unknown>): OpCode {
  if (status === undefined) return OpCode.NONE;
  return op_code ?? opCodeOf({ status, degraded, success });
}

class Held implements RunningOperation {
  readonly opName: string;
  readonly agent: string;
  readonly kind: "task" | "process";
  readonly sessionId: number | undefined;
  readonly owned: boolean;
  readonly #operation: AnyOperation;
  readonly #stopSeconds: number | undefined;
  readonly #release: () => void;
  #ended = false;

  constructor(
    operation: AnyOperation,
    sessionId: number | undefined,
    { owned, stopSeconds, stopOnSignals }: {
      readonly owned: boolean;
      readonly stopSeconds: number | undefined;
      readonly stopOnSignals: boolean;
    },
  ) {
    this.opName = operation.opName;
    this.agent = operation.agent;
    this.kind = operation.kind;
    this.sessionId = sessionId;
    this.owned = owned;
    this.#operation = operation;
    this.#stopSeconds = stopSeconds;
    this.#release = owned && stopOnSignals ? holdUntilSignal(this) : () => {};
  }

  status(options?: Parameters<AnyOperation["status"]>[0]): Promise<OCSReply> {
    return this.#operation.status(options);
  }

  wait(options?: Parameters<AnyOperation["wait"]>[0]): Promise<OCSReply> {
    return this.#operation.wait(options);
  }

  async end(): Promise<void> {
    if (!this.owned) {
      throw new TypeError(
        `Cannot end "${this.opName}" on "${this.agent}": it ran before and was joined, use stop() of the client`,
      );
    }
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.owned || this.#ended) return;
    try {
      await endOperation(this.#operation, { sessionId: this.sessionId, timeoutSeconds: this.#stopSeconds });
      this.#ended = true;
    } finally {
      this.#release();
    }
  }
}
