/** Buffered samples of fields that are read together. @module */
import { Float } from "../internal/float.ts";

/** A block as it travels (OCS 4.4; `influxdb_tags` as in Python ocs 0.12). */
export interface EncodedBlock {
  readonly block_name: string;
  readonly data: Readonly<Record<string, readonly unknown[]>>;
  readonly influxdb_tags: Readonly<Record<string, unknown>> | null;
  readonly timestamps: readonly Float[];
}

// Rough size of a value on the wire in the most verbose encoding, JSON.
const VALUE_BYTES = 22;

/** The buffer of one block: as many values in each field as timestamps. */
export class FeedBlock {
  readonly name: string;
  readonly #columns: Map<string, unknown[]>;
  #timestamps: Float[] = [];
  #tags: Readonly<Record<string, unknown>> | null = null;
  #textBytes = 0;

  /** Makes an empty block. Its fields are fixed from here on. */
  constructor(name: string, fields: readonly string[]) {
    this.name = name;
    this.#columns = new Map(fields.map((field) => [field, []]));
  }

  /** Samples in it. */
  get length(): number {
    return this.#timestamps.length;
  }

  /** About how large it is on the wire. */
  get bytes(): number {
    return this.#textBytes + this.length * (this.#columns.size + 1) * VALUE_BYTES;
  }

  /**
   * Adds samples; the lengths have been checked.
   *
   * @throws {TypeError} If the fields are others than those of the block.
   */
  extend(
    timestamps: readonly number[],
    columns: ReadonlyMap<string, readonly unknown[]>,
    tags: Readonly<Record<string, unknown>> | null,
  ): void {
    if (
      columns.size !== this.#columns.size || [...columns.keys()].some((field) => !this.#columns.has(field))
    ) {
      // Text of Python's Block.append.
      throw new TypeError(`Block structure does not match: ${this.name}`);
    }
    for (const timestamp of timestamps) this.#timestamps.push(new Float(timestamp));
    for (const [field, values] of columns) {
      const column = this.#columns.get(field) ?? [];
      for (const value of values) {
        column.push(value);
        if (Array.isArray(value)) this.#textBytes += value.length * VALUE_BYTES;
        for (const entry of Array.isArray(value) ? value : [value]) {
          if (typeof entry === "string") this.#textBytes += 3 * entry.length;
        }
      }
    }
    this.#tags = tags ?? this.#tags;
  }

  /** A copy of some or all rows. */
  encoded(from = 0, to = this.length): EncodedBlock {
    const data: Record<string, readonly unknown[]> = {};
    for (const [field, values] of this.#columns) data[field] = values.slice(from, to);
    return {
      block_name: this.name,
      data,
      influxdb_tags: this.#tags,
      timestamps: this.#timestamps.slice(from, to),
    };
  }

  /** Empties it; the fields stay. */
  clear(): void {
    this.#timestamps = [];
    this.#textBytes = 0;
    for (const field of this.#columns.keys()) this.#columns.set(field, []);
  }
}
