/** Ending an operation for certain, or saying that it still runs. @module */
import { pause } from "../internal/pause.ts";
import { toError } from "../internal/to_error.ts";
import type { OCSReply } from "../ocs/mod.ts";
import { cleanUp } from "./cleaning.ts";
import { CleanupError, ControlClientError } from "./errors.ts";
import type { RequestOptions, WaitOptions } from "./operation_client.ts";

/** What is needed of an operation to end it. */
export interface Endable {
  /** Name of the operation. */
  readonly opName: string;
  /** Instance id of its agent. */
  readonly agent: string;
  /** Task or process. */
  readonly kind: "task" | "process";
  /** Asks for its session. */
  status(options?: RequestOptions): Promise<OCSReply>;
  /** Waits for its end. */
  wait(options?: WaitOptions): Promise<OCSReply>;
  /** Ends a process. */
  stop?(options?: RequestOptions): Promise<OCSReply>;
  /** Ends a task. */
  abort?(options?: RequestOptions): Promise<OCSReply>;
}

/** Which run is meant, and how long its end may take. */
export interface EndOptions {
  /** Only this session; another one belongs to somebody else and is left alone. Default: whichever runs. */
  readonly sessionId?: number | undefined;
  /** How long it may take to end, in seconds. Default 60. */
  readonly timeoutSeconds?: number | undefined;
}

/** Pause before an agent that could not be reached is asked again. */
const RETRY_MS = 500;
/** A request needs some time even at the end of a clean-up's, in seconds. */
const LEAST_SECONDS = 0.1;
/** A hanging agent is asked again after this time, in seconds. */
const REQUEST_SECONDS = 10;

/**
 * Ends an operation, a process by `stop` and a task by `abort`, and waits until it has ended.
 *
 * Goes on trying while router or agent are away. An operation that has ended before is fine.
 *
 * @returns True if it was running and has been ended.
 * @throws {CleanupError} If it still runs, or nobody can tell, at the end of the time.
 */
export async function endOperation(
  operation: Endable,
  { sessionId, timeoutSeconds = 60 }: EndOptions = {},
): Promise<boolean> {
  let ended = false;
  const what = `${
    operation.kind === "task" ? "abort" : "stop"
  } "${operation.opName}" on "${operation.agent}"`;
  await insist(what, async (left) => {
    ended = await endOnce(operation, { sessionId, left, what });
  }, timeoutSeconds);
  return ended;
}

/** What is left of the time of a clean-up, in seconds, but at most so much; never quite nothing. */
export type TimeLeft = (mostSeconds: number) => number;

/**
 * Does something as clean-up, again and again while router or agent cannot be reached.
 *
 * @throws {CleanupError} If it fails otherwise, or the time is over.
 */
export async function insist(
  what: string,
  action: (left: TimeLeft) => Promise<void>,
  timeoutSeconds: number,
): Promise<void> {
  const end = performance.now() + timeoutSeconds * 1000;
  const left: TimeLeft = (most) => Math.max(LEAST_SECONDS, Math.min(most, (end - performance.now()) / 1000));
  // The bound of clean-ups is a little longer, so that the errors from here, which know more, come first.
  await cleanUp(what, async (signal) => {
    for (;;) {
      try {
        return await action(left);
      } catch (error) {
        if (!(error instanceof ControlClientError) || left(Infinity) <= LEAST_SECONDS) {
          throw explained(what, error);
        }
        await pause(RETRY_MS, { signal });
      }
    }
  }, { timeoutSeconds: timeoutSeconds + 2 });
}

async function endOnce(
  operation: Endable,
  { sessionId, left, what }: {
    readonly sessionId: number | undefined;
    readonly left: TimeLeft;
    readonly what: string;
  },
): Promise<boolean> {
  const { session } = await operation.status({ timeoutSeconds: left(REQUEST_SECONDS) });
  const isOther = sessionId !== undefined && session.session_id !== sessionId;
  if (session.session_id === undefined || session.status === "done" || isOther) return false;
  const request = operation.kind === "task" ? operation.abort : operation.stop;
  const asked = await request?.({ timeoutSeconds: left(REQUEST_SECONDS) });
  const reply = await operation.wait({ timeoutSeconds: left(Infinity) });
  if (reply.ok && (reply.session.status ?? "done") === "done") return true;
  const answer = asked === undefined ? "it cannot be asked to" : `its agent said: ${asked.message}`;
  throw new CleanupError(`Cannot ${what}: it is still ${reply.session.status ?? "there"}; ${answer}`);
}

function explained(what: string, cause: unknown): Error {
  if (cause instanceof CleanupError) return cause;
  const why = toError(cause).message;
  return new CleanupError(`Cannot ${what}: it may still run: ${why}`, { cause });
}
