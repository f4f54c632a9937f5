/** Elements of vectors as people read them. @module */
import type { TimestreamArray } from "../../g3/objects.ts";
import { isoTimeOf } from "../../g3/time.ts";
import { shownText } from "./shown_text.ts";

/** Elements side by side on a line; each is made when it is shown. */
export interface Elements {
  readonly length: number;
  readonly at: (index: number) => string;
}

/** A float with a point or an exponent, and all its digits. */
export function realText(value: number): string {
  const digits = Object.is(value, -0) ? "-0" : String(value);
  return /[.eNI]/.test(digits) ? digits : `${digits}.0`;
}

/** A text in quotes, on one line. */
export function quoted(text: string): string {
  return `"${shownText(text.replaceAll(/["\\]/g, "\\$&"))}"`;
}

/** Floats. */
export function reals(values: Float64Array): Elements {
  return { length: values.length, at: (i) => realText(values[i] ?? NaN) };
}

/** Integers. */
export function plain(values: BigInt64Array | Uint8Array): Elements {
  return { length: values.length, at: (i) => String(values[i]) };
}

/** `true` and `false`. */
export function bools(values: Uint8Array): Elements {
  return { length: values.length, at: (i) => String(values[i] !== 0) };
}

/** Ticks in ISO 8601. */
export function times(ticks: BigInt64Array): Elements {
  return { length: ticks.length, at: (i) => isoTimeOf(ticks[i] ?? 0n) };
}

/** Texts in quotes. */
export function texts(values: readonly string[]): Elements {
  return { length: values.length, at: (i) => quoted(values[i] ?? "") };
}

/** Complex numbers and quaternions. */
export function tuples(values: Float64Array, size: number): Elements {
  const at = (i: number): string =>
    `(${Array.from(values.subarray(i * size, (i + 1) * size), realText).join(", ")})`;
  return { length: Math.floor(values.length / size), at };
}

/** Samples of a timestream, of whatever kind. */
export function samples(values: TimestreamArray): Elements {
  const isReal = values instanceof Float64Array || values instanceof Float32Array;
  return { length: values.length, at: (i) => isReal ? realText(Number(values[i])) : String(values[i]) };
}
