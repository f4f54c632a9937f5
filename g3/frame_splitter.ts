/** Cuts a stream of bytes into frames, without decoding anything. @module */
import { crc32cOver } from "./crc32c.ts";
import { plainBytes } from "./plain_bytes.ts";
import { G3StreamError, type G3StreamFault } from "./errors.ts";

/** One whole frame as its bytes. */
export interface RawFrame {
  /** The frame from endianness flag to checksum; a view of what was pushed where that is possible. */
  readonly bytes: Uint8Array;
  /** Byte of the stream at which the frame starts. */
  readonly offset: number;
  /** Frame type code (see `FRAME_TYPES`). */
  readonly type: number;
  /** How many keys it has, repeated ones included. */
  readonly entries: number;
  /** Whether the checksum is right; undefined where it was not asked for. */
  readonly crcOk: boolean | undefined;
}

/** How strictly a stream is cut. */
export interface SplitOptions {
  /** A wrong checksum is an error (`check`, the default), told with the frame (`report`), or not looked for (`skip`). */
  readonly crc?: "check" | "report" | "skip";
  /** Frames beyond this are taken for damage, in bytes. Default 1 GiB. Memory for more than 4 MiB is taken as bytes arrive. */
  readonly maxFrameBytes?: number;
  /** Offset of the first byte pushed. Default 0. */
  readonly offset?: number;
  /**
   * Uses the same memory again and again for frames that lie across pieces: a frame is then valid only until the next is
   * asked for. For scans and copies, which keep nothing. Default false.
   */
  readonly reuse?: boolean;
  /** Name of the file or the sender, for errors. */
  readonly source?: string;
}

/** What `FrameSplitter` takes a frame to be at most, in bytes. */
export const MAX_FRAME_BYTES = 2 ** 30;

/** A length that asks for no more than this is believed before its bytes are there: it spares large frames copies. */
const BELIEVED_BYTES = 1 << 22;
const HEAD_BYTES = 13;
const CRC_BYTES = 4;

/** Which part of the frame the bytes at `#at` are. */
type Stage = "head" | "key" | "blob" | "end";

/** Where a stream ends that ends before the walk can go on: lengths are read together with what is before them. */
const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  head: "its head",
  key: "a value or the length of a key",
  blob: "a key or the length of a value",
  end: "its last value or its checksum",
};

/**
 * Cuts a stream of bytes into frames, wherever its pieces begin and end (g3 1).
 *
 * Nothing is decoded, and only frames that lie across two pieces are copied: this is the path of a recorder. The pieces
 * must not be changed afterwards. After an error the splitter is of no more use.
 *
 * @example Cut a frame from two pieces
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const empty = Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0, 0x48, 0, 0, 0, 0, 0, 0, 0);
 * const splitter = new FrameSplitter();
 * assert.deepEqual([...splitter.push(empty.subarray(0, 5))], []);
 * const [frame] = splitter.push(empty.subarray(5));
 * assert.equal(frame?.bytes.length, 17);
 * splitter.end();
 * ```
 */
export class FrameSplitter {
  readonly #crc: "check" | "report" | "skip";
  readonly #maxFrameBytes: number;
  readonly #reuse: boolean;
  readonly #source: string | undefined;
  /** Start of the frame being cut. */
  #offset: number;
  /** The frame's bytes so far, where it lies across pieces. */
  #pending = new Uint8Array(0);
  #pendingBytes = 0;
  // How far the walk over the frame has come; all relative to its start.
  #stage: Stage = "head";
  #at = 0;
  /** The walk goes on when the frame has this many bytes. */
  #need = HEAD_BYTES;
  #entries = 0;
  #entriesLeft = 0;
  #type = 0;
  #littleEndian = true;

  /** Starts at a frame boundary. */
  constructor(options: SplitOptions = {}) {
    this.#crc = options.crc ?? "check";
    this.#maxFrameBytes = options.maxFrameBytes ?? MAX_FRAME_BYTES;
    this.#offset = options.offset ?? 0;
    this.#reuse = options.reuse ?? false;
    this.#source = options.source;
  }

  /** Byte of the stream at which the next frame starts: the end of the last whole one. */
  get offset(): number {
    return this.#offset;
  }

  /** How many bytes of an unfinished frame are held. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /**
   * Takes the next piece of the stream and gives the frames that it completes. Take all of them.
   *
   * @throws {G3StreamError} After the frames before the damage have been given.
   */
  *push(bytes: Uint8Array): Generator<RawFrame, void, void> {
    const piece = plainBytes(bytes);
    let at = 0;
    while (at < piece.length) {
      if (this.#pendingBytes === 0) {
        const frame = this.#walk(piece, at);
        if (frame === undefined) return this.#keep(piece.subarray(at));
        at += frame.bytes.length;
        yield frame;
        continue;
      }
      const wanted = piece.subarray(at, at + this.#need - this.#pendingBytes);
      this.#keep(wanted);
      at += wanted.length;
      if (this.#pendingBytes < this.#need) return;
      const frame = this.#walk(this.#pending.subarray(0, this.#pendingBytes), 0);
      if (frame === undefined) continue;
      // As a rule the frame leaves with its buffer.
      if (!this.#reuse) this.#pending = new Uint8Array(0);
      this.#pendingBytes = 0;
      yield frame;
    }
  }

  /**
   * Says that the stream is over.
   *
   * @throws {G3StreamError} If it ended inside a frame.
   */
  end(): void {
    if (this.#pendingBytes === 0) return;
    const missing = this.#need - this.#pendingBytes;
    throw this.#fault(
      "truncated",
      `the stream ends in ${
        STAGE_NAMES[this.#stage]
      }, after ${this.#pendingBytes} bytes of the frame and at least ` +
        `${missing} before its end`,
    );
  }

  #fault(fault: G3StreamFault, what: string): G3StreamError {
    return new G3StreamError(this.#offset, fault, what, { source: this.#source });
  }

  /** Appends to the pending bytes; beyond some MiB the buffer grows with what is there, not with what a length says. */
  #keep(bytes: Uint8Array): void {
    const size = this.#pendingBytes + bytes.length;
    if (size > this.#pending.length) {
      const wanted = Math.min(this.#need, Math.max(this.#pending.length * 2, BELIEVED_BYTES));
      const grown = new Uint8Array(Math.max(size, wanted));
      grown.set(this.#pending.subarray(0, this.#pendingBytes));
      this.#pending = grown;
    }
    this.#pending.set(bytes, this.#pendingBytes);
    this.#pendingBytes = size;
  }

  /** Walks on over the frame that begins at `start`; gives it once it is whole. */
  #walk(bytes: Uint8Array, start: number): RawFrame | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
    while (view.byteLength >= this.#need) {
      switch (this.#stage) {
        case "head":
          this.#readHead(view);
          break;
        case "key":
          this.#expect(this.#readLength(view), "blob");
          break;
        case "blob":
          this.#entriesLeft--;
          this.#expect(this.#readLength(view), this.#entriesLeft > 0 ? "key" : "end");
          break;
        default: {
          const frame = this.#finish(bytes.subarray(start, start + this.#need), view);
          this.#offset += this.#need;
          this.#stage = "head";
          this.#need = HEAD_BYTES;
          return frame;
        }
      }
    }
    return undefined;
  }

  #readHead(view: DataView): void {
    const flag = view.getUint8(0);
    // g3 1.2: taking any other flag for big-endian, as spt3g does, makes absurd lengths of damage.
    if (flag > 1) throw this.#fault("structure", `a frame begins with 0 or 1, and this with ${flag}`);
    const little = flag === 1;
    const version = view.getUint32(1, little);
    const entries = view.getUint32(5, little);
    const type = view.getUint32(9, little);
    if (version > 1) {
      throw this.#fault("structure", `the frame is of version ${version}, and 1 is the newest known`);
    }
    if (version === 0 && entries === 0 && type === 0) {
      // g3 1.2, G3 trap 47: spt3g takes zeros that a crash or a full disk left for empty frames.
      throw this.#fault("structure", "these are zero bytes, not a frame");
    }
    if (HEAD_BYTES + entries * 16 + CRC_BYTES > this.#maxFrameBytes) {
      throw this.#fault("too large", `the frame claims to have ${entries} keys`);
    }
    this.#littleEndian = little;
    this.#type = type;
    this.#entries = this.#entriesLeft = entries;
    this.#at = HEAD_BYTES;
    this.#expect(0, entries > 0 ? "key" : "end");
  }

  #readLength(view: DataView): number {
    const low = view.getUint32(this.#littleEndian ? this.#at : this.#at + 4, this.#littleEndian);
    const high = view.getUint32(this.#littleEndian ? this.#at + 4 : this.#at, this.#littleEndian);
    this.#at += 8;
    return high * 2 ** 32 + low;
  }

  /** Goes on to the next stage, `skip` bytes further. */
  #expect(skip: number, stage: Stage): void {
    const need = this.#at + skip + (stage === "end" ? CRC_BYTES : 8);
    if (need > this.#maxFrameBytes) {
      throw this.#fault(
        "too large",
        `a length says ${skip}, and a frame may have ${this.#maxFrameBytes} bytes at most`,
      );
    }
    this.#at += skip;
    this.#need = need;
    this.#stage = stage;
  }

  #finish(bytes: Uint8Array, view: DataView): RawFrame {
    let crcOk: boolean | undefined;
    if (this.#crc !== "skip") {
      const stored = view.getUint32(this.#at, this.#littleEndian);
      const found = this.#checksum(view);
      crcOk = stored === found;
      if (!crcOk && this.#crc === "check") {
        throw this.#fault(
          "crc",
          `its checksum is ${hex(stored)}, and that of its ${bytes.length} bytes is ${hex(found)}`,
        );
      }
    }
    return { bytes, offset: this.#offset, type: this.#type, entries: this.#entries, crcOk };
  }

  /** The checksum over keys and values; the lengths were checked on the way here. */
  #checksum(view: DataView): number {
    let register = 0;
    let at = HEAD_BYTES;
    for (let i = 0; i < this.#entries * 2; i++) {
      const length = view.getUint32(this.#littleEndian ? at : at + 4, this.#littleEndian);
      register = crc32cOver(view, register, at + 8, at + 8 + length);
      at += 8 + length;
    }
    return register;
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
