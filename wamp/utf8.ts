/** UTF-8 checked and decoded without the fixed cost of `TextDecoder` for short names. @module */

// Indexes stay below `end`, which callers have checked against the length: `!` asserts just that.

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Longest text decoded by hand; beyond it the built-in decoder is faster. */
const SHORT = 40;

/** Tells whether bytes are valid UTF-8 (no surrogates, no overlong forms). */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let i = start;
  while (i < end) {
    const first = bytes[i]!;
    if (first < 0x80) {
      i++;
      continue;
    }
    let follow: number, low = 0x80, high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) follow = 1;
    else if (first >= 0xe0 && first <= 0xef) {
      follow = 2;
      if (first === 0xe0) low = 0xa0;
      else if (first === 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      follow = 3;
      if (first === 0xf0) low = 0x90;
      else if (first === 0xf4) high = 0x8f;
    } else return false;
    if (i + follow >= end) return false;
    const second = bytes[i + 1]!;
    if (second < low || second > high) return false;
    for (let k = 2; k <= follow; k++) {
      if ((bytes[i + k]! & 0xc0) !== 0x80) return false;
    }
    i += follow + 1;
  }
  return true;
}

/**
 * Decodes UTF-8.
 *
 * @throws {SyntaxError} If the bytes are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT) {
    let text = "";
    let i = start;
    for (; i < end; i++) {
      const byte = bytes[i]!;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (i === end) return text;
  }
  try {
    return DECODER.decode(bytes.subarray(start, end));
  } catch (cause) {
    throw new SyntaxError("Cannot decode text: it is not UTF-8", { cause });
  }
}

/**
 * Remembers short ASCII names by their bytes, so that topics, procedures and keys that come again and again
 * cost a comparison instead of a new string (and a Map look-up need not hash them anew).
 *
 * Bounded: a name that falls on the place of another replaces it.
 */
export class NameTable {
  readonly #names: (string | undefined)[] = new Array(1024).fill(undefined);

  /** Decodes bytes as `decodeUtf8` does, or hands out the same string as last time. */
  decode(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length > 128) return decodeUtf8(bytes, start, end);
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const place = (hash ^ (hash >>> 10)) & 1023;
    const known = this.#names[place];
    if (known !== undefined && known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === bytes[start + i]) i++;
      // Bytes of 0x80 and above never equal a character of a kept name, which is ASCII.
      if (i === length) return known;
    }
    const name = decodeUtf8(bytes, start, end);
    if (name.length === length) this.#names[place] = name;
    return name;
  }
}
