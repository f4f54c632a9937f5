/** JSON as the envelope code sees it. @module */
import type { ByteWriter } from "./byte_writer.ts";
import { type Codec, EMPTY_DICT, type EnvelopeReader, type ValueReader } from "./codec.ts";
import { JsonDecoder } from "./json_decode.ts";
import { type JsonOptions, jsonText } from "./json_encode.ts";
import { scanJson, skipSpace, unexpected } from "./json_scan.ts";
import type { DecodeMode } from "./kinds.ts";
import type { Dict } from "./message.ts";
import { NameTable } from "./utf8.ts";

class JsonEnvelope implements EnvelopeReader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #names: NameTable;
  #first = true;

  constructor(bytes: Uint8Array, names: NameTable) {
    this.#bytes = bytes;
    this.#names = names;
  }

  open(): boolean {
    this.at = skipSpace(this.#bytes, 0);
    return this.#bytes[this.at++] === 0x5b;
  }

  more(): boolean {
    const bytes = this.#bytes;
    this.at = skipSpace(bytes, this.at);
    const byte = bytes[this.at];
    if (byte === 0x5d) {
      const end = skipSpace(bytes, this.at + 1);
      if (end !== bytes.length) throw unexpected(bytes, end);
      return false;
    }
    if (!this.#first) {
      if (byte !== 0x2c) throw unexpected(bytes, this.at);
      this.at = skipSpace(bytes, this.at + 1);
    }
    this.#first = false;
    if (this.at >= bytes.length) throw unexpected(bytes, this.at);
    return true;
  }

  kind(): "list" | "dict" | "null" | "other" {
    const byte = this.#bytes[this.at];
    return byte === 0x5b ? "list" : byte === 0x7b ? "dict" : byte === 0x6e ? "null" : "other";
  }

  integer(): number {
    const bytes = this.#bytes;
    const start = this.at;
    let value = 0;
    let byte = bytes[start];
    while (byte !== undefined && byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + (byte - 0x30);
      byte = bytes[++this.at];
    }
    const digits = this.at - start;
    if (digits === 0 || digits > 16 || digits > 1 && bytes[start] === 0x30) return -1;
    // 1.0 is a float; only binary encodings may write ids so.
    if (byte === 0x2e || byte === 0x65 || byte === 0x45) return -1;
    // 2^53 + 1 rounds to 2^53; its last digit is 3.
    return value <= 2 ** 53 && !(value === 2 ** 53 && bytes[this.at - 1] === 0x33) ? value : -1;
  }

  text(): string | undefined {
    if (this.#bytes[this.at] !== 0x22) return undefined;
    const decoder = new JsonDecoder(this.#bytes, this.at, "plain", this.#names);
    const text = decoder.string();
    this.at = decoder.at;
    return text;
  }

  dict(): Dict | undefined {
    const bytes = this.#bytes;
    if (bytes[this.at] !== 0x7b) return undefined;
    if (bytes[this.at + 1] === 0x7d) {
      this.at += 2;
      return EMPTY_DICT;
    }
    const decoder = new JsonDecoder(bytes, this.at, "plain", this.#names);
    // A value that starts with a brace is an object.
    const dict = decoder.value() as Dict;
    this.at = decoder.at;
    return dict;
  }

  skip(): void {
    this.at = scanJson(this.#bytes, this.at, 0);
  }
}

/** Values behind one another: a document alone, or args and kwargs with a comma between them. */
class JsonValues implements ValueReader {
  readonly #bytes: Uint8Array;
  readonly #decoder: JsonDecoder;
  #first = true;

  constructor(bytes: Uint8Array, mode: DecodeMode, names: NameTable) {
    this.#bytes = bytes;
    this.#decoder = new JsonDecoder(bytes, skipSpace(bytes, 0), mode, names);
  }

  get at(): number {
    return this.#decoder.at;
  }

  value(): unknown {
    const decoder = this.#decoder;
    if (!this.#first) {
      if (this.#bytes[decoder.at] !== 0x2c) throw unexpected(this.#bytes, decoder.at);
      decoder.at = skipSpace(this.#bytes, decoder.at + 1);
    }
    this.#first = false;
    const value = decoder.value();
    decoder.at = skipSpace(this.#bytes, decoder.at);
    return value;
  }
}

/** JSON. */
export class JsonCodec implements Codec {
  readonly encoding = "json";
  readonly emptyList: Uint8Array = Uint8Array.of(0x5b, 0x5d);
  readonly #names = new NameTable();

  envelope(bytes: Uint8Array): EnvelopeReader {
    return new JsonEnvelope(bytes, this.#names);
  }

  values(bytes: Uint8Array, mode: DecodeMode): ValueReader {
    return new JsonValues(bytes, mode, this.#names);
  }

  separate(writer: ByteWriter): void {
    writer.byte(0x2c);
  }

  openList(writer: ByteWriter): void {
    writer.byte(0x5b);
  }

  closeList(writer: ByteWriter): void {
    writer.byte(0x5d);
  }

  id(writer: ByteWriter, id: number): void {
    writer.text(`${id}`);
  }

  text(writer: ByteWriter, text: string): void {
    writer.text(JSON.stringify(text));
  }

  dict(writer: ByteWriter, dict: Dict, options: JsonOptions): void {
    writer.text(dict === EMPTY_DICT ? "{}" : jsonText(dict, options));
  }

  value(writer: ByteWriter, value: unknown, options: JsonOptions): void {
    writer.text(jsonText(value, options));
  }
}
