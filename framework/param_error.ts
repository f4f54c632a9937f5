/** The error that means "these parameters will not do". @module */

/**
 * A parameter has a value that the operation cannot work with.
 *
 * Refuses the start when a declaration's check throws it; thrown by a running operation it ends the run with the
 * message `ERROR: <text>` instead of `CRASH: ...`.
 */
export class ParamError extends Error {
  /** Says in `message` which parameter, and what was expected. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ParamError";
  }
}
