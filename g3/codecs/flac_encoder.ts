/** Encodes 24-bit mono FLAC, as libFLAC's readers take it (g3 3.12). @module */
import { crc16, crc8 } from "./flac_decoder.ts";

const BLOCK = 4096;
const DEPTH = 24;
const MAX_PARAMETER = 30;

/** Bits into bytes, the most significant first. */
class BitWriter {
  bytes: Uint8Array;
  #bit = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Bytes so far; the last one is filled up with zeros. */
  get size(): number {
    return (this.#bit + 7) >>> 3;
  }

  put(value: number, count: number): void {
    const needed = (this.#bit + count + 7) >>> 3;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    for (let left = count; left > 0;) {
      const room = 8 - (this.#bit & 7);
      const take = Math.min(room, left);
      const part = (value >>> (left - take)) & ((1 << take) - 1);
      const byte = this.#bit >>> 3;
      this.bytes[byte] = this.bytes[byte]! | (part << (room - take));
      this.#bit += take;
      left -= take;
    }
  }

  zeros(count: number): void {
    for (let left = count; left > 0; left -= 32) this.put(0, Math.min(32, left));
  }

  align(): void {
    this.#bit = (this.#bit + 7) & ~7;
  }
}

/** How a block is stored: as itself, or as the residual of a fixed predictor. */
interface Plan {
  readonly order: number;
  readonly parameter: number;
  readonly bits: number;
  readonly residual: Int32Array;
}

function fold(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

/** The cheapest Rice parameter for a residual, and its bits. */
function riceCost(residual: Int32Array): { parameter: number; bits: number } {
  let sum = 0;
  for (let i = 0; i < residual.length; i++) sum += fold(residual[i]!);
  const mean = sum / Math.max(1, residual.length);
  const near = Math.min(MAX_PARAMETER, Math.max(0, Math.floor(Math.log2(mean + 1))));
  let best = { parameter: 0, bits: Infinity };
  for (let parameter = Math.max(0, near - 1); parameter <= Math.min(MAX_PARAMETER, near + 1); parameter++) {
    let bits = residual.length * (1 + parameter);
    for (let i = 0; i < residual.length; i++) bits += fold(residual[i]!) >>> parameter;
    if (bits < best.bits) best = { parameter, bits };
  }
  return best;
}

/** The best of the fixed predictors; undefined where storing the samples as they are is shorter. */
function plan(samples: Int32Array): Plan | undefined {
  let best: Plan | undefined;
  let row = samples;
  for (let order = 0; order <= Math.min(4, samples.length - 1); order++) {
    // The residual of each order is the difference of that of the order below: at most 28 bits.
    if (order > 0) {
      const next = new Int32Array(row.length - 1);
      for (let i = 0; i < next.length; i++) next[i] = row[i + 1]! - row[i]!;
      row = next;
    }
    const { parameter, bits } = riceCost(row);
    const total = bits + order * DEPTH;
    if (total < (best?.bits ?? samples.length * DEPTH - 11)) {
      best = { order, parameter, bits: total, residual: row };
    }
  }
  return best;
}

function writeSubframe(out: BitWriter, samples: Int32Array): void {
  const first = samples[0]!;
  if (samples.every((sample) => sample === first)) {
    out.put(0, 8);
    out.put(first, DEPTH);
    return;
  }
  const chosen = plan(samples);
  if (chosen === undefined) {
    out.put(1 << 1, 8);
    for (const sample of samples) out.put(sample, DEPTH);
    return;
  }
  const { order, parameter, residual } = chosen;
  out.put((8 + order) << 1, 8);
  for (let i = 0; i < order; i++) out.put(samples[i]!, DEPTH);
  const wide = parameter > 14;
  out.put(wide ? 1 : 0, 2);
  out.put(0, 4);
  out.put(parameter, wide ? 5 : 4);
  for (let i = 0; i < residual.length; i++) {
    const folded = fold(residual[i]!);
    out.zeros(folded >>> parameter);
    out.put(1, 1);
    out.put(folded, parameter);
  }
}

/** The number of a frame, coded as UTF-8 would a character. */
function putNumber(out: BitWriter, number: number): void {
  if (number < 0x80) return out.put(number, 8);
  let length = 2;
  while (number >= 2 ** (5 * length + 1)) length++;
  out.put(((0xff00 >> length) & 0xff) | Math.floor(number / 2 ** (6 * (length - 1))), 8);
  for (let i = length - 2; i >= 0; i--) out.put(0x80 | ((number >>> (6 * i)) & 63), 8);
}

/**
 * Encodes samples as one FLAC stream, without metadata but STREAMINFO.
 *
 * @param samples Integers of 24 bits: -2^23 to 2^23 - 1.
 */
export function encodeFlac(samples: Int32Array): Uint8Array {
  const out = new BitWriter(64 + samples.length * 3 + Math.ceil(samples.length / BLOCK) * 16);
  const block = Math.max(16, Math.min(BLOCK, samples.length));
  out.put(0x664c6143, 32);
  out.put(0x80000022, 32);
  out.put(block, 16);
  out.put(block, 16);
  out.zeros(48);
  // 44.1 kHz (meaningless), mono, 24 bits, an unknown number of samples.
  out.put(0x0ac44170, 32);
  out.zeros(32 + 128);
  for (let number = 0; number * BLOCK < samples.length; number++) {
    const part = samples.subarray(number * BLOCK, (number + 1) * BLOCK);
    const start = out.size;
    out.put(0xfff8790c, 32);
    putNumber(out, number);
    out.put(part.length - 1, 16);
    out.put(crc8(out.bytes, start, out.size), 8);
    writeSubframe(out, part);
    out.align();
    out.put(crc16(out.bytes, start, out.size), 16);
  }
  return out.bytes.slice(0, out.size);
}
