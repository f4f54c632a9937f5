/** Makes values from plain JavaScript ones. @module */
import { G3EncodeError } from "./errors.ts";
import type {
  G3Bool,
  G3Double,
  G3Int,
  G3Object,
  G3String,
  G3Time,
  G3TimesampleMap,
  G3VectorBool,
  G3VectorDouble,
  G3VectorInt,
  G3VectorString,
  G3VectorTime,
} from "./objects.ts";

/** An integer as bigint; refuses what is none, or has lost digits already. */
function exact(value: number | bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new G3EncodeError(`Cannot make an integer of ${value}: expected a safe integer or a bigint`);
  }
  const integer = BigInt(value);
  if (BigInt.asIntN(64, integer) !== integer) {
    throw new G3EncodeError(`Cannot make an integer of ${value}: it has more than 64 bits`);
  }
  return integer;
}

/** A `G3Bool`. */
export function g3Bool(value: boolean): G3Bool {
  return { class: "G3Bool", value };
}

/**
 * A `G3Int`.
 *
 * @throws {G3EncodeError} For a number that is no safe integer, or more than 64 bits.
 */
export function g3Int(value: number | bigint): G3Int {
  return { class: "G3Int", value: exact(value) };
}

/** A `G3Double`. */
export function g3Double(value: number): G3Double {
  return { class: "G3Double", value };
}

/** A `G3String`. */
export function g3String(value: string): G3String {
  return { class: "G3String", value };
}

/**
 * A `G3Time`.
 *
 * @param ticks 10 ns each, since 1970; see `ticksOf`.
 */
export function g3Time(ticks: bigint): G3Time {
  return { class: "G3Time", value: ticks };
}

/** A `G3VectorDouble`; every number becomes a double. */
export function g3VectorDouble(values: ArrayLike<number>): G3VectorDouble {
  return { class: "G3VectorDouble", value: Float64Array.from(values) };
}

/**
 * A `G3VectorInt`.
 *
 * @throws {G3EncodeError} For a number that is no safe integer, or more than 64 bits.
 */
export function g3VectorInt(values: Iterable<number | bigint>): G3VectorInt {
  return { class: "G3VectorInt", value: BigInt64Array.from([...values].map(exact)) };
}

/** A `G3VectorBool`. */
export function g3VectorBool(values: readonly boolean[]): G3VectorBool {
  return { class: "G3VectorBool", value: Uint8Array.from(values, Number) };
}

/** A `G3VectorString`. */
export function g3VectorString(values: readonly string[]): G3VectorString {
  return { class: "G3VectorString", value: values };
}

/** A `G3VectorTime`, of ticks of 10 ns. */
export function g3VectorTime(ticks: Iterable<bigint>): G3VectorTime {
  return { class: "G3VectorTime", value: BigInt64Array.from(ticks) };
}

/** A `G3TimesampleMap`: a block of co-sampled fields, each as long as `times`, which are ticks of 10 ns. */
export function g3TimesampleMap(
  times: Iterable<bigint>,
  fields: Iterable<readonly [string, G3Object]>,
): G3TimesampleMap {
  return { class: "G3TimesampleMap", times: BigInt64Array.from(times), value: new Map(fields) };
}
