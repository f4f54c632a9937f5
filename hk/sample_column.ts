/** Samples of one field that wait to be written, in memory that is used again and again. @module */
import type { G3VectorBool, G3VectorDouble, G3VectorInt, G3VectorString } from "../g3/objects.ts";
import { Float } from "../internal/float.ts";
import type { BlockFault } from "./block_fault.ts";
import type { LastValue } from "./last_field.ts";
import { type SampleKind, sampleKind } from "./sample_kind.ts";

/** A vector as blocks of housekeeping hold it. */
export type SampleVector = G3VectorInt | G3VectorDouble | G3VectorBool | G3VectorString;

/** The samples of one field. Who owns it knows how many of them count. */
export interface SampleColumn {
  /** What it holds. */
  readonly kind: SampleKind;
  /**
   * Writes samples at an index; all have to be of the kind of the first, which the field takes.
   *
   * @returns What is wrong with them; what was written then does not count.
   */
  put(samples: readonly unknown[], at: number): BlockFault | undefined;
  /** The first samples as a vector: a view, valid until the next `put` or `discard`. */
  vector(count: number): SampleVector;
  /** Forgets the first of `total` samples. */
  discard(count: number, total: number): void;
  /** One sample. */
  sample(at: number): LastValue;
  /** What the samples take, about. */
  bytes(from: number, to: number): number;
}

/** Makes the column of a kind. */
export function sampleColumn(kind: SampleKind): SampleColumn {
  switch (kind) {
    case "int":
      return new IntColumn();
    case "float":
      return new FloatColumn();
    case "bool":
      return new BoolColumn();
    case "string":
      return new StringColumn();
  }
}

const SMALLEST = 16;
// A column that had to hold much once gives the memory back when it holds little of it.
const SHRINK_FROM = 4096;

/** How large an array has to be so that `needed` fits: as it is, or half as large again. */
export function grownLength(length: number, needed: number): number {
  return needed <= length ? length : Math.max(SMALLEST, needed, Math.ceil(length * 1.5));
}

/** Whether an array is worth giving back, when so much of it was in use. */
function isTooLarge(length: number, used: number): boolean {
  return length > SHRINK_FROM && used < length / 8;
}

/** What is wrong with a sample that is not of the kind of those before it. */
export function sampleFault(samples: readonly unknown[], at: number): BlockFault {
  const value = samples[at];
  const kind = sampleKind(value);
  if (value === null || value === undefined) return { reason: "null value", detail: `sample ${at} is null` };
  if (kind === undefined) {
    return {
      reason: "not a sample",
      detail: `sample ${at} is ${Array.isArray(value) ? "a list" : "an object"}`,
    };
  }
  return { reason: "mixed kinds", detail: `sample ${at} is a ${kind} behind a ${sampleKind(samples[0])}` };
}

class FloatColumn implements SampleColumn {
  readonly kind = "float";
  #values = new Float64Array(0);

  put(samples: readonly unknown[], at: number): BlockFault | undefined {
    const { length } = samples;
    this.#reserve(at + length, at);
    const values = this.#values;
    if (sampleKind(samples[0]) === "int") return putIntegers(values, samples, at);
    for (let i = 0; i < length; i++) {
      const value = samples[i];
      if (typeof value === "number" && !Number.isInteger(value)) values[at + i] = value;
      else if (value instanceof Float) values[at + i] = value.value;
      else return sampleFault(samples, i);
    }
    return undefined;
  }

  #reserve(needed: number, used: number): void {
    const length = grownLength(this.#values.length, needed);
    if (length === this.#values.length) return;
    const grown = new Float64Array(length);
    grown.set(this.#values.subarray(0, used));
    this.#values = grown;
  }

  vector(count: number): G3VectorDouble {
    return { class: "G3VectorDouble", value: this.#values.subarray(0, count) };
  }

  discard(count: number, total: number): void {
    if (isTooLarge(this.#values.length, total)) this.#values = this.#values.slice(count, total);
    else this.#values.copyWithin(0, count, total);
  }

  sample(at: number): LastValue {
    return this.#values[at] ?? NaN;
  }

  bytes(from: number, to: number): number {
    return 8 * (to - from);
  }
}

/** Integers of a field that has been a float before: each has to be a double exactly. */
function putIntegers(values: Float64Array, samples: readonly unknown[], at: number): BlockFault | undefined {
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i];
    if (typeof value === "number" && Number.isSafeInteger(value)) values[at + i] = value;
    else if (typeof value === "boolean") values[at + i] = value ? 1 : 0;
    else if (typeof value === "bigint") {
      const detail = `sample ${i} is ${value}, and the field is one of floats`;
      if (BigInt(Number(value)) !== value) return { reason: "integer too large for a float field", detail };
      values[at + i] = Number(value);
    } else return sampleFault(samples, i);
  }
  return undefined;
}

/** Signed 64-bit integers, written as pairs of 32-bit words: a bigint for each sample would cost more than all the rest. */
export class Int64Array {
  #values = new BigInt64Array(0);
  #words = new Int32Array(0);

  /** Makes room. */
  reserve(needed: number, used: number): void {
    const length = grownLength(this.#values.length, needed);
    if (length !== this.#values.length) this.#take(new BigInt64Array(length), this.#values.subarray(0, used));
  }

  #take(values: BigInt64Array<ArrayBuffer>, from: BigInt64Array): void {
    values.set(from);
    this.#values = values;
    this.#words = new Int32Array(values.buffer);
  }

  /** Sets an integer that is a double exactly, within 64 bits. */
  set(at: number, value: number): void {
    // `|` takes the value modulo 2^32, exactly.
    this.#words[2 * at] = value | 0;
    this.#words[2 * at + 1] = Math.floor(value / 0x1_0000_0000);
  }

  /** Sets any integer of 64 bits. */
  setBig(at: number, value: bigint): void {
    this.#values[at] = value;
  }

  /** One of them. */
  get(at: number): bigint {
    return this.#values[at] ?? 0n;
  }

  /** The first of them, as a view. */
  view(count: number): BigInt64Array {
    return this.#values.subarray(0, count);
  }

  /** Forgets the first of `total`. */
  discard(count: number, total: number): void {
    const values = this.#values;
    if (isTooLarge(values.length, total)) {
      this.#take(new BigInt64Array(total - count), values.subarray(count, total));
    } else values.copyWithin(0, count, total);
  }
}

class IntColumn implements SampleColumn {
  readonly kind = "int";
  readonly #values = new Int64Array();

  put(samples: readonly unknown[], at: number): BlockFault | undefined {
    const { length } = samples;
    const values = this.#values;
    values.reserve(at + length, at);
    // Python: a bool is an int, but an int is no bool. Where the first is a bool, all have to be.
    const onlyBools = typeof samples[0] === "boolean";
    for (let i = 0; i < length; i++) {
      const value = samples[i];
      if (typeof value === "boolean") values.set(at + i, value ? 1 : 0);
      else if (onlyBools) return sampleFault(samples, i);
      else if (typeof value === "number" && Number.isSafeInteger(value)) values.set(at + i, value);
      else if (typeof value === "bigint") {
        if (BigInt.asIntN(64, value) !== value) {
          const digits = String(value);
          const shown = digits.length > 40 ? `an integer of ${digits.length} digits` : digits;
          return { reason: "integer beyond 64 bits", detail: `sample ${i} is ${shown}` };
        }
        values.setBig(at + i, value);
      } else return sampleFault(samples, i);
    }
    return undefined;
  }

  vector(count: number): G3VectorInt {
    return { class: "G3VectorInt", value: this.#values.view(count) };
  }

  discard(count: number, total: number): void {
    this.#values.discard(count, total);
  }

  sample(at: number): LastValue {
    return this.#values.get(at);
  }

  bytes(from: number, to: number): number {
    return 8 * (to - from);
  }
}

class BoolColumn implements SampleColumn {
  readonly kind = "bool";
  #values = new Uint8Array(0);

  put(samples: readonly unknown[], at: number): BlockFault | undefined {
    const { length } = samples;
    const needed = grownLength(this.#values.length, at + length);
    if (needed !== this.#values.length) {
      const grown = new Uint8Array(needed);
      grown.set(this.#values.subarray(0, at));
      this.#values = grown;
    }
    for (let i = 0; i < length; i++) {
      const value = samples[i];
      if (typeof value !== "boolean") return sampleFault(samples, i);
      this.#values[at + i] = value ? 1 : 0;
    }
    return undefined;
  }

  vector(count: number): G3VectorBool {
    return { class: "G3VectorBool", value: this.#values.subarray(0, count) };
  }

  discard(count: number, total: number): void {
    if (isTooLarge(this.#values.length, total)) this.#values = this.#values.slice(count, total);
    else this.#values.copyWithin(0, count, total);
  }

  sample(at: number): LastValue {
    return this.#values[at] === 1;
  }

  bytes(from: number, to: number): number {
    return to - from;
  }
}

// What a string takes beside its characters.
const STRING_BYTES = 24;

class StringColumn implements SampleColumn {
  readonly kind = "string";
  readonly #values: string[] = [];

  put(samples: readonly unknown[], at: number): BlockFault | undefined {
    this.#values.length = at;
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i];
      if (typeof value !== "string") return sampleFault(samples, i);
      this.#values.push(value);
    }
    return undefined;
  }

  vector(count: number): G3VectorString {
    return { class: "G3VectorString", value: this.#values.slice(0, count) };
  }

  discard(count: number, total: number): void {
    this.#values.length = total;
    this.#values.splice(0, count);
  }

  sample(at: number): LastValue {
    return this.#values[at] ?? "";
  }

  bytes(from: number, to: number): number {
    let bytes = 0;
    for (let i = from; i < to; i++) bytes += STRING_BYTES + 2 * (this.#values[i]?.length ?? 0);
    return bytes;
  }
}
