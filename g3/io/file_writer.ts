/** Writes frames to a file, and never anything but whole ones behind what is there. @module */
import { ArchiveWriter } from "../archive_writer.ts";
import type { G3ClassTable } from "../class_table.ts";
import { CLASSES } from "../classes.ts";
import { G3Error } from "../errors.ts";
import { G3Frame } from "../frame.ts";
import { splitG3File } from "./read_file.ts";
import type { SyncPolicy } from "./sync_policy.ts";

/**
 * The runtime copies what it writes; memory for larger pieces is new and untouched each time. Measured with frames of
 * 1.4 MB: 190 MB/s whole, 770 MB/s in pieces of this size.
 */
const WRITE_BYTES = 1 << 19;

/** How a file is opened. */
export interface WriteFileOptions {
  /** `new` (the default) refuses a path that exists; `append` goes on behind the last frame of a file that is whole. */
  readonly mode?: "new" | "append";
  /** When data are forced to the disk. Default `close`. */
  readonly sync?: SyncPolicy;
  /** How values are written. Default `CLASSES`. */
  readonly classes?: G3ClassTable;
  /** Clock for `everySeconds`, in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * Appends frames to one file. Nothing is ever overwritten, and nothing that was whole is ever cut off.
 *
 * After a write that failed (a full disk) the file may end inside a frame. What this writer itself has written of that
 * frame is cut off again, so that the file ends with a whole frame and takes more once there is room. Where that cannot
 * be done the file is `broken`: it takes no more, because what followed could not be read, and the caller opens a new one.
 *
 * @example Write two frames
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame } from "../frame.ts";
 * import { readG3File } from "./read_file.ts";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   await using file = await G3FileWriter.open(`${folder}/1700000000.g3`, { sync: "frame" });
 *   await file.write(new G3Frame("O"));
 *   await file.write(new G3Frame("S").set("n", { class: "G3Int", value: 1n }));
 * }
 * const letters = [];
 * for await (const frame of readG3File(`${folder}/1700000000.g3`)) letters.push(frame.letters);
 * assert.deepEqual(letters, ["O", "S"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class G3FileWriter implements AsyncDisposable {
  /** Path of the file. */
  readonly path: string;
  readonly #file: Deno.FsFile;
  readonly #sync: SyncPolicy;
  readonly #now: () => number;
  readonly #encoder: ArchiveWriter;
  #bytes: number;
  #syncedAt: number;
  /** What the disk is known to have. */
  #syncedBytes: number;
  #busy = false;
  #broken: unknown;
  #closed = false;

  private constructor(path: string, file: Deno.FsFile, bytes: number, options: WriteFileOptions) {
    this.path = path;
    this.#file = file;
    this.#bytes = this.#syncedBytes = bytes;
    this.#encoder = new ArchiveWriter(options.classes ?? CLASSES);
    this.#sync = options.sync ?? "close";
    this.#now = options.now ?? (() => performance.now());
    this.#syncedAt = this.#now();
  }

  /**
   * Opens a file.
   *
   * @throws {Deno.errors.AlreadyExists} If it exists and is to be new.
   * @throws {G3Error} If it is to be appended to and does not end with a whole frame, or is compressed.
   */
  static async open(path: string, options: WriteFileOptions = {}): Promise<G3FileWriter> {
    if (/\.(gz|bz2|xz|zst)$/.test(path)) {
      throw new G3Error(
        `Cannot write "${path}": frames are written to plain files, compress them afterwards`,
      );
    }
    if (options.mode !== "append") {
      const file = await Deno.open(path, { write: true, createNew: true, append: true });
      return new G3FileWriter(path, file, 0, options);
    }
    const file = await Deno.open(path, { read: true, append: true, create: true });
    try {
      const bytes = await wholeFrames(path);
      return new G3FileWriter(path, file, bytes, options);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Size of the file, as far as it is known to hold whole frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Why the file takes no more frames; undefined while it does, also after a failure that left it whole. */
  get broken(): unknown {
    return this.#broken;
  }

  /**
   * Appends one whole frame; resolves when the system has it, and with `sync: "frame"` when the disk has it.
   *
   * @param frame A frame, or the bytes of exactly one.
   * @throws {G3Error} If the file is closed or broken, or the write before this one is not over.
   * @throws {Error} What the system says when it cannot write. Unless the file is `broken` then, it holds nothing of the
   * frame, or with `sync: "frame"` all of it if only the disk did not take it: `bytes` tells.
   */
  async write(frame: G3Frame | Uint8Array): Promise<void> {
    const bytes = frame instanceof G3Frame ? frame.encodeInto(this.#encoder) : frame;
    await this.writeFrames(bytes, [bytes.length]);
  }

  /**
   * Appends several whole frames that lie side by side, in one go.
   *
   * @param bytes The frames.
   * @param ends Where each of them ends in `bytes`, in order; the last one is the length of `bytes`.
   * @throws {G3Error} As `write`.
   * @throws {Error} What the system says when it cannot write. Unless the file is `broken` then, it holds those of the
   * frames that were whole: `bytes` has grown by their size, and the others may be written again.
   */
  async writeFrames(bytes: Uint8Array, ends: readonly number[]): Promise<void> {
    const refuse = (why: string) => new G3Error(`Cannot write frame to "${this.path}": ${why}`);
    if (this.#closed) throw refuse("it is closed");
    if (this.#broken !== undefined) throw refuse("an earlier write failed, and it may end inside a frame");
    if (this.#busy) throw refuse("the write before is not over, and each has to be awaited");
    this.#busy = true;
    try {
      await this.#append(bytes, ends);
      await this.syncIfDue();
    } finally {
      this.#busy = false;
    }
  }

  async #append(bytes: Uint8Array, ends: readonly number[]): Promise<void> {
    let at = 0;
    try {
      while (at < bytes.length) at += await this.#file.write(bytes.subarray(at, at + WRITE_BYTES));
      this.#bytes += bytes.length;
    } catch (error) {
      await this.#cutBack(at, ends, error);
      throw error;
    }
  }

  /** After a failure: keeps the frames that are whole, and takes back what was written of the next one. */
  async #cutBack(written: number, ends: readonly number[], cause: unknown): Promise<void> {
    const end = this.#bytes + written;
    this.#bytes += ends.findLast((one) => one <= written) ?? 0;
    if (this.#bytes === end) return;
    try {
      // Only our own bytes: where the file is not as long as we know it to be, somebody else has written to it.
      const { size } = await this.#file.stat();
      if (size !== end) throw new G3Error(`"${this.path}" has ${size} bytes, expected ${end}`, { cause });
      await this.#file.truncate(this.#bytes);
    } catch (error) {
      this.#broken = error;
    }
  }

  #isDue(): boolean {
    if (typeof this.#sync === "string") return this.#sync === "frame";
    return this.#now() - this.#syncedAt >= this.#sync.everySeconds * 1000;
  }

  /**
   * Forces what was written to the disk if by the policy it is time, as every `write` does at its end.
   *
   * For callers that write now and then: with `everySeconds` the last frames would wait for the next ones otherwise.
   */
  async syncIfDue(): Promise<void> {
    if (this.#bytes > this.#syncedBytes && this.#isDue()) await this.sync();
  }

  /** Forces what was written to the disk. */
  async sync(): Promise<void> {
    const bytes = this.#bytes;
    try {
      await this.#file.syncData();
    } finally {
      // Also where it failed: the system has given those pages up, and says so only once.
      this.#syncedBytes = bytes;
      this.#syncedAt = this.#now();
    }
  }

  /** Closes the file, after forcing it to the disk unless the policy is `never`. Closing twice does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (this.#sync !== "never" && this.#broken === undefined) await this.#file.sync();
    } finally {
      this.#file.close();
    }
  }

  /** Closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The size of a file that holds whole frames and nothing else. */
async function wholeFrames(path: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const raw of splitG3File(path, { crc: "skip", reuse: true })) {
      bytes = raw.offset + raw.bytes.length;
    }
  } catch (cause) {
    throw new G3Error(`Cannot append to "${path}": what follows byte ${bytes} is no whole frame`, { cause });
  }
  return bytes;
}
