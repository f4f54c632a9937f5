/** Running a script at an agent and collecting what it found (smurf 6, idiom 14). @module */
import { pause } from "../internal/pause.ts";
import { type OCSReply, ResponseCode, type SessionMessage } from "../ocs/mod.ts";
import { Looker } from "./_looker.ts";
import { checkFinished } from "./check_finished.ts";
import { OperationFailedError } from "./errors.ts";
import type { Startable } from "./parallel.ts";
import { eitherSignal } from "./request_guard.ts";
import type { Watchable } from "./until.ts";

/** How a run is followed. */
export interface CollectOptions {
  /** How long it may take, in seconds. Default: without limit. */
  readonly timeoutSeconds?: number | undefined;
  /** Called for each message of the session, in order and once. */
  readonly onMessage?: ((message: SessionMessage) => void) | undefined;
  /** Called for each look with the session data of then. */
  readonly onData?: ((data: Readonly<Record<string, unknown>>) => void) | undefined;
  /** Time between two looks where there is something to call, in seconds. Default 1. */
  readonly pollSeconds?: number | undefined;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** What `runAndCollect` needs of an operation. */
export type Collectable = Startable & Pick<Watchable<Readonly<Record<string, unknown>>>, "status">;

/**
 * Starts an operation such as `run` of a pysmurf controller, follows it, sees that it succeeded, and gives its data.
 *
 * @param params Parameters of `start`: `{ script: "/config/tune.py", args: ["--band", 4] }`.
 * @returns `session.data` at its end.
 * @throws {OperationFailedError} If it was refused, did not end in time, or did not succeed.
 */
export async function runAndCollect(
  operation: Collectable,
  params: Readonly<Record<string, unknown>> = {},
  options: CollectOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { timeoutSeconds, onMessage, onData, pollSeconds = 1, signal } = options;
  const started = await operation.start(params, { signal });
  if (!started.ok) {
    throw new OperationFailedError(operation, `it was not started: ${started.message}`, started);
  }
  const end = performance.now() + (timeoutSeconds ?? Infinity) * 1000;
  const tell = teller(onMessage, onData);
  if (onMessage !== undefined || onData !== undefined) {
    const either = eitherSignal(signal, operation.interrupted);
    const looker = new Looker(operation);
    for (;;) {
      const reply = await looker.look({ signal, endMs: end });
      tell(reply);
      if (reply.session.status === "done" || reply.session.status === undefined) break;
      if (performance.now() >= end) break;
      await pause(Math.min(pollSeconds * 1000, end - performance.now()), { signal: either });
      either?.throwIfAborted();
    }
  }
  const left = timeoutSeconds === undefined ? undefined : Math.max(0, (end - performance.now()) / 1000);
  const reply = await operation.wait({ timeoutSeconds: left, signal });
  if (reply.status !== ResponseCode.TIMEOUT) tell(reply);
  return checkFinished(operation, reply).session.data ?? {};
}

/** Tells what is new in each reply; messages that an agent has purged meanwhile are missed. */
function teller(onMessage: CollectOptions["onMessage"], onData: CollectOptions["onData"]) {
  let lastSeconds = -Infinity;
  let toldAtLast = 0;
  return ({ session }: OCSReply) => {
    const messages = session.messages ?? [];
    // Messages are in the order of their times; several may have the same one.
    const atLast = messages.filter(([seconds]) => seconds === lastSeconds).slice(toldAtLast);
    for (const message of [...atLast, ...messages.filter(([seconds]) => seconds > lastSeconds)]) {
      onMessage?.(message);
      toldAtLast = message[0] === lastSeconds ? toldAtLast + 1 : 1;
      lastSeconds = message[0];
    }
    onData?.(session.data ?? {});
  };
}
