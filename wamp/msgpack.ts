/** MessagePack as the envelope code sees it. @module */
import type { ByteWriter } from "./byte_writer.ts";
import { type Codec, EMPTY_DICT, type EnvelopeReader, type ValueReader } from "./codec.ts";
import { type DecodeMode, setMember, truncated } from "./kinds.ts";
import type { Dict } from "./message.ts";
import { MsgpackDecoder } from "./msgpack_decode.ts";
import { writeMsgpack, writeMsgpackList, writeMsgpackText, writeMsgpackUint } from "./msgpack_encode.ts";
import { type Head, readHead, scanMsgpack } from "./msgpack_scan.ts";
import { NameTable } from "./utf8.ts";

class MsgpackEnvelope implements EnvelopeReader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #names: NameTable;
  readonly #head: Head = { kind: "fixed", size: 0, count: 0 };
  #left = 0;

  constructor(bytes: Uint8Array, names: NameTable) {
    this.#bytes = bytes;
    this.#names = names;
  }

  open(): boolean {
    readHead(this.#bytes, 0, this.#head);
    this.at = this.#head.size;
    this.#left = this.#head.count;
    return this.#head.kind === "list";
  }

  more(): boolean {
    if (this.#left > 0) {
      this.#left--;
      if (this.at >= this.#bytes.length) throw truncated();
      return true;
    }
    if (this.at !== this.#bytes.length) {
      throw new SyntaxError("Cannot decode MessagePack: bytes follow behind the message");
    }
    return false;
  }

  kind(): "list" | "dict" | "null" | "other" {
    readHead(this.#bytes, this.at, this.#head);
    const { kind } = this.#head;
    if (kind === "list") return "list";
    if (kind === "map") return "dict";
    return this.#bytes[this.at] === 0xc0 || this.#isUndefined() ? "null" : "other";
  }

  integer(): number {
    const initial = this.#bytes[this.at];
    if (initial !== undefined && initial < 0x80) {
      this.at++;
      return initial;
    }
    readHead(this.#bytes, this.at, this.#head);
    if (this.#head.kind !== "fixed") return -1;
    // JavaScript codecs write large ids as floats.
    const value = this.#decode();
    if (typeof value === "bigint") return value === 2n ** 53n ? 2 ** 53 : -1;
    return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 2 ** 53
      ? value
      : -1;
  }

  text(): string | undefined {
    readHead(this.#bytes, this.at, this.#head);
    if (this.#head.kind !== "text") return undefined;
    const start = this.at + this.#head.size;
    this.at = start + this.#head.count;
    return this.#names.decode(this.#bytes, start, this.at);
  }

  dict(): Dict | undefined {
    if (this.#bytes[this.at] === 0x80) {
      this.at++;
      return EMPTY_DICT;
    }
    readHead(this.#bytes, this.at, this.#head);
    if (this.#head.kind !== "map") return undefined;
    this.at += this.#head.size;
    const dict: Record<string, unknown> = {};
    for (let left = this.#head.count; left > 0; left--) {
      const key = this.text();
      if (key === undefined) return undefined;
      if (this.#isUndefined()) this.at += 3;
      else setMember(dict, key, this.#decode(1));
    }
    return dict;
  }

  skip(): void {
    this.at = scanMsgpack(this.#bytes, this.at, 0);
  }

  /** Some JavaScript codecs write `undefined` as extension 0 of one zero byte. */
  #isUndefined(): boolean {
    const { at } = this;
    return this.#bytes[at] === 0xd4 && this.#bytes[at + 1] === 0 && this.#bytes[at + 2] === 0;
  }

  #decode(depth = 0): unknown {
    const decoder = new MsgpackDecoder(this.#bytes, this.at, "plain", this.#names);
    const value = decoder.value(depth);
    this.at = decoder.at;
    return value;
  }
}

/** MessagePack. */
export class MsgpackCodec implements Codec {
  readonly encoding = "msgpack";
  readonly emptyList: Uint8Array = Uint8Array.of(0x90);
  readonly #names = new NameTable();

  envelope(bytes: Uint8Array): EnvelopeReader {
    return new MsgpackEnvelope(bytes, this.#names);
  }

  values(bytes: Uint8Array, mode: DecodeMode): ValueReader {
    return new MsgpackDecoder(bytes, 0, mode, this.#names);
  }

  separate(): void {}

  openList(writer: ByteWriter, count: number): void {
    writeMsgpackList(writer, count);
  }

  closeList(): void {}

  id(writer: ByteWriter, id: number): void {
    writeMsgpackUint(writer, id);
  }

  text(writer: ByteWriter, text: string): void {
    writeMsgpackText(writer, text);
  }

  dict(writer: ByteWriter, dict: Dict): void {
    if (dict === EMPTY_DICT) writer.byte(0x80);
    else writeMsgpack(writer, dict);
  }

  value(writer: ByteWriter, value: unknown): void {
    writeMsgpack(writer, value);
  }
}
