/** Strings of G3 are bytes (g3 0, G3 trap 45); these functions lose none of them. @module */
import { G3EncodeError } from "./errors.ts";

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

/**
 * Decodes a string of G3 so that nothing is lost.
 *
 * Valid UTF-8 gives what it says. Of other bytes, those that are no UTF-8 become lone surrogates U+DC80 to U+DCFF, as
 * with Python's `surrogateescape`; `encodeText` turns them back.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length < 48) {
    const short = decodeAscii(bytes);
    if (short !== undefined) return short;
  }
  try {
    return STRICT.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

/** Names are short and ASCII nearly always; a decoder call costs more than they do. */
function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte > 127) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** How many bytes a UTF-8 character takes that begins with this one; 0 for a byte that begins none. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = "";
  let i = 0;
  while (i < bytes.length) {
    const length = lengthOf(bytes[i]!);
    try {
      text += STRICT.decode(bytes.subarray(i, i + Math.max(1, length)));
      i += Math.max(1, length);
    } catch {
      text += String.fromCharCode(0xdc00 + bytes[i]!);
      i++;
    }
  }
  return text;
}

/**
 * Encodes a string of G3: UTF-8, and lone surrogates U+DC80 to U+DCFF as the bytes that `decodeText` made them of.
 *
 * @throws {G3EncodeError} For another lone surrogate, which stands for nothing.
 */
export function encodeText(text: string): Uint8Array {
  if (text.isWellFormed()) return ENCODER.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (character.length === 2 || code < 0xd800 || code > 0xdfff) bytes.push(...ENCODER.encode(character));
    else if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else {
      throw new G3EncodeError(
        `Cannot write string with the lone surrogate U+${code.toString(16)}: it has no bytes`,
      );
    }
  }
  return Uint8Array.from(bytes);
}

/** Orders keys of maps as spt3g does: by their bytes, unsigned, the shorter first (g3 2.2, G3 trap 16). */
export function compareKeys(a: string, b: string): number {
  const common = Math.min(a.length, b.length);
  let i = 0;
  while (i < common && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === common) return a.length - b.length;
  const [unitOfA, unitOfB] = [a.charCodeAt(i), b.charCodeAt(i)];
  // Below the surrogates the order of code units is that of the bytes.
  return unitOfA < 0xd800 && unitOfB < 0xd800 ? unitOfA - unitOfB : compareBytes(a, b);
}

function compareBytes(a: string, b: string): number {
  const x = encodeText(a);
  const y = encodeText(b);
  const shared = Math.min(x.length, y.length);
  for (let i = 0; i < shared; i++) {
    const difference = x[i]! - y[i]!;
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}
