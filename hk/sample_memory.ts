/** The memory of a block's waiting samples, used again and again. @module */

/** Every number takes so much. */
export const CELL_BYTES = 8;

const SMALLEST = 16;
// A block that had to hold much once gives the memory back when it holds little of it.
const SHRINK_FROM = 4096;
const HIGH_WORD = 0x1_0000_0000;

/**
 * Rows of 64-bit cells, one for the times and one for each field, side by side in one array.
 *
 * Thousands of feeds have tens of thousands of fields: an array for each of them would cost more than what is in it.
 */
export class SampleMemory {
  /** The cells as floats. */
  floats = new Float64Array(0);
  /** The cells as integers. */
  integers = new BigInt64Array(0);
  #words = new Int32Array(0);
  #rows = 0;
  #capacity = 0;

  /** Adds a row, before there is anything in the others; gives its number. */
  addRow(): number {
    return this.#rows++;
  }

  /** Where a sample of a row is. */
  cell(row: number, at: number): number {
    return row * this.#capacity + at;
  }

  /** Sets a cell to an integer that is a double exactly, within 64 bits: a bigint for each would cost more than all the rest. */
  setInteger(cell: number, value: number): void {
    // `|` takes the value modulo 2^32, exactly.
    this.#words[2 * cell] = value | 0;
    this.#words[2 * cell + 1] = Math.floor(value / HIGH_WORD);
  }

  /** Makes room for so many samples in each row, of which some are used. */
  reserve(needed: number, used: number): void {
    if (needed > this.#capacity) {
      this.#move(Math.max(SMALLEST, needed, Math.ceil(this.#capacity * 1.5)), 0, used);
    }
  }

  /** Forgets the first of `total` samples of each row. */
  discard(count: number, total: number): void {
    if (this.#capacity > SHRINK_FROM && total < this.#capacity / 8) return this.#move(total, count, total);
    for (let row = 0; row < this.#rows; row++) {
      const start = this.cell(row, 0);
      this.floats.copyWithin(start, start + count, start + total);
    }
  }

  #move(capacity: number, from: number, to: number): void {
    const floats = new Float64Array(capacity * this.#rows);
    for (let row = 0; row < this.#rows; row++) {
      floats.set(this.floats.subarray(this.cell(row, from), this.cell(row, to)), row * capacity);
    }
    this.#capacity = capacity;
    this.floats = floats;
    this.integers = new BigInt64Array(floats.buffer);
    this.#words = new Int32Array(floats.buffer);
  }
}
