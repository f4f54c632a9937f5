/** What was thrown, as an error. @module */

/** Gives an error as it is, and anything else that was thrown as the message of one. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
