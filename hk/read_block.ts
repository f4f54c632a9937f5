/** Housekeeping as it is read: blocks of samples that share their times. @module */

/** The kinds of values that housekeeping has (g3 5.2). */
export type HkKind = "double" | "int" | "bool" | "string";

/** The values of one field. */
export type HkVector =
  | { readonly kind: "double"; readonly values: Float64Array }
  /** Integers of 64 bits, exact. */
  | { readonly kind: "int"; readonly values: BigInt64Array }
  /** 0 or 1 a value. */
  | { readonly kind: "bool"; readonly values: Uint8Array }
  | { readonly kind: "string"; readonly values: readonly string[] };

/** Fields that were sampled together, as one frame has them. */
export interface HkBlock {
  /** Name of the block; unique for its provider, and no part of the fields' full names. */
  readonly name: string;
  /** Times in ticks of 10 ns since 1970, UTC; as a rule ascending. */
  readonly ticks: BigInt64Array;
  /** Vectors as long as `ticks`, by the name of their field. */
  readonly fields: ReadonlyMap<string, HkVector>;
}

/** A block, and who it is from. */
export interface HkProviderBlock extends HkBlock {
  /** Description of the provider, as a rule a feed's full address; with a dot and a field's name, that field's full name. */
  readonly provider: string;
  /** Number of the provider in its session; undefined where there are no numbers, as for detectors. */
  readonly provId: bigint | undefined;
}

/** The samples from `start` up to `end` of some values. */
export function sliceVector(vector: HkVector, start: number, end: number): HkVector {
  switch (vector.kind) {
    case "double":
      return { kind: "double", values: vector.values.slice(start, end) };
    case "int":
      return { kind: "int", values: vector.values.slice(start, end) };
    case "bool":
      return { kind: "bool", values: vector.values.slice(start, end) };
    default:
      return { kind: "string", values: vector.values.slice(start, end) };
  }
}

/** Those values that stand at some places, in the order of the places. */
export function pickVector(vector: HkVector, places: Uint32Array): HkVector {
  switch (vector.kind) {
    case "double":
      return { kind: "double", values: Float64Array.from(places, (at) => vector.values[at] ?? NaN) };
    case "int": {
      const values = new BigInt64Array(places.length);
      places.forEach((at, to) => values[to] = vector.values[at] ?? 0n);
      return { kind: "int", values };
    }
    case "bool":
      return { kind: "bool", values: Uint8Array.from(places, (at) => vector.values[at] ?? 0) };
    default:
      return { kind: "string", values: Array.from(places, (at) => vector.values[at] ?? "") };
  }
}
