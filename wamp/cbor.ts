/** CBOR as the envelope code sees it. @module */
import type { ByteWriter } from "./byte_writer.ts";
import { CborDecoder } from "./cbor_decode.ts";
import { writeCbor, writeCborHead, writeCborText } from "./cbor_encode.ts";
import { BREAK, headSize, INDEFINITE, MAJOR, readArgument, scanCbor } from "./cbor_scan.ts";
import { type Codec, EMPTY_DICT, type EnvelopeReader, type ValueReader } from "./codec.ts";
import { type DecodeMode, setMember, truncated } from "./kinds.ts";
import type { Dict } from "./message.ts";
import { NameTable } from "./utf8.ts";

// Every index is compared with the length before it is read: `!` asserts just that.

const UNDEFINED = 0xf7;

class CborEnvelope implements EnvelopeReader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #names: NameTable;
  /** Elements still to come; -1 in a list of indefinite length. */
  #left = 0;

  constructor(bytes: Uint8Array, names: NameTable) {
    this.#bytes = bytes;
    this.#names = names;
  }

  open(): boolean {
    const initial = this.#bytes[0];
    if (initial === undefined || initial >> 5 !== MAJOR.list) return false;
    const info = initial & 31;
    if (info === INDEFINITE) {
      this.#left = -1;
      this.at = 1;
      return true;
    }
    this.at = headSize(info);
    if (this.at > this.#bytes.length) throw truncated();
    this.#left = readArgument(this.#bytes, 0, info);
    return true;
  }

  more(): boolean {
    if (this.#left > 0) {
      this.#left--;
      if (this.at >= this.#bytes.length) throw truncated();
      return true;
    }
    let end = this.at;
    if (this.#left < 0) {
      if (end >= this.#bytes.length) throw truncated();
      if (this.#bytes[end] !== BREAK) return true;
      end++;
    }
    if (end !== this.#bytes.length) {
      throw new SyntaxError("Cannot decode CBOR: bytes follow behind the message");
    }
    return false;
  }

  kind(): "list" | "dict" | "null" | "other" {
    const initial = this.#bytes[this.at]!;
    if (initial >> 5 === MAJOR.list) return "list";
    if (initial >> 5 === MAJOR.map) return "dict";
    return initial === 0xf6 || initial === UNDEFINED ? "null" : "other";
  }

  integer(): number {
    const initial = this.#bytes[this.at]!;
    if (initial < 24) {
      this.at++;
      return initial;
    }
    if (initial < 0x1c) {
      const start = this.at;
      this.at = start + headSize(initial);
      if (this.at > this.#bytes.length) throw truncated();
      const value = readArgument(this.#bytes, start, initial);
      // 2^53 + 1 rounds to 2^53, so the low word decides.
      return value <= 2 ** 53 && !(value === 2 ** 53 && this.#bytes[this.at - 1] === 1) ? value : -1;
    }
    // JavaScript codecs write large ids as floats.
    if (initial < 0xf9 || initial > 0xfb) return -1;
    const value = this.#decode();
    return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 2 ** 53
      ? value
      : -1;
  }

  text(): string | undefined {
    const initial = this.#bytes[this.at]!;
    if (initial >> 5 !== MAJOR.text) return undefined;
    const info = initial & 31;
    if (info === INDEFINITE) {
      const text = this.#decode();
      return typeof text === "string" ? text : undefined;
    }
    const start = this.at + headSize(info);
    if (start > this.#bytes.length) throw truncated();
    const length = readArgument(this.#bytes, this.at, info);
    if (length > this.#bytes.length - start) throw truncated();
    this.at = start + length;
    return this.#names.decode(this.#bytes, start, this.at);
  }

  dict(): Dict | undefined {
    const initial = this.#bytes[this.at]!;
    if (initial === 0xa0) {
      this.at++;
      return EMPTY_DICT;
    }
    if (initial >> 5 !== MAJOR.map) return undefined;
    const info = initial & 31;
    let left = -1;
    const start = this.at;
    if (info === INDEFINITE) this.at++;
    else {
      this.at += headSize(info);
      if (this.at > this.#bytes.length) throw truncated();
      left = readArgument(this.#bytes, start, info);
    }
    const dict: Record<string, unknown> = {};
    while (left < 0 ? this.#bytes[this.at] !== BREAK : left-- > 0) {
      if (this.at >= this.#bytes.length) throw truncated();
      const key = this.text();
      if (key === undefined) return undefined;
      if (this.#bytes[this.at] === UNDEFINED) this.at++;
      else setMember(dict, key, this.#decode(1));
    }
    if (info === INDEFINITE) this.at++;
    return dict;
  }

  skip(): void {
    this.at = scanCbor(this.#bytes, this.at, 0);
  }

  #decode(depth = 0): unknown {
    const decoder = new CborDecoder(this.#bytes, this.at, "plain", this.#names);
    const value = decoder.value(depth);
    this.at = decoder.at;
    return value;
  }
}

/** CBOR. */
export class CborCodec implements Codec {
  readonly encoding = "cbor";
  readonly emptyList: Uint8Array = Uint8Array.of(0x80);
  readonly #names = new NameTable();

  envelope(bytes: Uint8Array): EnvelopeReader {
    return new CborEnvelope(bytes, this.#names);
  }

  values(bytes: Uint8Array, mode: DecodeMode): ValueReader {
    return new CborDecoder(bytes, 0, mode, this.#names);
  }

  separate(): void {}

  openList(writer: ByteWriter, count: number): void {
    writeCborHead(writer, MAJOR.list, count);
  }

  closeList(): void {}

  id(writer: ByteWriter, id: number): void {
    writeCborHead(writer, MAJOR.uint, id);
  }

  text(writer: ByteWriter, text: string): void {
    writeCborText(writer, text);
  }

  dict(writer: ByteWriter, dict: Dict): void {
    if (dict === EMPTY_DICT) writer.byte(0xa0);
    else writeCbor(writer, dict);
  }

  value(writer: ByteWriter, value: unknown): void {
    writeCbor(writer, value);
  }
}
