/** Why a block of a feed cannot be recorded. @module */

/** What is wrong, in words that can be counted. */
export type BlockFaultReason =
  | "not a block"
  | "no fields"
  | "lengths differ"
  | "bad time"
  | "null value"
  | "not a sample"
  | "mixed kinds"
  | "integer beyond 64 bits"
  | "integer too large for a float field"
  | "number became text"
  | "too many layouts"
  | "too many fields"
  | "cannot be encoded";

/** What is wrong with one block. */
export interface BlockFault {
  /** For counting. */
  readonly reason: BlockFaultReason;
  /** For reading: which field and which sample. */
  readonly detail: string;
}
