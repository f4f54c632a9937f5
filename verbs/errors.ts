/** Conditions a caller of a verb may want to catch. @module */

/** The agent is there, but has no such operation. */
export class OperationNotFoundError extends Error {
  /** Name of the class. */
  override readonly name = "OperationNotFoundError";
}
