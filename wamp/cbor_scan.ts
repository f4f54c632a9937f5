/** Finds the end of a CBOR value and checks everything on the way, without decoding it. @module */
import { MAX_BIGNUM_BYTES, MAX_DEPTH, tooDeep, truncated } from "./kinds.ts";
import { isUtf8 } from "./utf8.ts";

// Every index is compared with the length before it is read: `!` asserts just that.

/** The major types. */
export const MAJOR = { uint: 0, nint: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6, simple: 7 } as const;

/** The argument that announces an indefinite length. */
export const INDEFINITE = 31;
/** The end of an indefinite length. */
export const BREAK = 0xff;

/**
 * Finds the end of the value at `at`.
 *
 * @param depth Containers around it.
 * @throws {SyntaxError} If it is cut, malformed or too deep.
 */
export function scanCbor(bytes: Uint8Array, at: number, depth: number): number {
  const end = bytes.length;
  if (at >= end) throw truncated();
  const initial = bytes[at]!;
  const major = initial >> 5;
  const info = initial & 31;
  if (major === MAJOR.simple) return scanSimple(bytes, at, info);
  if (info === INDEFINITE) return scanIndefinite(bytes, at, major, depth);
  let next = at + headSize(info);
  if (next > end) throw truncated();
  const argument = info < 24 ? info : readArgument(bytes, at, info);
  switch (major) {
    case MAJOR.uint:
    case MAJOR.nint:
      return next;
    case MAJOR.bytes:
      if (argument > end - next) throw truncated();
      return next + argument;
    case MAJOR.text:
      if (argument > end - next) throw truncated();
      if (!isUtf8(bytes, next, next + argument)) throw notUtf8();
      return next + argument;
    case MAJOR.tag:
      if (depth >= MAX_DEPTH) throw tooDeep();
      if (argument === 2 || argument === 3) return scanBignum(bytes, next);
      return scanCbor(bytes, next, depth + 1);
    default: {
      if (depth >= MAX_DEPTH) throw tooDeep();
      const count = major === MAJOR.map ? argument * 2 : argument;
      // Every element takes a byte at least.
      if (count > end - next) throw truncated();
      for (let i = 0; i < count; i++) {
        // Feed blocks are long lists of float64.
        if (next + 9 <= end && bytes[next] === 0xfb) next += 9;
        else next = scanCbor(bytes, next, depth + 1);
      }
      return next;
    }
  }
}

/** Bytes of the initial byte and its argument. */
export function headSize(info: number): number {
  if (info < 24) return 1;
  if (info > 27) throw new SyntaxError(`Cannot decode CBOR: the additional information ${info} is reserved`);
  return 1 + (1 << (info - 24));
}

/** The argument of the head at `at`, whose bytes are there; inexact above 2^53. */
export function readArgument(bytes: Uint8Array, at: number, info: number): number {
  if (info < 24) return info;
  if (info === 24) return bytes[at + 1]!;
  if (info === 25) return bytes[at + 1]! << 8 | bytes[at + 2]!;
  const high = readUint32(bytes, at + 1);
  return info === 26 ? high : high * 4294967296 + readUint32(bytes, at + 5);
}

/** An unsigned number of four bytes, big endian. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
}

/** The refusal of text that is none. */
export function notUtf8(): SyntaxError {
  return new SyntaxError("Cannot decode text: it is not UTF-8");
}

function scanSimple(bytes: Uint8Array, at: number, info: number): number {
  if (info === INDEFINITE) {
    throw new SyntaxError("Cannot decode CBOR: a break stands outside an indefinite length");
  }
  const next = at + headSize(info);
  if (next > bytes.length) throw truncated();
  if (info === 24 && bytes[at + 1]! < 32) {
    throw new SyntaxError("Cannot decode CBOR: a simple value below 32 takes two bytes");
  }
  return next;
}

function scanIndefinite(bytes: Uint8Array, at: number, major: number, depth: number): number {
  let next = at + 1;
  if (major === MAJOR.bytes || major === MAJOR.text) {
    while (bytes[next] !== BREAK) {
      if (next >= bytes.length) throw truncated();
      requireChunk(bytes[next]!, major);
      next = scanCbor(bytes, next, depth);
    }
    return next + 1;
  }
  if (major !== MAJOR.list && major !== MAJOR.map) {
    throw new SyntaxError("Cannot decode CBOR: an indefinite length stands where none can");
  }
  if (depth >= MAX_DEPTH) throw tooDeep();
  while (bytes[next] !== BREAK) {
    next = scanCbor(bytes, next, depth + 1);
    if (major === MAJOR.map) next = scanCbor(bytes, next, depth + 1);
  }
  return next + 1;
}

/** Chunks of an indefinite string are strings of the same type and of definite length. */
export function requireChunk(initial: number, major: number): void {
  if (initial >> 5 !== major || (initial & 31) === INDEFINITE) {
    throw new SyntaxError(
      "Cannot decode CBOR: a string of indefinite length holds something else than its chunks",
    );
  }
}

/** Finds the end of what follows tag 2 or 3: a byte string of bounded length. */
export function scanBignum(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) throw truncated();
  if (bytes[at]! >> 5 !== MAJOR.bytes) {
    throw new SyntaxError("Cannot decode CBOR: a bignum is not made of bytes");
  }
  const next = scanCbor(bytes, at, MAX_DEPTH);
  // Chunk heads count as well: nobody sends a bignum in chunks.
  if (next - at > MAX_BIGNUM_BYTES + 3) throw new SyntaxError("Cannot decode CBOR: a bignum is too long");
  return next;
}
