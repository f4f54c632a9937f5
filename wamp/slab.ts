/** Memory for messages on their way out. @module */

/** Messages up to this size share the small pieces. */
const SMALL_BYTES = 1024;
/** Messages above this size have memory of their own. */
const LARGE_BYTES = 16384;

/**
 * Hands out bytes cut from larger pieces: making a typed array of its own costs 700 ns and more, cutting one
 * 30 ns (Deno 2.9).
 *
 * A piece lives as long as any message cut from it. Pieces for small messages are small, so that a message
 * waiting for a slow receiver does not keep much of the traffic of others alive.
 */
export class Slab {
  #small = new Uint8Array(0);
  #smallUsed = 0;
  #large = new Uint8Array(0);
  #largeUsed = 0;

  /** Cuts so many bytes, all zero. */
  take(length: number): Uint8Array<ArrayBuffer> {
    if (length <= SMALL_BYTES) {
      if (this.#smallUsed + length > this.#small.length) {
        this.#small = new Uint8Array(SMALL_BYTES * 16);
        this.#smallUsed = 0;
      }
      const start = this.#smallUsed;
      this.#smallUsed = start + length;
      return this.#small.subarray(start, start + length);
    }
    if (length > LARGE_BYTES) return new Uint8Array(length);
    if (this.#largeUsed + length > this.#large.length) {
      this.#large = new Uint8Array(LARGE_BYTES * 4);
      this.#largeUsed = 0;
    }
    const start = this.#largeUsed;
    this.#largeUsed = start + length;
    return this.#large.subarray(start, start + length);
  }
}

/** Copies bytes; for the short ones of an envelope a loop is faster than `set`. */
export function copyBytes(source: Uint8Array, length: number, target: Uint8Array, at: number): void {
  if (length <= 64) {
    // `i` stays below the length of both: `!` asserts just that.
    for (let i = 0; i < length; i++) target[at + i] = source[i]!;
  } else target.set(length === source.length ? source : source.subarray(0, length), at);
}
