/** JSON bytes to values, floats and integers kept apart. @module */
import { isBytesText } from "./json_encode.ts";
import { scanColon, scanJson, scanNumber, scanString, skipSpace, unexpected } from "./json_scan.ts";
import { type DecodeMode, floatOf, MAX_DEPTH, setMember, tooDeep } from "./kinds.ts";
import { decodeUtf8, type NameTable } from "./utf8.ts";

/** One character for each byte. */
const LATIN1 = new TextDecoder("latin1");

/** Reads values one behind the other, with or without commas between them. */
export class JsonDecoder {
  /** Where the next value, a comma or white space starts. */
  at: number;
  readonly #bytes: Uint8Array;
  readonly #mode: DecodeMode;
  readonly #names: NameTable;
  /** The bytes as characters, made for the first number that `Number` has to read. */
  #text: string | undefined;

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
   * @throws {SyntaxError} For just what `scanJson` refuses.
   */
  value(depth = 0): unknown {
    const bytes = this.#bytes;
    const start = this.at;
    switch (bytes[start]) {
      case 0x22: {
        const text = this.string();
        if (text.charCodeAt(0) !== 0 || !isBytesText(text)) return text;
        return Uint8Array.fromBase64(text.slice(1));
      }
      case 0x5b:
        return this.#list(depth);
      case 0x7b:
        return this.#object(depth);
      case 0x74:
        this.at = scanJson(bytes, start, depth);
        return true;
      case 0x66:
        this.at = scanJson(bytes, start, depth);
        return false;
      case 0x6e:
        this.at = scanJson(bytes, start, depth);
        return null;
      case 0x4e:
        this.at = scanJson(bytes, start, depth);
        return NaN;
      case 0x49:
        this.at = scanJson(bytes, start, depth);
        return Infinity;
      default:
        return this.#number();
    }
  }

  /** Decodes a string; bytes stay text. */
  string(): string {
    const bytes = this.#bytes;
    const start = this.at;
    let end = start + 1;
    let byte = bytes[end];
    while (byte !== undefined && byte !== 0x22 && byte !== 0x5c && byte >= 0x20 && byte < 0x80) {
      byte = bytes[++end];
    }
    if (byte === 0x22 && bytes[start] === 0x22) {
      this.at = end + 1;
      return this.#names.decode(bytes, start + 1, end);
    }
    end = scanString(bytes, start);
    this.at = end;
    // JSON.parse knows the escapes, which the scanner has checked.
    const text: unknown = JSON.parse(decodeUtf8(bytes, start, end));
    return String(text);
  }

  #number(): unknown {
    const bytes = this.#bytes;
    const start = this.at;
    const end = scanNumber(bytes, start);
    this.at = end;
    let value = 0;
    const negative = bytes[start] === 0x2d;
    let i = negative ? start + 1 : start;
    for (; i < end; i++) {
      const digit = (bytes[i] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (i === end && value <= Number.MAX_SAFE_INTEGER) return negative && value !== 0 ? -value : value;
    const text = (this.#text ??= LATIN1.decode(bytes)).substring(start, end);
    return i === end ? BigInt(text) : floatOf(Number(text), this.#mode);
  }

  #list(depth: number): unknown[] {
    if (depth >= MAX_DEPTH) throw tooDeep();
    const bytes = this.#bytes;
    const list: unknown[] = [];
    this.#space(this.at + 1);
    if (bytes[this.at] === 0x5d) {
      this.at++;
      return list;
    }
    while (true) {
      list.push(this.value(depth + 1));
      this.#space(this.at);
      const byte = bytes[this.at];
      if (byte !== 0x2c && byte !== 0x5d) throw unexpected(bytes, this.at);
      this.at++;
      if (byte === 0x5d) return list;
      this.#space(this.at);
    }
  }

  #object(depth: number): unknown {
    if (depth >= MAX_DEPTH) throw tooDeep();
    const bytes = this.#bytes;
    const target = this.#mode === "model" ? new Map<unknown, unknown>() : {};
    this.#space(this.at + 1);
    if (bytes[this.at] === 0x7d) {
      this.at++;
      return target;
    }
    while (true) {
      const key = this.string();
      this.at = scanColon(bytes, this.at);
      const value = this.value(depth + 1);
      if (target instanceof Map) target.set(key, value);
      else setMember(target, key, value);
      this.#space(this.at);
      const byte = bytes[this.at];
      if (byte !== 0x2c && byte !== 0x7d) throw unexpected(bytes, this.at);
      this.at++;
      if (byte === 0x7d) return target;
      this.#space(this.at);
    }
  }

  #space(at: number): void {
    this.at = skipSpace(this.#bytes, at);
  }
}
