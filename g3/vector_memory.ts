/** Memory for the vectors of one value. @module */

/** Vectors beyond this get memory of their own. */
const LARGE_BYTES = 1 << 14;
/** How much is taken at once for small ones. */
const BLOCK_BYTES = 1 << 16;

/**
 * Hands out memory for the vectors of one value, small ones side by side.
 *
 * A value of housekeeping has some twenty short vectors, and a buffer for each costs more than all else of decoding it.
 */
export class VectorMemory {
  #block: ArrayBuffer = new ArrayBuffer(0);
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(this.#block);
  #at = 0;

  /**
   * Copies bytes, to where every kind of number may stand.
   *
   * @param more How many bytes the value still has: no more will be asked for.
   */
  copy(source: Uint8Array, start: number, size: number, more: number): { buffer: ArrayBuffer; at: number } {
    const from = source.subarray(start, start + size);
    if (size > LARGE_BYTES) {
      const bytes = new Uint8Array(size);
      bytes.set(from);
      return { buffer: bytes.buffer, at: 0 };
    }
    if (this.#at + size > this.#block.byteLength) {
      // Each vector may need 7 bytes more, and has 8 bytes of count before it.
      this.#block = new ArrayBuffer(Math.min(BLOCK_BYTES, size + more));
      this.#bytes = new Uint8Array(this.#block);
      this.#at = 0;
    }
    const at = this.#at;
    this.#bytes.set(from, at);
    this.#at = (at + size + 7) & ~7;
    return { buffer: this.#block, at };
  }
}
