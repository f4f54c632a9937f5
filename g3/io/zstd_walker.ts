/** Finds where a zstd frame ends (RFC 8878), without decompressing it. @module */
import { G3Error } from "../errors.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** Walks over one zstd frame, wherever its pieces begin and end. */
export class ZstdWalker {
  /** The bytes of the field that is being read. */
  #field = new Uint8Array(18);
  #have = 0;
  #need = 4;
  /** Bytes to pass over before the next field. */
  #skip = 0;
  #next: () => void = () => this.#magic();
  #hasChecksum = false;
  #done = false;

  /** Whether the frame is whole. */
  get done(): boolean {
    return this.#done;
  }

  /**
   * Takes the next piece.
   *
   * @returns How many bytes of it belong to the frame.
   * @throws {G3Error} If no zstd frame is here.
   */
  push(piece: Uint8Array): number {
    let at = 0;
    while (!this.#done && at < piece.length) {
      if (this.#skip > 0) {
        const size = Math.min(this.#skip, piece.length - at);
        this.#skip -= size;
        at += size;
        if (this.#skip === 0 && this.#need === 0) this.#done = true;
        continue;
      }
      this.#field[this.#have++] = piece[at++]!;
      if (this.#have < this.#need) continue;
      this.#have = 0;
      this.#next();
    }
    return at;
  }

  /** The frame ends after `skip` bytes more. */
  #end(skip: number): void {
    this.#skip = skip;
    this.#need = 0;
    this.#done = skip === 0;
  }

  #then(need: number, next: () => void): void {
    this.#need = need;
    this.#next = next;
  }

  #word(): number {
    return new DataView(this.#field.buffer).getUint32(0, true);
  }

  #magic(): void {
    const magic = this.#word();
    if (magic === MAGIC) return this.#then(1, () => this.#descriptor());
    if (((magic & 0xfffffff0) >>> 0) === SKIPPABLE) return this.#then(4, () => this.#end(this.#word()));
    throw new G3Error("Cannot decompress zstd data: no frame begins here");
  }

  #descriptor(): void {
    const descriptor = this.#field[0]!;
    const single = (descriptor >> 5) & 1;
    this.#hasChecksum = (descriptor & 4) !== 0;
    const dictionary = [0, 1, 2, 4][descriptor & 3]!;
    const size = [single, 2, 4, 8][descriptor >> 6]!;
    this.#skip = (single === 1 ? 0 : 1) + dictionary + size;
    this.#then(3, () => this.#block());
  }

  #block(): void {
    const head = this.#field[0]! | (this.#field[1]! << 8) | (this.#field[2]! << 16);
    const type = (head >> 1) & 3;
    if (type === 3) throw new G3Error("Cannot decompress zstd data: a block has a reserved type");
    const size = type === 1 ? 1 : head >> 3;
    if ((head & 1) === 1) this.#end(size + (this.#hasChecksum ? 4 : 0));
    else this.#skip = size;
  }
}
