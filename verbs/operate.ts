/** start, stop, abort, wait and status of one operation. @module */
import { pause } from "../internal/pause.ts";
import type { AnyOperation } from "../client/mod.ts";
import { duration } from "./duration.ts";
import { type OCSReply, ResponseCode } from "../ocs/mod.ts";
import { OperationKindError } from "./errors.ts";
import type { ParamValue } from "./key_values.ts";
import { parseTarget } from "./operation_target.ts";
import type { Outcome, VerbResult } from "./outcome.ts";
import { replyText, sessionState } from "./session_text.ts";
import type { VerbOptions } from "./site_link.ts";
import { whoIsAway } from "./who_is_away.ts";
import { withOperation } from "./with_operation.ts";

/** A reply as `--json` writes it. */
export interface ReplyData {
  readonly agent: string;
  readonly op: string;
  readonly status: number;
  readonly message: string;
  readonly session: OCSReply["session"];
}

/** How a wait goes. */
export interface WaitingOptions {
  /** How long the operation may go on, in seconds; default without limit. `timeoutSeconds` bounds each request. */
  readonly waitSeconds?: number | undefined;
  /** Called once a second with the state. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** Starts an operation; with `wait`, waits for its end as well. */
export function start(
  target: string,
  params: Readonly<Record<string, ParamValue>>,
  options: VerbOptions & WaitingOptions & { readonly wait?: boolean | undefined } = {},
): Promise<Outcome<ReplyData>> {
  return withOperation(target, options, async (operation, link) => {
    const reply = await operation.start(params, {
      timeoutSeconds: link.timeoutSeconds,
      signal: options.signal,
    });
    if (options.wait !== true || !reply.ok) return outcomeOf(target, reply, reply.ok ? "ok" : "failed");
    return await waitFor(target, operation, options);
  });
}

/** Asks a process to end. */
export function stop(target: string, options: VerbOptions = {}): Promise<Outcome<ReplyData>> {
  return withOperation(target, options, async (operation, link) => {
    requireKind(operation, target, "process", "stop");
    const reply = await operation.stop({ timeoutSeconds: link.timeoutSeconds, signal: options.signal });
    return outcomeOf(target, reply, reply.ok ? "ok" : "failed");
  });
}

/** Asks a task to end early. */
export function abort(target: string, options: VerbOptions = {}): Promise<Outcome<ReplyData>> {
  return withOperation(target, options, async (operation, link) => {
    requireKind(operation, target, "task", "abort");
    const reply = await operation.abort({ timeoutSeconds: link.timeoutSeconds, signal: options.signal });
    return outcomeOf(target, reply, reply.ok ? "ok" : "failed");
  });
}

/** Shows the current or last session. */
export function status(target: string, options: VerbOptions = {}): Promise<Outcome<ReplyData>> {
  return withOperation(target, options, async (operation, link) => {
    const reply = await operation.status({ timeoutSeconds: link.timeoutSeconds, signal: options.signal });
    return outcomeOf(target, reply, reply.ok ? "ok" : "failed");
  });
}

/** Waits until an operation has ended; `failed` if it ended without success. */
export function wait(
  target: string,
  options: VerbOptions & WaitingOptions = {},
): Promise<Outcome<ReplyData>> {
  return withOperation(target, options, (operation) => waitFor(target, operation, options));
}

/** How often a wait that somebody watches asks for the state. */
const PROGRESS_MS = 1000;

async function waitFor(
  target: string,
  operation: AnyOperation,
  { waitSeconds, signal, onProgress }: VerbOptions & WaitingOptions,
): Promise<Outcome<ReplyData>> {
  const over = new AbortController();
  const watching = onProgress === undefined ? undefined : watchState(operation, onProgress, over.signal);
  try {
    const reply = await operation.wait({ timeoutSeconds: waitSeconds, signal });
    const { session } = reply;
    const result: VerbResult = reply.status === ResponseCode.TIMEOUT
      ? "timeout"
      : reply.ok && (session.success ?? true) === true
      ? "ok"
      : "failed";
    return outcomeOf(target, reply, result);
  } finally {
    over.abort();
    await watching;
  }
}

/** Tells the state once a second, until aborted; what cannot be asked is for the wait itself to tell. */
async function watchState(
  operation: AnyOperation,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let awaySince: number | undefined;
  while (!signal.aborted) {
    try {
      const { session } = await operation.status({ timeoutSeconds: 5, signal });
      awaySince = undefined;
      onProgress(sessionState(session));
    } catch (error) {
      if (signal.aborted) return;
      awaySince ??= performance.now();
      const seconds = (performance.now() - awaySince) / 1000;
      const who = whoIsAway(error) === "router" ? "the router is lost" : "the agent does not answer";
      onProgress(`${who} for ${duration(seconds)}; trying again`);
    }
    await pause(PROGRESS_MS, { signal });
  }
}

function requireKind(operation: AnyOperation, target: string, kind: "task" | "process", verb: string): void {
  if (operation.kind === kind) return;
  throw new OperationKindError(
    `Cannot ${verb} "${target}": it is a ${operation.kind}, expected a ${kind}; try ${
      kind === "task" ? "stop" : "abort"
    } ${target}`,
  );
}

function outcomeOf(target: string, reply: OCSReply, result: VerbResult): Outcome<ReplyData> {
  const { instanceId, opName } = parseTarget(target);
  const { status: code, message, session } = reply;
  return {
    result,
    data: { agent: instanceId, op: opName, status: code, message, session },
    text: (look) => replyText(target, reply, look),
  };
}
