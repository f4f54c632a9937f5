/** What a script's requests pass through: it lets steps finish, refuses new ones, and knows what was started. @module */
import { pause } from "../internal/pause.ts";
import { toError } from "../internal/to_error.ts";
import { OCSReply } from "../ocs/mod.ts";
import { WampError } from "../wamp/mod.ts";
import type { AnyOperation } from "./agent_types.ts";
import { isCleaningUp } from "./cleaning.ts";
import { endOperation, insist, type TimeLeft } from "./end_operation.ts";
import { BackpressureError, CleanupError, NotConnectedError, ScriptInterruptedError } from "./errors.ts";
import type { AroundRequest, ClientRequest, RequestGuard } from "./request_guard.ts";

/** How long a script that was aborted waits for the answer to a start it had sent, to know what to end. */
const START_ANSWER_MS = 10_000;
/** By how much clocks of agents may differ from ours where nobody knows who started what, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 2;

/** An operation that the script has started and not seen to end. */
export interface LeftOn {
  readonly operation: AnyOperation;
  /** Its session; undefined while the start is under way, or when its outcome is not known. */
  readonly sessionId: number | undefined;
}

interface Started extends LeftOn {
  sessionId: number | undefined;
  /** The start is under way; resolves when its outcome is known, never rejects. */
  answer: Promise<unknown> | undefined;
  /** When it was asked for, in Unix seconds. */
  readonly atSeconds: number;
  /** The script has asked for its end: waiting for that is part of ending. */
  askedToEnd: boolean;
}

/** The guard of one script. */
export class ScriptGuard implements RequestGuard {
  /** See `RequestGuard`. */
  readonly around: AroundRequest;
  readonly #interrupt = new AbortController();
  readonly #abort = new AbortController();
  readonly #started = new Map<string, Started>();
  readonly #steps = new Set<ClientRequest>();
  #lastMs = performance.now();

  /** @param outer Called around every request. */
  constructor(outer: AroundRequest | undefined) {
    this.around = outer === undefined
      ? (request, send) => this.#around(request, send)
      : (request, send) => outer(request, (signal) => this.#around(request, send, signal));
  }

  /** Aborted by the first request to end. */
  get interrupted(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Aborted by the second one. */
  get aborted(): AbortSignal {
    return this.#abort.signal;
  }

  /** Requests under way, in words. */
  get steps(): readonly string[] {
    return [...this.#steps].map(describe);
  }

  /** What was started and not seen to end, in the order of the starts. */
  get started(): readonly LeftOn[] {
    return [...this.#started.values()];
  }

  /** Milliseconds without a request. */
  get quietMs(): number {
    return this.#steps.size > 0 ? 0 : performance.now() - this.#lastMs;
  }

  /** Takes the next rung of the ladder. */
  interrupt(reason: ScriptInterruptedError): 1 | 2 | 3 {
    if (!this.interrupted.aborted) {
      this.#interrupt.abort(reason);
      return 1;
    }
    if (!this.aborted.aborted) {
      this.#abort.abort(reason);
      return 2;
    }
    return 3;
  }

  /** Lets an operation go on after the script. */
  forget(operation: { readonly opName: string; readonly agent: string }): void {
    this.#started.delete(keyOf(operation));
  }

  /** Ends, all at once, everything that was started and not seen to end. */
  async endAll(timeoutSeconds: number): Promise<Error[]> {
    const outcomes = await Promise.allSettled(
      [...this.#started.values()].map((started) => this.#end(started, timeoutSeconds)),
    );
    return outcomes.flatMap((outcome) => outcome.status === "fulfilled" ? [] : [toError(outcome.reason)]);
  }

  async #end(started: Started, timeoutSeconds: number): Promise<void> {
    const { operation } = started;
    if (started.answer !== undefined) {
      const given = new AbortController();
      await Promise.race([started.answer, pause(START_ANSWER_MS, { signal: given.signal })]);
      given.abort();
    }
    if (!this.#started.has(keyOf(operation))) return;
    let { sessionId } = started;
    if (sessionId === undefined) {
      await insist(`find out about ${nameOf(operation)}`, async (left) => {
        sessionId = await findSession(started, left);
      }, timeoutSeconds);
    }
    if (sessionId !== undefined) await endOperation(operation, { sessionId, timeoutSeconds });
    this.forget(operation);
  }

  async #around<T>(
    request: ClientRequest,
    send: (signal?: AbortSignal) => Promise<T>,
    outer?: AbortSignal,
  ): Promise<T> {
    const cleaning = isCleaningUp();
    if (!cleaning && this.interrupted.aborted && !this.#isPartOfEnding(request)) throw this.#refusal(request);
    this.#steps.add(request);
    try {
      if (request.action === "start" && request.operation !== undefined) {
        return await this.#start(request.operation, send, cleaning ? undefined : this.aborted);
      }
      const patience = cleaning ? undefined : this.#patience(request);
      const signals = [outer, patience].filter((signal) => signal !== undefined);
      const result = await send(signals.length === 0 ? undefined : AbortSignal.any(signals));
      this.#observe(request, result);
      return result;
    } finally {
      this.#steps.delete(request);
      this.#lastMs = performance.now();
    }
  }

  /** Ending goes on while the script is being ended: stop, abort, and the look at what comes of it. */
  #isPartOfEnding({ action, operation }: ClientRequest): boolean {
    if (action === "stop" || action === "abort") return true;
    if (action !== "wait" && action !== "status" || operation === undefined) return false;
    return this.#started.get(keyOf(operation))?.askedToEnd ?? false;
  }

  #refusal(request: ClientRequest): ScriptInterruptedError {
    const { reason } = this.interrupted;
    const why = toError(reason).message;
    return new ScriptInterruptedError(`Cannot ${describe(request)}: ${why}`, { cause: reason });
  }

  /** What ends a request: a step is finished first, waiting for what does not end by itself is no step. */
  #patience({ action, operation }: ClientRequest): AbortSignal {
    const endless = action === "wait" && operation?.kind === "process" &&
      !(this.#started.get(keyOf(operation))?.askedToEnd ?? false);
    return endless || action === "connect" ? this.interrupted : this.aborted;
  }

  /** A start that was sent is pursued to its answer, whether or not somebody still waits for it. */
  async #start<T>(
    operation: AnyOperation,
    send: (signal?: AbortSignal) => Promise<T>,
    patience: AbortSignal | undefined,
  ): Promise<T> {
    const key = keyOf(operation);
    const before = this.#started.get(key);
    const started: Started = {
      operation,
      sessionId: undefined,
      answer: undefined,
      atSeconds: Date.now() / 1000,
      askedToEnd: false,
    };
    this.#started.set(key, started);
    const answer = send().then((reply) => {
      if (reply instanceof OCSReply && reply.ok) started.sessionId = reply.session.session_id;
      // Refused: what runs, if anything, is what ran before.
      else if (before === undefined) this.#started.delete(key);
      else this.#started.set(key, before);
      return reply;
    });
    started.answer = answer.then(() => {}, (error) => {
      // Any other failure leaves open whether it was started: that is looked for when it matters.
      if (wasNotSent(error)) this.#started.delete(key);
    }).then(() => {
      started.answer = undefined;
    });
    return await orAborted(answer, patience);
  }

  #observe({ action, operation }: ClientRequest, result: unknown): void {
    if (operation === undefined || !(result instanceof OCSReply)) return;
    const started = this.#started.get(keyOf(operation));
    if (started === undefined || started.sessionId === undefined) return;
    if ((action === "stop" || action === "abort") && result.ok) started.askedToEnd = true;
    const { session_id, status } = result.session;
    if (session_id === undefined) return;
    if (session_id !== started.sessionId || status === "done") this.#started.delete(keyOf(operation));
  }
}

function keyOf({ agent, opName }: { readonly agent: string; readonly opName: string }): string {
  return `${agent}\n${opName}`;
}

function nameOf({ agent, opName }: { readonly agent: string; readonly opName: string }): string {
  return `"${opName}" on "${agent}"`;
}

function describe({ action, agent, operation }: ClientRequest): string {
  switch (action) {
    case "connect":
      return `connect to "${agent}"`;
    case "management":
    case "special":
      return `ask "${agent}"`;
    case "wait":
      return `wait for ${operation === undefined ? `"${agent}"` : nameOf(operation)}`;
    case "status":
      return `get the status of ${operation === undefined ? `"${agent}"` : nameOf(operation)}`;
    default:
      return `${action} ${operation === undefined ? `an operation on "${agent}"` : nameOf(operation)}`;
  }
}

/** The session of a start whose outcome nobody knows: one that runs, and did not before. */
async function findSession({ operation, atSeconds }: Started, left: TimeLeft): Promise<number | undefined> {
  const { session } = await operation.status({ timeoutSeconds: left(10) });
  if (session.status === undefined || session.status === "done") return undefined;
  if (Number(session.start_time) >= atSeconds - CLOCK_TOLERANCE_SECONDS) return session.session_id;
  throw new CleanupError(
    `Cannot tell who started ${
      nameOf(operation)
    }: it runs since before this script asked for it, and is left on`,
  );
}

function wasNotSent(error: unknown): boolean {
  if (error instanceof NotConnectedError || error instanceof BackpressureError) return true;
  return error instanceof WampError && error.uri === "wamp.error.no_such_procedure";
}

/** The promise, or the signal's reason if that comes first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
