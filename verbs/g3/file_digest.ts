/** Size and checksum of a file that is read for something else. @module */
import { createHash, type Hash } from "node:crypto";

const PIECE_BYTES = 1 << 20;

/** Sums up what is read of a file as it lies on the disk. */
export class FileDigest {
  readonly #hash: Hash = createHash("sha256");
  #bytes = 0;

  /** Takes the next piece of the file. */
  add(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#bytes += piece.length;
  }

  /** Reads what was left of the file, where its reader had enough before its end. */
  async finish(
    path: string,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly sha256: string }> {
    using file = await Deno.open(path);
    await file.seek(this.#bytes, Deno.SeekMode.Start);
    const buffer = new Uint8Array(PIECE_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const size = await file.read(buffer);
      if (size === null) return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
      this.add(buffer.subarray(0, size));
    }
  }
}
