/** Conditions a caller of the client may want to catch. @module */

/** There is no session right now: nothing was sent, nothing is queued. */
export class NotConnectedError extends Error {
  /** Name of the class. */
  override readonly name = "NotConnectedError";
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
