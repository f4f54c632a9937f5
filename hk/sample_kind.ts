/** What a sample of housekeeping is to a recorder (OCS 0.2, 10.3). @module */
import { Float } from "../internal/float.ts";

/** The four kinds of vectors that a block may hold. */
export type SampleKind = "int" | "float" | "bool" | "string";

/** The kind of a value that was decoded with kinds kept; undefined for what cannot be a sample, such as null. */
export function sampleKind(value: unknown): SampleKind | undefined {
  switch (typeof value) {
    case "number":
      // A decoder that keeps kinds gives integral floats as `Float`; NaN and the infinities are floats.
      return Number.isInteger(value) ? "int" : "float";
    case "bigint":
      return "int";
    case "boolean":
      return "bool";
    case "string":
      return "string";
    default:
      return value instanceof Float ? "float" : undefined;
  }
}

/** Each holds all that those before it hold, as far as a double is exact. */
const NUMBERS: readonly SampleKind[] = ["bool", "int", "float"];

/**
 * Whether a field that holds samples of one kind takes samples of another, all of a block at once, without loss.
 *
 * Python's rule is `isinstance`: a bool is an int. Beyond it a field of floats takes integers as long as a double holds
 * them, and bools: so3g converts a whole field to the kind of the first frame it reads, and what is a float must not become
 * an int there (g3 5.6, G3-60, G3 trap 21).
 */
export function takesKind(field: SampleKind, samples: SampleKind): boolean {
  return field === samples || (field !== "string" && NUMBERS.indexOf(samples) >= 0 &&
    NUMBERS.indexOf(samples) < NUMBERS.indexOf(field));
}

/** The kind that takes samples of both; undefined where one is text and the other is not. */
export function commonKind(one: SampleKind, other: SampleKind): SampleKind | undefined {
  if (takesKind(one, other)) return one;
  return takesKind(other, one) ? other : undefined;
}
