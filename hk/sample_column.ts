/** Samples of one field that wait to be written. @module */
import type { G3VectorBool, G3VectorDouble, G3VectorInt, G3VectorString } from "../g3/objects.ts";
import { Float } from "../internal/float.ts";
import type { BlockFault } from "./block_fault.ts";
import type { LastValue } from "./last_field.ts";
import { type SampleKind, sampleKind } from "./sample_kind.ts";
import { CELL_BYTES, type SampleMemory } from "./sample_memory.ts";

/** A vector as blocks of housekeeping hold it. */
export type SampleVector = G3VectorInt | G3VectorDouble | G3VectorBool | G3VectorString;

/** The samples of one field. Who owns it knows how many of them count. */
export interface SampleColumn {
  /** What it holds. */
  readonly kind: SampleKind;
  /**
   * Writes samples at an index for which there is room; all have to be of the kind of the first, which the field takes.
   *
   * @returns What is wrong with them; what was written then does not count.
   */
  put(samples: readonly unknown[], at: number): BlockFault | undefined;
  /** The first samples as a vector: a view, valid until the next `discard` or `widened`. */
  vector(count: number): SampleVector;
  /** Forgets the first of `total` samples, where they are not kept in the memory of the block. */
  discard(count: number, total: number): void;
  /** One sample. */
  sample(at: number): LastValue;
  /** What the samples take, about. */
  bytes(from: number, to: number): number;
  /** Whether a column of floats can hold the samples exactly. */
  isExactAsFloats(count: number): boolean;
  /** The same samples as a column of a kind that takes them. */
  widened(kind: SampleKind, count: number): SampleColumn;
}

/** Makes the column of a kind; all but texts are kept in a row of the memory. */
export function sampleColumn(kind: SampleKind, memory: SampleMemory): SampleColumn {
  return kind === "string" ? new StringColumn() : numberColumn(kind, memory, memory.addRow());
}

function numberColumn(kind: "int" | "float" | "bool", memory: SampleMemory, row: number): SampleColumn {
  switch (kind) {
    case "int":
      return new IntColumn(memory, row);
    case "float":
      return new FloatColumn(memory, row);
    case "bool":
      return new BoolColumn(memory, row);
  }
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
  readonly #memory: SampleMemory;
  readonly #row: number;

  constructor(memory: SampleMemory, row: number) {
    this.#memory = memory;
    this.#row = row;
  }

  put(samples: readonly unknown[], at: number): BlockFault | undefined {
    const { floats } = this.#memory;
    const start = this.#memory.cell(this.#row, at);
    if (sampleKind(samples[0]) !== "float") return putIntegers(floats, samples, start);
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i];
      if (typeof value === "number" && !Number.isInteger(value)) floats[start + i] = value;
      else if (value instanceof Float) floats[start + i] = value.value;
      else return sampleFault(samples, i);
    }
    return undefined;
  }

  vector(count: number): G3VectorDouble {
    const start = this.#memory.cell(this.#row, 0);
    return { class: "G3VectorDouble", value: this.#memory.floats.subarray(start, start + count) };
  }

  discard(): void {}

  sample(at: number): LastValue {
    return this.#memory.floats[this.#memory.cell(this.#row, at)] ?? NaN;
  }

  bytes(from: number, to: number): number {
    return CELL_BYTES * (to - from);
  }

  isExactAsFloats(): boolean {
    return true;
  }

  widened(): SampleColumn {
    return this;
  }
}

/** Integers or bools of a field that has been a float before: each has to be a double exactly. */
function putIntegers(
  floats: Float64Array,
  samples: readonly unknown[],
  start: number,
): BlockFault | undefined {
  const onlyBools = typeof samples[0] === "boolean";
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i];
    if (typeof value === "boolean") floats[start + i] = value ? 1 : 0;
    else if (onlyBools) return sampleFault(samples, i);
    else if (typeof value === "number" && Number.isSafeInteger(value)) floats[start + i] = value;
    else if (typeof value === "bigint") {
      if (BigInt(Number(value)) !== value) {
        const detail = `sample ${i} is ${shownInteger(value)}, and the field is one of floats`;
        return { reason: "integer too large for a float field", detail };
      }
      floats[start + i] = Number(value);
    } else return sampleFault(samples, i);
  }
  return undefined;
}

class IntColumn implements SampleColumn {
  readonly kind = "int";
  readonly #memory: SampleMemory;
  readonly #row: number;

  constructor(memory: SampleMemory, row: number) {
    this.#memory = memory;
    this.#row = row;
  }

  put(samples: readonly unknown[], at: number): BlockFault | undefined {
    const memory = this.#memory;
    const start = memory.cell(this.#row, at);
    // Python: a bool is an int, but an int is no bool. Where the first is a bool, all have to be.
    const onlyBools = typeof samples[0] === "boolean";
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i];
      if (typeof value === "boolean") memory.setInteger(start + i, value ? 1 : 0);
      else if (onlyBools) return sampleFault(samples, i);
      else if (typeof value === "number" && Number.isSafeInteger(value)) memory.setInteger(start + i, value);
      else if (typeof value === "bigint") {
        if (BigInt.asIntN(64, value) !== value) {
          return { reason: "integer beyond 64 bits", detail: `sample ${i} is ${shownInteger(value)}` };
        }
        memory.integers[start + i] = value;
      } else return sampleFault(samples, i);
    }
    return undefined;
  }

  vector(count: number): G3VectorInt {
    const start = this.#memory.cell(this.#row, 0);
    return { class: "G3VectorInt", value: this.#memory.integers.subarray(start, start + count) };
  }

  discard(): void {}

  sample(at: number): LastValue {
    return this.#memory.integers[this.#memory.cell(this.#row, at)] ?? 0n;
  }

  bytes(from: number, to: number): number {
    return CELL_BYTES * (to - from);
  }

  isExactAsFloats(count: number): boolean {
    const start = this.#memory.cell(this.#row, 0);
    return this.#memory.integers.subarray(start, start + count).every((value) =>
      BigInt(Number(value)) === value
    );
  }

  widened(kind: SampleKind, count: number): SampleColumn {
    return kind === "float" ? asFloats(this.#memory, this.#row, count) : this;
  }
}

/** Makes floats of the integers of a row. */
function asFloats(memory: SampleMemory, row: number, count: number): SampleColumn {
  const start = memory.cell(row, 0);
  memory.floats.set(Array.from(memory.integers.slice(start, start + count), Number), start);
  return new FloatColumn(memory, row);
}

function shownInteger(value: bigint): string {
  const digits = String(value);
  return digits.length > 40 ? `an integer of ${digits.length} digits` : digits;
}

/** Takes a whole cell for each, as numbers do: fields of bools are few. */
class BoolColumn implements SampleColumn {
  readonly kind = "bool";
  readonly #memory: SampleMemory;
  readonly #row: number;

  constructor(memory: SampleMemory, row: number) {
    this.#memory = memory;
    this.#row = row;
  }

  put(samples: readonly unknown[], at: number): BlockFault | undefined {
    const start = this.#memory.cell(this.#row, at);
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i];
      if (typeof value !== "boolean") return sampleFault(samples, i);
      this.#memory.setInteger(start + i, value ? 1 : 0);
    }
    return undefined;
  }

  vector(count: number): G3VectorBool {
    const start = this.#memory.cell(this.#row, 0);
    return {
      class: "G3VectorBool",
      value: Uint8Array.from(this.#memory.integers.subarray(start, start + count), Number),
    };
  }

  discard(): void {}

  sample(at: number): LastValue {
    return this.#memory.integers[this.#memory.cell(this.#row, at)] === 1n;
  }

  bytes(from: number, to: number): number {
    return CELL_BYTES * (to - from);
  }

  isExactAsFloats(): boolean {
    return true;
  }

  widened(kind: SampleKind, count: number): SampleColumn {
    if (kind === "float") return asFloats(this.#memory, this.#row, count);
    return kind === "int" ? new IntColumn(this.#memory, this.#row) : this;
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

  isExactAsFloats(): boolean {
    return true;
  }

  widened(): SampleColumn {
    return this;
  }
}
