/** What a caller of `transport/` may want to catch. @module */

/** A connection could not be opened: refused, not answered in time, or not agreed on a subprotocol. */
export class ConnectError extends Error {
  /** Where it was tried. */
  readonly url: string;

  /** Names the place and the cause. */
  constructor(url: string, cause: string, options?: ErrorOptions) {
    super(`Cannot connect to "${url}": ${cause}`, options);
    this.name = "ConnectError";
    this.url = url;
  }
}
