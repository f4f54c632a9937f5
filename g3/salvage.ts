/** Finds the whole frames of a damaged stream, also behind the damage. @module */
import { blobHead } from "./blob.ts";
import { G3StreamError } from "./errors.ts";
import { G3Frame } from "./frame.ts";
import { FrameSplitter, type RawFrame, type SplitOptions } from "./frame_splitter.ts";
import { plainBytes } from "./plain_bytes.ts";
import type { ByteSource } from "./read_frames.ts";

/** Bytes of a stream that are no whole frame with a right checksum. */
export interface SkippedBytes {
  /** The first of them. */
  readonly offset: number;
  /** The first byte behind them: a whole frame begins there, or the stream ends. */
  readonly end: number;
  /** Why the frame that should be at `offset` is none. */
  readonly fault: G3StreamError;
}

/** How a damaged stream is read. */
export type SalvageOptions = Omit<SplitOptions, "crc">;

/** A head (g3 1.2) and the length of the first key. */
const LOOKED_AT_BYTES = 21;
/** Keys are names: one that is longer is no key, where a frame is looked for. */
const MAX_KEY_BYTES = 0xffff;

/** Whether what a salvager gave are bytes that were skipped. */
export function isSkipped(found: RawFrame | SkippedBytes): found is SkippedBytes {
  return "fault" in found;
}

/**
 * Cuts a stream into frames and goes on behind damage, wherever its pieces begin and end.
 *
 * A frame with a wrong checksum, and whatever is none, is skipped up to the next whole frame. That one is looked for byte by
 * byte: it has a right checksum and a value that begins as values do (g3 2.5), so bytes of data are not taken for a frame.
 * An empty frame has neither and is found only behind a whole one. A frame that lies, whole, in the bytes of a damaged one
 * is found as well: nothing tells it from one that the damage made part of the other.
 *
 * Memory is that for one frame; a damaged length can make it as large as `maxFrameBytes`, never larger.
 *
 * @example A frame with a flipped bit between two others
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame } from "./frame.ts";
 *
 * const frame = new G3Frame("H").set("n", { class: "G3Int", value: 1n }).encode();
 * const bad = frame.slice();
 * bad[50]! ^= 1;
 * const salvager = new FrameSalvager();
 * const found = [...salvager.push(new Uint8Array([...frame, ...bad, ...frame])), ...salvager.end()];
 * const [, skipped] = found;
 * assert(skipped !== undefined && isSkipped(skipped));
 * assert.deepEqual([found.length, skipped.offset, skipped.end], [3, frame.length, 2 * frame.length]);
 * assert.equal(skipped.fault.fault, "crc");
 * ```
 */
export class FrameSalvager {
  readonly #options: SalvageOptions;
  /** Absent while no place is known where a frame may begin. */
  #splitter: FrameSplitter | undefined;
  /** What was pushed from `#heldOffset` on: a frame that fails is looked through again. */
  #held: Uint8Array[] = [];
  #heldOffset: number;
  /** Bytes pushed so far, and the offset of the first. */
  #received: number;
  /** Why bytes are being skipped; absent in a whole part of the stream. */
  #damage: G3StreamError | undefined;

  /** Starts at a frame boundary. */
  constructor(options: SalvageOptions = {}) {
    this.#options = options;
    this.#splitter = this.#splitterAt(options.offset ?? 0);
    this.#heldOffset = this.#received = options.offset ?? 0;
  }

  /** End of the last whole frame, as far as the stream was read. */
  get offset(): number {
    return this.#damage?.offset ?? this.#splitter?.offset ?? this.#heldOffset;
  }

  /** Takes the next piece of the stream and gives what it completes. Take all of it. Never throws for damage. */
  *push(bytes: Uint8Array): Generator<RawFrame | SkippedBytes, void, void> {
    const piece = plainBytes(bytes);
    this.#held.push(piece);
    this.#received += piece.length;
    const next = this.#splitter === undefined ? this.#nextCandidate(this.#heldOffset) : piece;
    yield* this.#cut(next, false);
    if (this.#splitter !== undefined) this.#forget(this.#splitter.offset);
  }

  /**
   * Says that the stream is over, and gives what is left of it.
   *
   * @param cause Why it is over, where that is a fault, such as that of a decompressor.
   */
  *end(cause?: G3StreamError): Generator<RawFrame | SkippedBytes, void, void> {
    if (cause !== undefined && this.#damage === undefined) this.#damage = cause;
    yield* this.#cut(undefined, true);
    const end = this.#received;
    if (this.#damage !== undefined) yield { offset: this.#damage.offset, end, fault: this.#damage };
    if (cause !== undefined && cause !== this.#damage) yield { offset: end, end, fault: cause };
  }

  *#cut(first: Uint8Array | undefined, isEnd: boolean): Generator<RawFrame | SkippedBytes, void, void> {
    let piece = first;
    while (this.#splitter !== undefined) {
      let failed: G3StreamError | undefined;
      try {
        for (const raw of piece === undefined ? [] : this.#splitter.push(piece)) {
          failed = this.#faultOf(raw);
          if (failed !== undefined) break;
          if (this.#damage !== undefined) {
            yield { offset: this.#damage.offset, end: raw.offset, fault: this.#damage };
            this.#damage = undefined;
          }
          yield raw;
        }
        if (failed === undefined && isEnd) this.#splitter.end();
      } catch (error) {
        if (!(error instanceof G3StreamError)) throw error;
        failed = error;
      }
      if (failed === undefined) return;
      this.#damage ??= failed;
      piece = this.#nextCandidate(failed.offset + 1);
    }
  }

  /** Why a frame is not to be given. */
  #faultOf(raw: RawFrame): G3StreamError | undefined {
    const { offset, bytes, entries, type, crcOk } = raw;
    const { source } = this.#options;
    if (crcOk === false) {
      const what = `its checksum is not that of its ${bytes.length} bytes`;
      return new G3StreamError(offset, "crc", what, { source });
    }
    // The checksum of zeros is 0: what begins as a frame and goes on with what a crash or a full disk left seems to be right.
    const isZero = bytes.subarray(-4).every((byte) => byte === 0);
    // An empty frame is one if it has a type, and a version: 0 was never written (g3 1.2).
    const isDoubtful = isZero && (entries > 0 || type === 0 || bytes[1] === 0 && bytes[4] === 0);
    if (this.#damage === undefined && !isDoubtful || hasValue(raw)) return undefined;
    return new G3StreamError(offset, "structure", "it has no value by which a frame is known", { source });
  }

  /** Looks for the next place from `offset` on at which a frame may begin; gives what was received from there on. */
  #nextCandidate(offset: number): Uint8Array | undefined {
    const bytes = joined(this.#held);
    const found = findHead(bytes, offset - this.#heldOffset);
    const at = found ?? Math.max(offset - this.#heldOffset, bytes.length - LOOKED_AT_BYTES + 1);
    const rest = bytes.subarray(at);
    this.#held = [rest];
    this.#heldOffset += Math.min(at, bytes.length);
    this.#splitter = found === undefined ? undefined : this.#splitterAt(this.#heldOffset);
    return found === undefined ? undefined : rest;
  }

  #splitterAt(offset: number): FrameSplitter {
    return new FrameSplitter({ ...this.#options, crc: "report", offset });
  }

  /** Lets go of what is before an offset. */
  #forget(offset: number): void {
    let first = this.#held[0];
    while (first !== undefined && this.#heldOffset + first.length <= offset) {
      this.#heldOffset += first.length;
      this.#held.shift();
      first = this.#held[0];
    }
  }
}

/** Whether a frame has a value that begins as values do: chance does not make that. */
function hasValue(raw: RawFrame): boolean {
  const frame = G3Frame.parse(raw);
  return frame.keys().some((key) => blobHead(frame.blob(key) ?? new Uint8Array(0)) !== undefined);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The first index from `from` on at which a frame of version 1 with at least one key may begin. */
function findHead(bytes: Uint8Array, from: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Both kinds of heads have a 1: as flag, or in the last byte of a big-endian version.
  for (let one = bytes.indexOf(1, from); one >= 0; one = bytes.indexOf(1, one + 1)) {
    if (one - 4 >= from && bytes[one - 4] === 0 && isHead(view, one - 4, false)) return one - 4;
    if (isHead(view, one, true)) return one;
  }
  return undefined;
}

function isHead(view: DataView, at: number, little: boolean): boolean {
  if (at + LOOKED_AT_BYTES > view.byteLength || view.getUint32(at + 1, little) !== 1) return false;
  if (view.getUint32(at + 5, little) === 0) return false;
  const [low, high] = little ? [13, 17] : [17, 13];
  return view.getUint32(at + high, little) === 0 && view.getUint32(at + low, little) <= MAX_KEY_BYTES;
}

/**
 * The frames of a damaged source, and the bytes that were skipped between them (see `FrameSalvager`).
 *
 * @throws Only what the source itself throws.
 */
export async function* salvageFrames(
  source: ByteSource,
  options: SalvageOptions = {},
): AsyncGenerator<RawFrame | SkippedBytes, void, void> {
  const salvager = new FrameSalvager(options);
  for await (const piece of source instanceof Uint8Array ? [source] : source) yield* salvager.push(piece);
  yield* salvager.end();
}
