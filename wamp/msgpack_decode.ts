/** MessagePack bytes to values. @module */
import { keyText } from "./json_encode.ts";
import { readUint32 } from "./cbor_scan.ts";
import { type DecodeMode, floatOf, MAX_DEPTH, setMember, Single, Timestamp, tooDeep } from "./kinds.ts";
import { type Head, readHead } from "./msgpack_scan.ts";
import { decodeUtf8, type NameTable } from "./utf8.ts";

// `readHead` has compared every length with the bytes that are there: `!` asserts just that.

/** Reads values one behind the other. */
export class MsgpackDecoder {
  /** Where the next value starts. */
  at: number;
  readonly #bytes: Uint8Array;
  readonly #mode: DecodeMode;
  readonly #names: NameTable;
  readonly #head: Head = { kind: "fixed", size: 0, count: 0 };
  #view: DataView | undefined;

  /** Starts at a position. */
  constructor(bytes: Uint8Array, at: number, mode: DecodeMode, names: NameTable) {
    this.#bytes = bytes;
    this.at = at;
    this.#mode = mode;
    this.#names = names;
  }

  /**
   * Decodes the next value.
   *
   * @throws {SyntaxError} For just what `scanMsgpack` refuses.
   */
  value(depth = 0): unknown {
    const bytes = this.#bytes;
    const start = this.at;
    readHead(bytes, start, this.#head);
    const { kind, size, count } = this.#head;
    const next = start + size;
    switch (kind) {
      case "fixed":
        this.at = next;
        return this.#fixed(start);
      case "text":
        this.at = next + count;
        return decodeUtf8(bytes, next, this.at);
      case "bytes":
        this.at = next + count;
        return bytes.slice(next, this.at);
      case "extension":
        this.at = next + count;
        return this.#extension(bytes[next - 1]!, bytes.slice(next, this.at));
      case "list": {
        if (depth >= MAX_DEPTH) throw tooDeep();
        this.at = next;
        const list: unknown[] = [];
        for (let i = 0; i < count; i++) {
          // Feed blocks are long lists of float64.
          if (bytes[this.at] === 0xcb && this.at + 9 <= bytes.length) {
            list.push(floatOf(this.#numbers().getFloat64(this.at + 1), this.#mode));
            this.at += 9;
          } else list.push(this.value(depth + 1));
        }
        return list;
      }
      case "map": {
        if (depth >= MAX_DEPTH) throw tooDeep();
        this.at = next;
        const target = this.#mode === "model" ? new Map<unknown, unknown>() : {};
        for (let i = 0; i < count; i++) {
          const key = this.#key(depth);
          const value = this.value(depth + 1);
          if (target instanceof Map) target.set(key, value);
          else setMember(target, keyText(key), value);
        }
        return target;
      }
    }
  }

  #fixed(at: number): unknown {
    const bytes = this.#bytes;
    const initial = bytes[at]!;
    if (initial < 0x80) return initial;
    if (initial >= 0xe0) return initial - 0x100;
    switch (initial) {
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca: {
        const value = this.#numbers().getFloat32(at + 1);
        return this.#mode === "model" ? new Single(value) : floatOf(value, this.#mode);
      }
      case 0xcb:
        return floatOf(this.#numbers().getFloat64(at + 1), this.#mode);
      case 0xcc:
        return bytes[at + 1];
      case 0xcd:
        return this.#numbers().getUint16(at + 1);
      case 0xce:
        return this.#numbers().getUint32(at + 1);
      case 0xcf:
        return narrow(this.#numbers().getBigUint64(at + 1));
      case 0xd0:
        return this.#numbers().getInt8(at + 1);
      case 0xd1:
        return this.#numbers().getInt16(at + 1);
      case 0xd2:
        return this.#numbers().getInt32(at + 1);
      case 0xd3:
        return narrow(this.#numbers().getBigInt64(at + 1));
      default:
        return null;
    }
  }

  #numbers(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    return this.#view ??= new DataView(buffer, byteOffset, byteLength);
  }

  #key(depth: number): unknown {
    const bytes = this.#bytes;
    const initial = bytes[this.at];
    if (initial !== undefined && initial >= 0xa0 && initial < 0xc0) {
      const start = this.at + 1;
      const end = start + (initial & 31);
      if (end <= bytes.length) {
        this.at = end;
        return this.#names.decode(bytes, start, end);
      }
    }
    if (this.#mode !== "plain") return this.value(depth + 1);
    const decoder = new MsgpackDecoder(bytes, this.at, "keep", this.#names);
    const key = decoder.value(depth + 1);
    this.at = decoder.at;
    return key;
  }

  #extension(type: number, body: Uint8Array): unknown {
    // Some JavaScript codecs write `undefined` as extension 0.
    if (type === 0 && body.length === 1 && body[0] === 0) return null;
    if (this.#mode !== "model" || type !== 0xff) return body;
    const view = new DataView(body.buffer);
    if (body.length === 4) return new Timestamp(view.getUint32(0), body);
    if (body.length === 8) {
      const nanoseconds = view.getUint32(0) >>> 2;
      const seconds = (view.getUint32(0) & 3) * 4294967296 + readUint32(body, 4);
      return new Timestamp(seconds + nanoseconds / 1e9, body);
    }
    if (body.length !== 12) return body;
    return new Timestamp(Number(view.getBigInt64(4)) + view.getUint32(0) / 1e9, body);
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
