/** What a caller of `wamp/` may want to catch. @module */

/** The peer sent something that is not WAMP; its session is lost. The text names message and field, never payload. */
export class ProtocolViolation extends Error {
  /** Also where the class is not at hand. */
  override readonly name = "ProtocolViolation";
}

/** What an ERROR message carries, as an exception: thrown by a handler to answer with just that. */
export class WampError extends Error {
  /** Also where the class is not at hand. */
  override readonly name = "WampError";
  /** Error URI, such as `wamp.error.no_such_procedure`. */
  readonly uri: string;
  /** Positional values of the ERROR. */
  readonly args: readonly unknown[];
  /** Keyword values of the ERROR. */
  readonly kwargs: Readonly<Record<string, unknown>>;

  /** The text of the exception is the URI and, where it is a string, the first argument. */
  constructor(
    uri: string,
    args: readonly unknown[] = [],
    kwargs: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(typeof args[0] === "string" ? `${uri}: ${args[0]}` : uri, options);
    this.uri = uri;
    this.args = args;
    this.kwargs = kwargs;
  }
}
