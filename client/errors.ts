/** Conditions a caller of the client may want to catch. @module */
import type { OCSReply } from "../ocs/mod.ts";

/** There is no session right now: nothing was sent, nothing is queued. */
export class NotConnectedError extends Error {
  /** Name of the class. */
  override readonly name = "NotConnectedError";
}

/**
 * The router reads too slowly, and more waits to be sent than may: this publication or call was not sent.
 *
 * The session goes on. Whoever publishes periodically counts a loss; a call can be made again a little later.
 */
export class BackpressureError extends Error {
  /** Name of the class. */
  override readonly name = "BackpressureError";
  /** Bytes that waited to be sent. */
  readonly bufferedBytes: number;

  /** An error with what waited. */
  constructor(message: string, bufferedBytes: number) {
    super(message);
    this.bufferedBytes = bufferedBytes;
  }
}

/** A session could not be joined, within the deadline or at all. */
export class JoinError extends Error {
  /** Name of the class. */
  override readonly name = "JoinError";
  /** WAMP reason of the last attempt: `wamp.close.transport_lost` when the router was not even reached. */
  readonly reason: string;

  /** An error with the reason of the last attempt. */
  constructor(message: string, reason: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** A call was given up at its deadline. Whether the callee carried it out is not known. */
export class CallTimeoutError extends Error {
  /** Name of the class. */
  override readonly name = "CallTimeoutError";
  /** The procedure that did not answer. */
  readonly procedure: string;
  /** The deadline that passed, in milliseconds. */
  readonly timeoutMs: number;

  /** An error about one procedure and its deadline. */
  constructor(message: string, procedure: string, timeoutMs: number, options?: ErrorOptions) {
    super(message, options);
    this.procedure = procedure;
    this.timeoutMs = timeoutMs;
  }
}

/** What a `ControlClientError` tells beside its text. */
export interface ControlClientErrorOptions extends ErrorOptions {
  /** Positional values of the error. */
  readonly args?: readonly unknown[];
  /** Keyword values of the error. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/**
 * A request to an agent got no reply: no such agent, no connection, no answer in time, an error in the agent.
 *
 * A refusal is not an error but a reply whose `ok` is false. `cause` is the original, such as a
 * `CallTimeoutError`.
 */
export class ControlClientError extends Error {
  /** Name of the class. */
  override readonly name = "ControlClientError";
  /**
   * What went wrong, as Python's client says it: a WAMP error URI of agent or router
   * (`wamp.error.no_such_procedure`, `wamp.error.runtime_error`), `client_http.error.connection_error` or
   * `client_http.error.request_error`; and where Python has none, `wamp.error.timeout` for a deadline that
   * passed and `wamp.close.transport_lost` for a lost WAMP connection.
   */
  readonly uri: string;
  /** Positional values of the error, normally one sentence. */
  readonly args: readonly unknown[];
  /** Keyword values of the error. */
  readonly kwargs: Readonly<Record<string, unknown>>;

  /** An error with what Python's client would tell. */
  constructor(message: string, uri: string, options: ControlClientErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.uri = uri;
    this.args = options.args ?? [];
    this.kwargs = options.kwargs ?? {};
  }

  /** The list that Python's exception of this name carries: URI and arguments are elements 4 and 5. */
  toPython(): readonly unknown[] {
    return [0, 0, 0, 0, this.uri, this.args, this.kwargs];
  }
}

/** An operation that was waited for ended unseen: its agent or a new run took the place of the one waited for. */
export class OperationLostError extends Error {
  /** Name of the class. */
  override readonly name = "OperationLostError";
}

/** One of several operations did not do what was asked of all. */
export class OperationRefusedError extends Error {
  /** Name of the class. */
  override readonly name: string = "OperationRefusedError";
  /** What the agent answered. */
  readonly reply: OCSReply;

  /** An error with the agent's answer. */
  constructor(message: string, reply: OCSReply) {
    super(message);
    this.reply = reply;
  }
}

/** Some of several operations did not do what was asked of all; `errors` has one for each, the text one line for each. */
export class OperationsError extends AggregateError {
  /** Name of the class. */
  override readonly name = "OperationsError";
  /** The answers that came, in the order of the operations; undefined where there was none. */
  readonly replies: readonly (OCSReply | undefined)[];

  /** An error of one line for each failure. */
  constructor(errors: readonly Error[], replies: readonly (OCSReply | undefined)[], what: string) {
    const lines = errors.map((error) => `  ${error.message.replaceAll("\n", "\n    ")}`);
    super(errors, `Cannot ${what} ${errors.length} of ${replies.length} operations:\n${lines.join("\n")}`);
    this.replies = replies;
  }
}

/** A clean-up failed, or took longer than its time. */
export class CleanupError extends Error {
  /** Name of the class. */
  override readonly name = "CleanupError";
}

/** The script is being ended: this request was not made, or not waited for. */
export class ScriptInterruptedError extends Error {
  /** Name of the class. */
  override readonly name = "ScriptInterruptedError";
}

/** An operation did not do what it was started for. The text ends with the agent's whole reply. */
export class OperationFailedError extends OperationRefusedError {
  /** Name of the class. */
  override readonly name: string = "OperationFailedError";
  /** Name of the operation. */
  readonly opName: string;
  /** Instance id of its agent. */
  readonly agent: string;

  /** An error about one operation: why, and what its agent answered. */
  constructor(
    operation: { readonly opName: string; readonly agent: string },
    why: string,
    reply: OCSReply<unknown>,
  ) {
    const text = `Cannot rely on "${operation.opName}" on "${operation.agent}": ${why}\n${reply}`;
    // Session data are an object always; the type argument only says more of it.
    super(text, reply as OCSReply);
    this.opName = operation.opName;
    this.agent = operation.agent;
  }
}

/** A condition did not come true: the time was over, or what was looked at has ended. */
export class ConditionError extends Error {
  /** Name of the class. */
  override readonly name = "ConditionError";
  /** What was seen last: a sample or a session; undefined when nothing was. */
  readonly lastSeen: unknown;

  /** An error with what was seen last. */
  constructor(message: string, lastSeen: unknown, options?: ErrorOptions) {
    super(message, options);
    this.lastSeen = lastSeen;
  }
}
