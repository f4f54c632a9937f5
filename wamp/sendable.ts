/** What the encoders share: which JavaScript values can be sent, and where one stands that cannot. @module */
import { Float } from "../internal/float.ts";
import { MAX_DEPTH } from "./kinds.ts";

/** Thrown by encoders deep inside a value; `unsendable` says where and what. */
export class Unsendable extends Error {}

/** The numbers of a typed array and the kind they have on the wire. */
export interface NumericList {
  /** `float` even where integral. */
  readonly kind: "float" | "int";
  /** The numbers. */
  readonly values: ArrayLike<number | bigint> & Iterable<number | bigint>;
}

/** Tells the kind of a typed array other than `Uint8Array`, which is bytes. */
export function numericList(value: object): NumericList | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  if (value instanceof Float64Array || value instanceof Float32Array) return { kind: "float", values: value };
  if (
    value instanceof Int32Array || value instanceof Int16Array || value instanceof Int8Array ||
    value instanceof Uint32Array || value instanceof Uint16Array || value instanceof BigInt64Array ||
    value instanceof BigUint64Array
  ) {
    return { kind: "int", values: value };
  }
  throw new Unsendable();
}

/**
 * What stands for an object that says so itself (`toJSON`), such as a `Date`.
 *
 * @throws {Unsendable} If it is a built-in thing whose members say nothing (a `Set`, a `Promise`).
 */
export function replacement(value: object): { value: unknown } | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return undefined;
  if ("toJSON" in value && typeof value.toJSON === "function") return { value: value.toJSON() };
  if (Object.prototype.toString.call(value) !== "[object Object]") throw new Unsendable();
  return undefined;
}

/** Finds what an encoder stumbled over. */
export function unsendable(root: unknown): TypeError {
  const found = search(root, "value", []) ??
    { path: "value", what: "it holds something that cannot be sent" };
  return new TypeError(`Cannot encode "${found.path}": ${found.what}`);
}

interface Finding {
  readonly path: string;
  readonly what: string;
}

function search(value: unknown, path: string, ancestors: readonly object[]): Finding | undefined {
  if (typeof value === "function" || typeof value === "symbol") {
    return { path, what: `it is a ${typeof value}, and only data can be sent` };
  }
  if (typeof value !== "object" || value === null || value instanceof Float || value instanceof Uint8Array) {
    return undefined;
  }
  if (ancestors.includes(value)) return { path, what: "it contains itself" };
  if (ancestors.length >= MAX_DEPTH) {
    return { path: shortened(path), what: `it nests deeper than ${MAX_DEPTH}` };
  }
  const inside = [...ancestors, value];
  try {
    if (numericList(value) !== undefined) return undefined;
    if (!Array.isArray(value) && !(value instanceof Map)) {
      const other = replacement(value);
      if (other !== undefined) return search(other.value, path, inside);
    }
  } catch (error) {
    if (!(error instanceof Unsendable)) throw error;
    return { path, what: `it is a ${value.constructor.name}, and only plain data can be sent` };
  }
  const members: Iterable<[unknown, unknown]> = value instanceof Map || Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [key, entry] of members) {
    const found = search(entry, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function shortened(path: string): string {
  return path.length > 200 ? `${path.slice(0, 200)}...` : path;
}
