/** The channels of a compressed `G3SuperTimestream` (g3 4.2). @module */
import { decodeBzip2 } from "../codecs/bzip2_decoder.ts";
import { encodeBzip2 } from "../codecs/bzip2_encoder.ts";
import type { FlacDecoder } from "../codecs/flac_decoder.ts";
import { encodeFlac } from "../codecs/flac_encoder.ts";
import { G3Error } from "../errors.ts";

const FLAC = 1;
const BZ = 2;
const CONST = 4;

/** Integers of a row; the only two widths there are. */
export type Row = Int32Array | BigInt64Array;

/** The payload of all channels, its view, and the decoder over it. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly flac: FlacDecoder;
}

/** Adds to a row; sums wrap. */
function add(row: Row, more: Int32Array | BigInt64Array): void {
  if (row instanceof Int32Array) { for (let i = 0; i < row.length; i++) row[i] = row[i]! + Number(more[i]!); }
  else for (let i = 0; i < row.length; i++) row[i] = row[i]! + BigInt(more[i]!);
}

/** Integers of a row's width from stored bytes. */
function integersLike(row: Row, bytes: Uint8Array): Row {
  const { buffer } = bytes.slice();
  return row instanceof Int32Array ? new Int32Array(buffer) : new BigInt64Array(buffer);
}

/** Reads lengths and parts of one channel, none beyond its end. */
class Parts {
  readonly #payload: Payload;
  readonly #end: number;
  at: number;

  constructor(payload: Payload, start: number, end: number) {
    this.#payload = payload;
    this.at = start;
    this.#end = end;
  }

  take(size: number): number {
    const start = this.at;
    if (size < 0 || size > this.#end - start) {
      throw new G3Error(`Cannot decode channel: ${size} bytes are needed, and ${this.#end - start} are left`);
    }
    this.at = start + size;
    return start;
  }

  length(): number {
    return this.#payload.view.getInt32(this.take(4), true);
  }

  bytes(size: number): Uint8Array {
    const start = this.take(size);
    return this.#payload.bytes.subarray(start, start + size);
  }
}

/**
 * Decodes the channel in `[start, end)` of the payload into `row`, as the integers that were stored.
 *
 * @returns Its mask.
 * @throws {G3Error} If it is damaged.
 */
export function decodeRow(payload: Payload, row: Row, [start, end]: readonly [number, number]): number {
  const parts = new Parts(payload, start, end);
  const mask = payload.bytes[parts.take(1)]!;
  if (mask > 7) throw new G3Error(`Cannot decode channel: its coding is ${mask}, and 0 to 7 are known`);
  if (mask === 0) {
    bytesOf(row).set(parts.bytes(row.byteLength));
    return mask;
  }
  if (mask & FLAC) {
    const size = parts.length();
    const at = parts.take(size);
    if (row instanceof Int32Array) payload.flac.decodeInto(at, at + size, row);
    else {
      const samples = new Int32Array(row.length);
      payload.flac.decodeInto(at, at + size, samples);
      add(row, samples);
    }
  }
  if (mask & BZ) {
    const stored = decodeBzip2(parts.bytes(parts.length()), row.byteLength);
    if (stored.length !== row.byteLength) {
      throw new G3Error(`Cannot decode channel: it has ${stored.length} bytes, expected ${row.byteLength}`);
    }
    add(row, integersLike(row, stored));
  }
  if (mask & CONST) {
    const constant = integersLike(row, parts.bytes(row.BYTES_PER_ELEMENT))[0]!;
    if (row instanceof Int32Array) add(row, new Int32Array(row.length).fill(Number(constant)));
    else add(row, new BigInt64Array(row.length).fill(BigInt(constant)));
  }
  return mask;
}

/** A row cut in two: what FLAC takes, and multiples of 2^24. */
interface Split {
  readonly low: Int32Array;
  readonly high: Row;
}

function split(row: Row): Split {
  const low = new Int32Array(row.length);
  if (row instanceof Int32Array) {
    const high = new Int32Array(row.length);
    for (let i = 0; i < row.length; i++) {
      const nearest = (row[i]! + 0x800000) & ~0xffffff;
      high[i] = nearest;
      low[i] = (row[i]! - nearest) | 0;
    }
    return { low, high };
  }
  const high = new BigInt64Array(row.length);
  for (let i = 0; i < row.length; i++) {
    const nearest = BigInt.asIntN(64, (row[i]! + 0x800000n) & ~0xffffffn);
    high[i] = nearest;
    low[i] = Number(BigInt.asIntN(64, row[i]! - nearest));
  }
  return { low, high };
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A length and what it is the length of. */
function withLength(bytes: Uint8Array): Uint8Array[] {
  return [bytesOf(Int32Array.of(bytes.length)), bytes];
}

function isConstant(row: Row): boolean {
  const first = row[0];
  // The two kinds of array differ only in the type of their elements.
  return (row as Int32Array).every((value) => value === (first as number));
}

/** The coded parts of a row, the mask first. */
function encodeParts(row: Row, algo: number): Uint8Array[] {
  // Without the multiples of 2^24 FLAC alone would lose data (g3 4.2, defect 4); they are always written.
  if ((algo & FLAC) === 0) return [Uint8Array.of(BZ), ...withLength(encodeBzip2(bytesOf(row)))];
  const { low, high } = split(row);
  const flac = withLength(encodeFlac(low));
  if (!isConstant(high)) {
    return [Uint8Array.of(FLAC | BZ), ...flac, ...withLength(encodeBzip2(bytesOf(high)))];
  }
  if (Number(high[0]) === 0) return [Uint8Array.of(FLAC), ...flac];
  return [Uint8Array.of(FLAC | CONST), ...flac, bytesOf(high.subarray(0, 1))];
}

/**
 * Encodes one row of at least one sample.
 *
 * @param algo The data algo of the object: bits 1 FLAC, 2 bzip2.
 * @returns Its bytes, mask first; undefined where they would not be shorter than the row itself.
 */
export function encodeRow(row: Row, algo: number): Uint8Array | undefined {
  const parts = encodeParts(row, algo);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  // so3g aborts on a longer bzip2 stream, and writes such rows as they are (g3 4.2, G3-51).
  if (size - 1 >= row.byteLength) return undefined;
  return joined(parts);
}

/** A row as it is, behind the mask that says so. */
export function rawRow(row: Row): Uint8Array {
  return joined([Uint8Array.of(0), bytesOf(row)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
