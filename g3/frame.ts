/** A frame: values by key, decoded when asked for. @module */
import { ArchiveWriter } from "./archive_writer.ts";
import { decodeBlob, type DecodeOptions } from "./blob.ts";
import { CLASSES } from "./classes.ts";
import { crc32c } from "./crc32c.ts";
import { G3EncodeError, G3Error, G3StreamError } from "./errors.ts";
import { frameCode, frameLetters } from "./frame_type.ts";
import type { G3Object, G3Opaque } from "./objects.ts";
import { FrameSplitter, type RawFrame } from "./frame_splitter.ts";
import { decodeText } from "./text.ts";

const NONE = 0x4e;

/** A value: as the bytes it was read from, as the object, or both. */
interface Entry {
  readonly blob: Uint8Array | undefined;
  object: G3Object | G3Opaque | undefined;
}

/**
 * A G3 frame: a type and values by key (g3 1.2).
 *
 * Values are decoded when they are asked for. Those that were only read are written back byte for byte, those of unknown
 * classes included. The order of keys is kept and means nothing.
 *
 * @example Make a frame and read it back
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const frame = new G3Frame("H");
 * frame.set("session_id", { class: "G3Int", value: 429496729620225460n });
 * frame.set("note", { class: "G3String", value: "hi" });
 * const again = G3Frame.parse(frame.encode());
 * assert.equal(again.letters, "H");
 * assert.equal(again.get("session_id", "G3Int").value, 429496729620225460n);
 * ```
 */
export class G3Frame {
  /** Frame type code, such as `FRAME_TYPES.Scan`. */
  type: number;
  readonly #entries = new Map<string, Entry>();
  readonly #options: DecodeOptions;

  /**
   * An empty frame.
   *
   * @param type A code, or up to four letters. Default that of spt3g, None (`"N"`).
   */
  constructor(type: number | string = NONE, options: DecodeOptions = {}) {
    this.type = typeof type === "string" ? frameCode(type) : type >>> 0;
    this.#options = options;
  }

  /**
   * Takes a whole frame apart; nothing is decoded yet, and the bytes must not change afterwards.
   *
   * @param frame What a `FrameSplitter` gave, or the bytes of exactly one frame, whose checksum is then checked.
   * @throws {G3StreamError} If the bytes are not one whole frame.
   */
  static parse(frame: RawFrame | Uint8Array, options: DecodeOptions = {}): G3Frame {
    if (frame instanceof Uint8Array) return G3Frame.parse(only(frame), options);
    const { bytes, type, entries } = frame;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const little = bytes[0] === 1;
    const parsed = new G3Frame(type, options);
    let at = 13;
    // The splitter has checked every length.
    const part = () => {
      const size = view.getUint32(little ? at : at + 4, little);
      const start = at + 8;
      at = start + size;
      return bytes.subarray(start, at);
    };
    for (let i = 0; i < entries; i++) {
      const key = decodeText(part());
      const blob = part();
      // G3-11: of a repeated key the first value holds.
      if (!parsed.#entries.has(key)) parsed.#entries.set(key, { blob, object: undefined });
    }
    return parsed;
  }

  /** The letters of the type, such as `"H"`. */
  get letters(): string {
    return frameLetters(this.type);
  }

  /** How many keys there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** The keys, in the order in which they are written. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** Whether there is such a key. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /**
   * The value of a key; undefined where there is none.
   *
   * @throws {G3DecodeError} If it cannot be decoded; other keys can be all the same.
   */
  get(key: string): G3Object | G3Opaque | undefined;
  /**
   * The value of a key that has to be there, and of this class.
   *
   * @throws {G3Error} If it is not.
   */
  get<Name extends G3Object["class"]>(key: string, name: Name): Extract<G3Object, { class: Name }>;
  get(key: string, name?: string): G3Object | G3Opaque | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.object ??= decodeBlob(entry.blob ?? new Uint8Array(0), this.#options);
    const object = entry?.object;
    if (name !== undefined && object?.class !== name) {
      const found = object === undefined ? "there is none" : `it is a ${object.class}`;
      throw new G3Error(
        `Cannot get value "${key}" of a frame "${this.letters}": ${found}, expected a ${name}`,
      );
    }
    return object;
  }

  /** The stored bytes of a value; undefined where there is none, or where it was set and not read. */
  blob(key: string): Uint8Array | undefined {
    return this.#entries.get(key)?.blob;
  }

  /** Sets a value; it must not change afterwards. */
  set(key: string, object: G3Object | G3Opaque): this {
    this.#entries.set(key, { blob: undefined, object });
    return this;
  }

  /** Sets a value that is encoded already. */
  setBlob(key: string, blob: Uint8Array): this {
    this.#entries.set(key, { blob, object: undefined });
    return this;
  }

  /** Takes a value out; false where there was none. */
  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  /**
   * The frame as bytes, little-endian, in memory of their own.
   *
   * @throws {G3EncodeError} If a value cannot be written; the text names its key.
   */
  encode(): Uint8Array {
    return this.encodeInto(new ArchiveWriter(this.#options.classes ?? CLASSES, this.#likelyBytes()));
  }

  /**
   * The frame as bytes in the memory of a writer that is used for many: valid until the writer is used again.
   *
   * @throws {G3EncodeError} If a value cannot be written; the text names its key.
   */
  encodeInto(writer: ArchiveWriter): Uint8Array {
    writer.reset();
    writer.u8(1);
    for (const word of [1, this.#entries.size, this.type]) writer.u32(word);
    const spans: [number, number][] = [];
    for (const [key, { blob, object }] of this.#entries) {
      const start = writer.size;
      writer.text(key);
      const middle = writer.size;
      spans.push([start + 8, middle]);
      try {
        if (blob !== undefined) {
          writer.count(blob.length);
          writer.bytes(blob);
        } else if (object !== undefined) writer.blob(object);
      } catch (error) {
        if (!(error instanceof G3EncodeError)) throw error;
        throw new G3EncodeError(
          `Cannot write value "${key}" of a frame "${this.letters}": ${error.message}`,
          {
            cause: error,
          },
        );
      }
      spans.push([middle + 8, writer.size]);
    }
    let register = 0;
    const bytes = writer.written();
    for (const [start, end] of spans) register = crc32c(bytes.subarray(start, end), register);
    writer.u32(register);
    return writer.written();
  }

  /** About how many bytes the frame takes: enough for most, so that the writer need not grow. */
  #likelyBytes(): number {
    let bytes = 1024;
    for (const [key, { blob, object }] of this.#entries) {
      bytes += key.length + 100;
      if (blob !== undefined) bytes += blob.length;
      else if (object !== undefined && "value" in object && ArrayBuffer.isView(object.value)) {
        bytes += object.value.byteLength;
      }
    }
    return bytes;
  }
}

/** The one frame that some bytes are. */
function only(bytes: Uint8Array): RawFrame {
  const splitter = new FrameSplitter();
  const [frame, ...more] = splitter.push(bytes);
  splitter.end();
  if (frame === undefined || more.length > 0) {
    throw new G3StreamError(0, "structure", `${more.length + (frame ? 1 : 0)} frames, expected one`);
  }
  return frame;
}
