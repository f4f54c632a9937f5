/** One thing that is wrong with a G3 file. @module */
import type { G3StreamFault } from "../../g3/errors.ts";

/**
 * What is wrong:
 *
 * - the faults of `G3StreamError`: bytes that are no whole frame with a right checksum;
 * - `value`: a value that cannot be decoded;
 * - `housekeeping`: frames that break the rules of housekeeping, which so3g refuses or passes over;
 * - `order`: times or numbers that go back;
 * - `gap`: samples, frames or files that are missing between others.
 */
export type FindingKind = G3StreamFault | "value" | "housekeeping" | "order" | "gap";

/** Something that is wrong, at a frame of a file. */
export interface Finding {
  /** First byte of the frame, or of what is none. */
  readonly offset: number;
  readonly kind: FindingKind;
  /** What, on one line. */
  readonly text: string;
}
