/** CBOR bytes to values. @module */
import {
  BREAK,
  headSize,
  INDEFINITE,
  MAJOR,
  readArgument,
  readUint32,
  requireChunk,
  scanBignum,
  scanCbor,
} from "./cbor_scan.ts";
import { keyText } from "./json_encode.ts";
import { type DecodeMode, floatOf, MAX_DEPTH, setMember, Single, tooDeep, truncated } from "./kinds.ts";
import type { NameTable } from "./utf8.ts";
import { decodeUtf8 } from "./utf8.ts";

// Every index is compared with the length before it is read: `!` asserts just that.

/** Reads values one behind the other. */
export class CborDecoder {
  /** Where the next value starts. */
  at: number;
  readonly #bytes: Uint8Array;
  readonly #names: NameTable;
  readonly #mode: DecodeMode;
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
   * @throws {SyntaxError} For just what `scanCbor` refuses.
   */
  value(depth = 0): unknown {
    const bytes = this.#bytes;
    const at = this.at;
    if (at >= bytes.length) throw truncated();
    const initial = bytes[at]!;
    const major = initial >> 5;
    const info = initial & 31;
    if (major === MAJOR.simple) return this.#simple(at, info);
    if (info === INDEFINITE) return this.#indefinite(major, depth);
    const next = at + headSize(info);
    if (next > bytes.length) throw truncated();
    const argument = info < 24 ? info : readArgument(bytes, at, info);
    this.at = next;
    switch (major) {
      case MAJOR.uint:
        return Number.isSafeInteger(argument) ? argument : this.#wide(next);
      case MAJOR.nint:
        return argument < Number.MAX_SAFE_INTEGER ? -1 - argument : -1n - this.#wide(next);
      case MAJOR.bytes:
        return bytes.slice(next, this.#take(argument));
      case MAJOR.text:
        return decodeUtf8(bytes, next, this.#take(argument));
      case MAJOR.tag:
        return this.#tagged(argument, depth);
      case MAJOR.list:
        return this.#list(argument, depth);
      default:
        return this.#map(argument, depth);
    }
  }

  #wide(end: number): bigint {
    return (BigInt(readUint32(this.#bytes, end - 8)) << 32n) | BigInt(readUint32(this.#bytes, end - 4));
  }

  /** Steps over so many bytes of content and tells where they end. */
  #take(count: number): number {
    if (count > this.#bytes.length - this.at) throw truncated();
    return this.at += count;
  }

  #simple(at: number, info: number): unknown {
    this.at = scanCbor(this.#bytes, at, 0);
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 25:
        return floatOf(halfFloat(this.#bytes[at + 1]! << 8 | this.#bytes[at + 2]!), this.#mode);
      case 26: {
        const value = this.#floats().getFloat32(at + 1);
        return this.#mode === "model" ? new Single(value) : floatOf(value, this.#mode);
      }
      case 27:
        return floatOf(this.#floats().getFloat64(at + 1), this.#mode);
      default:
        return null;
    }
  }

  #floats(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    return this.#view ??= new DataView(buffer, byteOffset, byteLength);
  }

  #list(count: number, depth: number): unknown[] {
    const bytes = this.#bytes;
    if (depth >= MAX_DEPTH) throw tooDeep();
    if (count > bytes.length - this.at) throw truncated();
    const list: unknown[] = [];
    for (let i = 0; i < count; i++) {
      if (bytes[this.at] === 0xfb && this.at + 9 <= bytes.length) {
        list.push(floatOf(this.#floats().getFloat64(this.at + 1), this.#mode));
        this.at += 9;
      } else list.push(this.value(depth + 1));
    }
    return list;
  }

  #map(count: number, depth: number): unknown {
    if (depth >= MAX_DEPTH) throw tooDeep();
    if (count * 2 > this.#bytes.length - this.at) throw truncated();
    const target = this.#mode === "model" ? new Map<unknown, unknown>() : {};
    for (let i = 0; i < count; i++) this.#member(target, depth);
    return target;
  }

  #member(target: Map<unknown, unknown> | Record<string, unknown>, depth: number): void {
    const key = this.#key(depth);
    const value = this.value(depth + 1);
    if (target instanceof Map) target.set(key, value);
    else setMember(target, keyText(key), value);
  }

  #key(depth: number): unknown {
    const bytes = this.#bytes;
    const initial = bytes[this.at];
    if (initial !== undefined && initial >= 0x60 && initial < 0x78) {
      const start = this.at + 1;
      this.at = start;
      return this.#names.decode(bytes, start, this.#take(initial & 31));
    }
    if (this.#mode !== "plain") return this.value(depth + 1);
    const decoder = new CborDecoder(bytes, this.at, "keep", this.#names);
    const key = decoder.value(depth + 1);
    this.at = decoder.at;
    return key;
  }

  #tagged(tag: number, depth: number): unknown {
    if (depth >= MAX_DEPTH) throw tooDeep();
    if (tag !== 2 && tag !== 3) return this.value(depth + 1);
    scanBignum(this.#bytes, this.at);
    const content = this.value(depth + 1);
    let magnitude = 0n;
    if (content instanceof Uint8Array && content.length > 0) magnitude = BigInt(`0x${content.toHex()}`);
    const value = tag === 2 ? magnitude : -1n - magnitude;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  #indefinite(major: number, depth: number): unknown {
    if (major === MAJOR.bytes || major === MAJOR.text) return this.#chunks(major);
    // Refuses what cannot have an indefinite length.
    if (major !== MAJOR.list && major !== MAJOR.map) scanCbor(this.#bytes, this.at, depth);
    if (depth >= MAX_DEPTH) throw tooDeep();
    this.at++;
    const list: unknown[] = [];
    const map = this.#mode === "model" ? new Map<unknown, unknown>() : {};
    while (this.#bytes[this.at] !== BREAK) {
      if (major === MAJOR.map) this.#member(map, depth);
      else list.push(this.value(depth + 1));
    }
    this.at++;
    return major === MAJOR.map ? map : list;
  }

  #chunks(major: number): string | Uint8Array {
    const chunks: Uint8Array[] = [];
    let length = 0;
    this.at++;
    while (this.#bytes[this.at] !== BREAK) {
      const initial = this.#bytes[this.at];
      if (initial === undefined) throw truncated();
      requireChunk(initial, major);
      const start = this.at + headSize(initial & 31);
      this.at = scanCbor(this.#bytes, this.at, 0);
      chunks.push(this.#bytes.subarray(start, this.at));
      length += this.at - start;
    }
    this.at++;
    const joined = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return major === MAJOR.bytes ? joined : decodeUtf8(joined, 0, length);
  }
}

function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  let value: number;
  if (exponent === 0) value = fraction * 2 ** -24;
  else if (exponent === 31) value = fraction === 0 ? Infinity : NaN;
  else value = (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -value : value;
}
