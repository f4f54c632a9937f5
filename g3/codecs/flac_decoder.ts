/** Decodes the mono FLAC streams inside timestreams (g3 3.12, RFC 9639). @module */
import { G3Error } from "../errors.ts";

const CRC8 = table(8, 0x07);
const CRC16 = table(16, 0x8005);

/** What each byte does to a checksum that is shifted left. */
function table(bits: number, polynomial: number): Uint16Array {
  const mask = (1 << bits) - 1;
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let value = byte << (bits - 8);
    for (let i = 0; i < 8; i++) value = value & (1 << (bits - 1)) ? (value << 1) ^ polynomial : value << 1;
    return value & mask;
  });
}

/** CRC-8 of a frame's head. */
export function crc8(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++) crc = CRC8[crc ^ bytes[i]!]!;
  return crc;
}

/** CRC-16 of a frame. */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++) crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >> 8) ^ bytes[i]!]!;
  return crc;
}

/** Zero bytes behind the data, so that a window of bits can be read at any place of it. */
const SLACK = 8;
const DEPTHS: readonly number[] = [0, 8, 12, 0, 16, 20, 24, 32];
/** `fLaC` and the STREAMINFO block. */
const HEAD_BYTES = 42;

/**
 * Decodes FLAC streams that lie in one byte array.
 *
 * What STREAMINFO says of totals and MD5 is not used: libFLAC left it empty (G3-41).
 */
export class FlacDecoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #out: Int32Array = new Int32Array(0);
  #samples = 0;
  #maxSamples = 0;
  #bit = 0;
  #endBit = 0;

  /** Takes a copy of the bytes. */
  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes.length + SLACK);
    this.#bytes.set(bytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /**
   * Decodes the stream in `[start, end)` into `out`, which it must fill exactly.
   *
   * @throws {G3Error} If it is damaged, or has another number of samples.
   */
  decodeInto(start: number, end: number, out: Int32Array): void {
    this.#out = out;
    this.#run(start, end, out.length);
    if (this.#samples !== out.length) {
      throw this.#fault(`it has ${this.#samples} samples, and expected were ${out.length}`);
    }
  }

  /**
   * Decodes the stream in `[start, end)`, however many samples it has.
   *
   * @param maxSamples More of them are an error.
   * @throws {G3Error} If it is damaged or longer.
   */
  decode(start: number, end: number, maxSamples: number): Int32Array {
    this.#out = new Int32Array(Math.min(maxSamples, 4096));
    this.#run(start, end, maxSamples);
    return this.#out.slice(0, this.#samples);
  }

  #fault(what: string): G3Error {
    return new G3Error(`Cannot decode FLAC data at byte ${this.#bit >>> 3}: ${what}`);
  }

  #run(start: number, end: number, maxSamples: number): void {
    const view = this.#view;
    this.#bit = start * 8;
    this.#endBit = end * 8;
    this.#samples = 0;
    this.#maxSamples = maxSamples;
    if (start < 0 || end + SLACK > this.#bytes.length) throw this.#fault("it lies outside the data");
    if (
      end - start < HEAD_BYTES || view.getUint32(start) !== 0x664c6143 ||
      (view.getUint8(start + 4) & 127) !== 0
    ) {
      throw this.#fault("it does not begin with fLaC and STREAMINFO");
    }
    const depth = (((view.getUint8(start + 20) & 1) << 4) | (view.getUint8(start + 21) >> 4)) + 1;
    let at = start + 4;
    for (let last = false; !last;) {
      if (at + 4 > end) throw this.#fault("it ends inside its metadata");
      const word = view.getUint32(at);
      last = word >>> 31 === 1;
      at += 4 + (word & 0xffffff);
    }
    if (at > end) throw this.#fault("it ends inside its metadata");
    while (at < end) {
      this.#bit = at * 8;
      this.#frame(depth);
      at = this.#bit >>> 3;
    }
  }

  /** `count` bits, 32 at most, as an unsigned number. */
  #bits(count: number): number {
    if (count === 0) return 0;
    if (this.#bit + count > this.#endBit) throw this.#fault("it ends inside a frame");
    const byte = this.#bit >>> 3;
    const shift = this.#bit & 7;
    const high = this.#view.getUint32(byte);
    const window = shift === 0 ? high : (high << shift) | (this.#bytes[byte + 4]! >>> (8 - shift));
    this.#bit += count;
    return window >>> (32 - count);
  }

  #signed(count: number): number {
    return count === 0 ? 0 : (this.#bits(count) << (32 - count)) >> (32 - count);
  }

  /** The block size of a frame, from its code. */
  #blockSize(code: number): number {
    if (code === 1) return 192;
    if (code >= 2 && code <= 5) return 576 << (code - 2);
    if (code === 6) return this.#bits(8) + 1;
    if (code === 7) return this.#bits(16) + 1;
    if (code >= 8) return 256 << (code - 8);
    throw this.#fault("a frame has the reserved block size 0");
  }

  #frame(streamDepth: number): void {
    const start = this.#bit >>> 3;
    if ((this.#bits(16) & 0xfffe) !== 0xfff8) throw this.#fault("no frame begins here");
    const sizeCode = this.#bits(4);
    const rateCode = this.#bits(4);
    if (this.#bits(4) !== 0) throw this.#fault("a frame has more than one channel");
    const depthCode = this.#bits(3);
    const depth = depthCode === 0 ? streamDepth : DEPTHS[depthCode]!;
    if (depth === 0) throw this.#fault(`a frame has the reserved depth code ${depthCode}`);
    this.#bits(1);
    const lead = Math.clz32(~(this.#bits(8) << 24));
    if (lead === 1 || lead > 7) throw this.#fault("a frame has a number that is none");
    for (let i = 1; i < lead; i++) this.#bits(8);
    const size = this.#blockSize(sizeCode);
    this.#bits(rateCode === 12 ? 8 : rateCode === 13 || rateCode === 14 ? 16 : 0);
    const headEnd = this.#bit >>> 3;
    if (this.#bits(8) !== crc8(this.#bytes, start, headEnd)) throw this.#fault("a frame's head is damaged");
    this.#reserve(size);
    this.#subframe(size, depth);
    this.#bit = (this.#bit + 7) & ~7;
    const end = this.#bit >>> 3;
    if (this.#bits(16) !== crc16(this.#bytes, start, end)) throw this.#fault("a frame is damaged");
    this.#samples += size;
  }

  #reserve(size: number): void {
    const needed = this.#samples + size;
    if (needed > this.#maxSamples) {
      throw this.#fault(`it has more than the ${this.#maxSamples} samples that were expected or are allowed`);
    }
    if (needed <= this.#out.length) return;
    const grown = new Int32Array(Math.max(needed, this.#out.length * 2));
    grown.set(this.#out);
    this.#out = grown;
  }

  #subframe(size: number, frameDepth: number): void {
    const head = this.#bits(8);
    const type = (head >> 1) & 63;
    let wasted = 0;
    if ((head & 1) === 1) {
      do wasted++; while (this.#bits(1) === 0);
    }
    const depth = frameDepth - wasted;
    if (head > 127 || depth < 1) throw this.#fault("a subframe begins wrongly");
    const out = this.#out.subarray(this.#samples, this.#samples + size);
    if (type === 0) out.fill(this.#signed(depth));
    else if (type === 1) { for (let i = 0; i < size; i++) out[i] = this.#signed(depth); }
    else if (type >= 8 && type <= 12) this.#fixed(out, type - 8, depth);
    else if (type >= 32) this.#linear(out, type - 31, depth);
    else throw this.#fault(`a subframe has the reserved type ${type}`);
    if (wasted > 0) { for (let i = 0; i < size; i++) out[i] = out[i]! << wasted; }
  }

  /** The first samples of a predicted subframe, which stand there as they are. */
  #warmUp(out: Int32Array, order: number, depth: number): void {
    if (order > out.length) throw this.#fault("a subframe has more coefficients than samples");
    for (let i = 0; i < order; i++) out[i] = this.#signed(depth);
  }

  // Sums below are exact in doubles up to 32 bits of depth, and an Int32Array keeps their low 32 bits.

  #fixed(out: Int32Array, order: number, depth: number): void {
    this.#warmUp(out, order, depth);
    this.#residual(out, order);
    const n = out.length;
    if (order === 1) { for (let i = 1; i < n; i++) out[i] = out[i]! + out[i - 1]!; }
    else if (order === 2) { for (let i = 2; i < n; i++) out[i] = out[i]! + 2 * out[i - 1]! - out[i - 2]!; }
    else if (order === 3) {
      for (let i = 3; i < n; i++) out[i] = out[i]! + 3 * (out[i - 1]! - out[i - 2]!) + out[i - 3]!;
    } else if (order === 4) {
      for (let i = 4; i < n; i++) {
        out[i] = out[i]! + 4 * (out[i - 1]! + out[i - 3]!) - 6 * out[i - 2]! - out[i - 4]!;
      }
    }
  }

  #linear(out: Int32Array, order: number, depth: number): void {
    this.#warmUp(out, order, depth);
    const precision = this.#bits(4) + 1;
    const shift = this.#signed(5);
    if (precision === 16 || shift < 0) throw this.#fault("a subframe has a reserved precision or shift");
    const coefficients = new Float64Array(order);
    for (let i = 0; i < order; i++) coefficients[i] = this.#signed(precision);
    this.#residual(out, order);
    const scale = 2 ** -shift;
    for (let i = order; i < out.length; i++) {
      let sum = 0;
      for (let k = 0; k < order; k++) sum += coefficients[k]! * out[i - 1 - k]!;
      out[i] = out[i]! + Math.floor(sum * scale);
    }
  }

  /** Reads the residual behind the first `order` samples. */
  #residual(out: Int32Array, order: number): void {
    const method = this.#bits(2);
    if (method > 1) throw this.#fault("a subframe has a reserved residual coding");
    const partitionOrder = this.#bits(4);
    const perPartition = out.length >> partitionOrder;
    if (perPartition << partitionOrder !== out.length || perPartition < order) {
      throw this.#fault(`${out.length} samples cannot be cut into 2^${partitionOrder} partitions`);
    }
    const parameterBits = method === 0 ? 4 : 5;
    let at = order;
    for (let end = perPartition; end <= out.length && perPartition > 0; end += perPartition) {
      const parameter = this.#bits(parameterBits);
      if (parameter === (1 << parameterBits) - 1) {
        const width = this.#bits(5);
        for (; at < end; at++) out[at] = this.#signed(width);
      } else this.#rice(out, at, end, parameter);
      at = end;
    }
  }

  /** Reads Rice-coded numbers: the time of nearly all decoding is spent here. */
  #rice(out: Int32Array, from: number, to: number, parameter: number): void {
    const view = this.#view;
    const bytes = this.#bytes;
    const endBit = this.#endBit;
    let bit = this.#bit;
    for (let i = from; i < to; i++) {
      let quotient = 0;
      let byte = bit >>> 3;
      let shift = bit & 7;
      let window = (view.getUint32(byte) << shift) | ((bytes[byte + 4]! << shift) >>> 8);
      while (window === 0) {
        quotient += 32;
        bit += 32;
        if (bit > endBit) break;
        byte += 4;
        window = (view.getUint32(byte) << shift) | ((bytes[byte + 4]! << shift) >>> 8);
      }
      const zeros = Math.clz32(window);
      quotient += zeros;
      bit += zeros + 1;
      if (bit + parameter > endBit) {
        this.#bit = Math.min(bit, endBit);
        throw this.#fault("it ends inside a residual");
      }
      let rest = 0;
      if (parameter > 0) {
        byte = bit >>> 3;
        shift = bit & 7;
        window = (view.getUint32(byte) << shift) | ((bytes[byte + 4]! << shift) >>> 8);
        rest = window >>> (32 - parameter);
        bit += parameter;
      }
      const folded = (quotient << parameter) | rest;
      out[i] = (folded >>> 1) ^ -(folded & 1);
    }
    this.#bit = bit;
  }
}
