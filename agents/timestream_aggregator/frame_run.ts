/** Frames that lie side by side in memory, to be written in one go. @module */
import type { RawFrame } from "../../g3/mod.ts";

/** Collects frames that follow each other in one buffer; nothing is copied. */
export class FrameRun {
  #bytes: Uint8Array = new Uint8Array(0);
  #ends: number[] = [];
  #types: number[] = [];

  /** The frames. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where each of them ends in `bytes`. */
  get ends(): readonly number[] {
    return this.#ends;
  }

  /** Their type codes. */
  get types(): readonly number[] {
    return this.#types;
  }

  /** Takes a frame; false when it does not follow the others, which then have to be written first. */
  add({ bytes, type }: RawFrame): boolean {
    const { buffer, byteOffset, length } = this.#bytes;
    if (this.#ends.length > 0 && (bytes.buffer !== buffer || bytes.byteOffset !== byteOffset + length)) {
      return false;
    }
    const start = this.#ends.length === 0 ? bytes.byteOffset : byteOffset;
    this.#bytes = new Uint8Array(bytes.buffer, start, bytes.byteOffset + bytes.length - start);
    this.#ends.push(this.#bytes.length);
    this.#types.push(type);
    return true;
  }

  /**
   * Takes the first frames out, as far as so many bytes go.
   *
   * @returns Their types.
   */
  shift(bytes: number): readonly number[] {
    const count = this.#ends.filter((end) => end <= bytes).length;
    const cut = count === 0 ? 0 : this.#ends[count - 1] ?? 0;
    this.#bytes = this.#bytes.subarray(cut);
    this.#ends = this.#ends.slice(count).map((end) => end - cut);
    return this.#types.splice(0, count);
  }
}
