/** What a connection cannot take yet, in memory of its own. @module */

const BLOCK_BYTES = 65_536;
const MIN_BLOCK_BYTES = 4096;
/** From here on a copy costs more than it saves. */
const SHARED_BYTES = 16_384;
/** A large message is handed out in pieces of at most this size, so that its progress can be seen. */
const PIECE_BYTES = 262_144;

/**
 * A queue of bytes, kept in blocks.
 *
 * Small pieces are copied: one that waits would keep alive the larger memory that it was cut from, and thousands of
 * them cost twice their length. Large ones are shared with other receivers of the same events.
 */
export class WaitingBytes {
  #blocks: Uint8Array[] = [];
  /** Blocks that have been taken already stand before it. */
  #from = 0;
  /** The last block while there is room in it; `#filled` of it is used. */
  #open: Uint8Array | undefined;
  #filled = 0;
  #length = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** Appends bytes, which must not change any more. */
  push(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (bytes.length >= SHARED_BYTES && bytes.buffer.byteLength <= 2 * bytes.length) {
      this.#closeBlock();
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        this.#blocks.push(bytes.subarray(at, at + PIECE_BYTES));
      }
    } else this.#copy(bytes);
  }

  /** Takes the first block's bytes; undefined when nothing waits. */
  take(): Uint8Array | undefined {
    if (this.#from === this.#blocks.length) this.#closeBlock();
    const block = this.#blocks[this.#from];
    if (block === undefined) return undefined;
    this.#length -= block.length;
    this.#from++;
    if (this.#from === this.#blocks.length || this.#from >= 64) {
      this.#blocks = this.#blocks.slice(this.#from);
      this.#from = 0;
    }
    return block;
  }

  /** Forgets everything. */
  clear(): void {
    this.#blocks = [];
    this.#open = undefined;
    this.#from = this.#filled = this.#length = 0;
  }

  #copy(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const block = this.#open ?? this.#newBlock(bytes.length - at);
      const part = bytes.subarray(at, at + block.length - this.#filled);
      block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === block.length) this.#closeBlock();
    }
  }

  /** The more waits already, the larger, so that a short wait is cheap. */
  #newBlock(wantedBytes: number): Uint8Array {
    const size = Math.max(MIN_BLOCK_BYTES, wantedBytes, this.#length);
    this.#open = new Uint8Array(Math.min(BLOCK_BYTES, size));
    return this.#open;
  }

  #closeBlock(): void {
    if (this.#open === undefined) return;
    this.#blocks.push(this.#open.subarray(0, this.#filled));
    this.#open = undefined;
    this.#filled = 0;
  }
}
