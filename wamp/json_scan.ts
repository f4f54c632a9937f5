/** Finds the end of a JSON value and checks everything on the way, without decoding it. @module */
import { MAX_DEPTH, MAX_INTEGER_DIGITS, tooDeep, truncated } from "./kinds.ts";
import { isUtf8 } from "./utf8.ts";

/** Steps over white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let byte = bytes[at];
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at];
  return at;
}

/**
 * Finds the end of the value at `at`, which is no white space: standard JSON and Python's `NaN`, `Infinity`
 * and `-Infinity`.
 *
 * @param depth Containers around it.
 * @throws {SyntaxError} If it is cut, malformed or too deep.
 */
export function scanJson(bytes: Uint8Array, at: number, depth: number): number {
  switch (bytes[at]) {
    case 0x22:
      return scanString(bytes, at);
    case 0x5b:
      return scanList(bytes, at, depth);
    case 0x7b:
      return scanObject(bytes, at, depth);
    case 0x74:
      return scanWord(bytes, at, "true");
    case 0x66:
      return scanWord(bytes, at, "false");
    case 0x6e:
      return scanWord(bytes, at, "null");
    case 0x4e:
      return scanWord(bytes, at, "NaN");
    case 0x49:
      return scanWord(bytes, at, "Infinity");
    case undefined:
      throw truncated();
    default:
      return scanNumber(bytes, at);
  }
}

function scanList(bytes: Uint8Array, at: number, depth: number): number {
  if (depth >= MAX_DEPTH) throw tooDeep();
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === 0x5d) return at + 1;
  while (true) {
    at = skipSpace(bytes, scanJson(bytes, at, depth + 1));
    const byte = bytes[at];
    if (byte === 0x5d) return at + 1;
    if (byte !== 0x2c) throw unexpected(bytes, at);
    at = skipSpace(bytes, at + 1);
  }
}

function scanObject(bytes: Uint8Array, at: number, depth: number): number {
  if (depth >= MAX_DEPTH) throw tooDeep();
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === 0x7d) return at + 1;
  while (true) {
    at = scanColon(bytes, scanString(bytes, at));
    at = skipSpace(bytes, scanJson(bytes, at, depth + 1));
    const byte = bytes[at];
    if (byte === 0x7d) return at + 1;
    if (byte !== 0x2c) throw unexpected(bytes, at);
    at = skipSpace(bytes, at + 1);
  }
}

/** Steps from behind a key to its value. */
export function scanColon(bytes: Uint8Array, at: number): number {
  at = skipSpace(bytes, at);
  if (bytes[at] !== 0x3a) throw unexpected(bytes, at);
  return skipSpace(bytes, at + 1);
}

/** Finds the end of a string, which starts with its quotation mark. */
export function scanString(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x22) throw unexpected(bytes, at);
  const start = ++at;
  let wide = 0;
  while (true) {
    const byte = bytes[at];
    if (byte === 0x22) break;
    if (byte === undefined) throw truncated();
    if (byte < 0x20) throw new SyntaxError("Cannot decode JSON: a control character stands in a string");
    wide |= byte;
    at = byte === 0x5c ? scanEscape(bytes, at + 1) : at + 1;
  }
  if (wide >= 0x80 && !isUtf8(bytes, start, at)) throw new SyntaxError("Cannot decode text: it is not UTF-8");
  return at + 1;
}

function scanEscape(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x22: // the quotation mark, \, /, b, f, n, r, t
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at + 1;
    case 0x75:
      for (let i = 1; i <= 4; i++) if (!isHexDigit(bytes[at + i])) throw unexpected(bytes, at + i);
      return at + 5;
    default:
      throw unexpected(bytes, at);
  }
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66;
}

function scanWord(bytes: Uint8Array, at: number, word: string): number {
  for (let i = 0; i < word.length; i++) {
    if (bytes[at + i] !== word.charCodeAt(i)) throw unexpected(bytes, at + i);
  }
  return at + word.length;
}

/** Finds the end of a number or of `-Infinity`. */
export function scanNumber(bytes: Uint8Array, at: number): number {
  const start = at;
  let byte = bytes[at];
  if (byte === 0x2d) {
    byte = bytes[++at];
    if (byte === 0x49) return scanWord(bytes, at, "Infinity");
  }
  const digits = at;
  while (byte !== undefined && byte >= 0x30 && byte <= 0x39) byte = bytes[++at];
  // A zero in front stands alone.
  if (at === digits || at > digits + 1 && bytes[digits] === 0x30) throw unexpected(bytes, digits);
  if (byte === 0x2e) {
    const fraction = ++at;
    byte = bytes[at];
    while (byte !== undefined && byte >= 0x30 && byte <= 0x39) byte = bytes[++at];
    if (at === fraction) throw unexpected(bytes, at);
  }
  if (byte === 0x65 || byte === 0x45) {
    byte = bytes[++at];
    if (byte === 0x2b || byte === 0x2d) at++;
    at = scanDigits(bytes, at);
  }
  if (at - start > MAX_INTEGER_DIGITS) {
    throw new SyntaxError("Cannot decode JSON: a number has too many digits");
  }
  return at;
}

function scanDigits(bytes: Uint8Array, at: number): number {
  const start = at;
  let byte = bytes[at];
  while (byte !== undefined && byte >= 0x30 && byte <= 0x39) byte = bytes[++at];
  if (at === start) throw unexpected(bytes, at);
  return at;
}

/** The refusal of a byte that may not stand where it does; it names no payload. */
export function unexpected(bytes: Uint8Array, at: number): SyntaxError {
  if (at >= bytes.length) return truncated();
  return new SyntaxError(`Cannot decode JSON: byte ${at} may not stand there`);
}

const NULL = Uint8Array.of(0x6e, 0x75, 0x6c, 0x6c);

/** Rewrites scanned JSON without Python's literals, which browsers refuse: they become null. */
export function nullNonFinite(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(0x4e) && !bytes.includes(0x49)) return bytes;
  const parts: Uint8Array[] = [];
  let kept = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at];
    if (byte === 0x22) at = scanString(bytes, at);
    // Outside strings these capitals stand in the literals only.
    else if (byte === 0x4e || byte === 0x49) {
      parts.push(bytes.subarray(kept, bytes[at - 1] === 0x2d ? at - 1 : at), NULL);
      at = kept = scanJson(bytes, at, 0);
    } else at++;
  }
  if (parts.length === 0) return bytes;
  parts.push(bytes.subarray(kept));
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
