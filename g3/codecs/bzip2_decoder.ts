/** Decodes bzip2, block by block. @module */
import { G3Error } from "../errors.ts";

const CRC = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let i = 0; i < 8; i++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** CRC-32 as bzip2 has it, the most significant bit first; starts from -1 and ends inverted. */
export function bzip2Crc(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc << 8) ^ CRC[(crc >>> 24) ^ bytes[i]!]!;
  return ~crc;
}

const BLOCK_BYTES = 100_000;
const GROUP = 50;
const MAX_LENGTH = 20;

/** Codes of one Huffman table: decoded by comparing with the last code of each length. */
interface Code {
  readonly least: number;
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

function makeCode(lengths: Uint8Array): Code {
  const limit = new Int32Array(MAX_LENGTH + 2).fill(-1);
  const base = new Int32Array(MAX_LENGTH + 2);
  const symbols = new Uint16Array(lengths.length);
  let code = 0;
  let index = 0;
  let least = MAX_LENGTH + 1;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    base[length] = index - code;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      symbols[index++] = symbol;
      code++;
      if (length < least) least = length;
    }
    limit[length] = code - 1;
    code <<= 1;
  }
  return { least, limit, base, symbols };
}

/**
 * Reads the blocks of a bzip2 file, or of several written one after the other.
 *
 * The memory taken follows what a block holds, not what its head allows.
 */
export class Bzip2Decoder {
  readonly #bytes: Uint8Array;
  #bit: number;
  #level = 0;
  #streamCrc = 0;
  #open = false;

  /** Takes the bytes; they are not copied. */
  constructor(bytes: Uint8Array, state?: Bzip2State) {
    this.#bytes = bytes;
    this.#bit = state?.bit ?? 0;
    if (state === undefined) return;
    ({ level: this.#level, streamCrc: this.#streamCrc, open: this.#open } = state);
  }

  /** Where it stands, to go on with other bytes. */
  get state(): Bzip2State {
    return { bit: this.#bit, level: this.#level, streamCrc: this.#streamCrc, open: this.#open };
  }

  /**
   * The content of the next block; undefined at the end.
   *
   * @param maxBytes More than this is an error.
   * @throws {G3Error} If the data are damaged or end early.
   */
  next(maxBytes: number): Uint8Array | undefined {
    for (;;) {
      if (!this.#open) {
        if (this.#bit >>> 3 >= this.#bytes.length) return undefined;
        this.#head();
      }
      const high = this.#bits(24);
      const low = this.#bits(24);
      if (high === 0x314159 && low === 0x265359) return this.#block(maxBytes);
      if (high !== 0x177245 || low !== 0x385090) throw this.#fault("neither a block nor the end is here");
      if ((this.#bits(32) | 0) !== this.#streamCrc) throw this.#fault("the checksum of the whole is wrong");
      this.#bit = (this.#bit + 7) & ~7;
      this.#open = false;
    }
  }

  #fault(what: string): G3Error {
    return new G3Error(`Cannot decode bzip2 data at byte ${this.#bit >>> 3}: ${what}`);
  }

  #head(): void {
    const mark = this.#bits(24);
    const level = this.#bits(8) - 0x30;
    if (mark !== 0x425a68 || level < 1 || level > 9) throw this.#fault("it does not begin with BZh1 to BZh9");
    this.#level = level;
    this.#streamCrc = 0;
    this.#open = true;
  }

  /** `count` bits, 32 at most. */
  #bits(count: number): number {
    const value = this.#peek(count);
    this.#bit += count;
    if (this.#bit > this.#bytes.length * 8) throw this.#fault("it ends early");
    return value;
  }

  /** The same without moving on; zeros behind the end. */
  #peek(count: number): number {
    const at = this.#bit >>> 3;
    const shift = this.#bit & 7;
    const b = this.#bytes;
    const high = ((b[at] ?? 0) << 24) | ((b[at + 1] ?? 0) << 16) | ((b[at + 2] ?? 0) << 8) | (b[at + 3] ?? 0);
    const window = (high << shift) | (((b[at + 4] ?? 0) << shift) >>> 8);
    return window >>> (32 - count);
  }

  #block(maxBytes: number): Uint8Array {
    const crc = this.#bits(32) | 0;
    if (this.#bits(1) !== 0) throw this.#fault("the block is randomised, as no bzip2 of this century does");
    const origin = this.#bits(24);
    const sorted = this.#symbols();
    if (origin >= sorted.length) throw this.#fault("the block begins outside itself");
    const content = this.#expand(unsort(sorted, origin), maxBytes);
    if (bzip2Crc(content) !== crc) throw this.#fault("the checksum of a block is wrong");
    this.#streamCrc = ((this.#streamCrc << 1) | (this.#streamCrc >>> 31)) ^ crc;
    return content;
  }

  /** The bytes that occur in the block. */
  #alphabet(): Uint8Array {
    const rows = this.#bits(16);
    const used: number[] = [];
    for (let row = 0; row < 16; row++) {
      if ((rows & (0x8000 >>> row)) === 0) continue;
      const bits = this.#bits(16);
      for (let k = 0; k < 16; k++) if (bits & (0x8000 >>> k)) used.push(row * 16 + k);
    }
    if (used.length === 0) throw this.#fault("the block uses no bytes");
    return Uint8Array.from(used);
  }

  /** Which table each group of 50 symbols is coded with. */
  #selectors(tables: number): Uint8Array {
    const count = this.#bits(15);
    if (count === 0) throw this.#fault("the block has no selectors");
    const order = Uint8Array.from({ length: tables }, (_, i) => i);
    return Uint8Array.from({ length: count }, () => {
      let place = 0;
      while (this.#bits(1) === 1) if (++place >= tables) throw this.#fault("a selector is out of range");
      const chosen = order[place]!;
      order.copyWithin(1, 0, place);
      order[0] = chosen;
      return chosen;
    });
  }

  #lengths(symbols: number): Uint8Array {
    let length = this.#bits(5);
    return Uint8Array.from({ length: symbols }, () => {
      for (;;) {
        if (length < 1 || length > MAX_LENGTH) throw this.#fault("a code has an impossible length");
        if (this.#bits(1) === 0) return length;
        length += this.#bits(1) === 0 ? 1 : -1;
      }
    });
  }

  /** Decodes the symbols of a block to the sorted bytes that they stand for. */
  #symbols(): Uint8Array {
    const order = this.#alphabet();
    const end = order.length + 1;
    const tables = this.#bits(3);
    if (tables < 2 || tables > 6) {
      throw this.#fault(`the block has ${tables} tables, and 2 to 6 are possible`);
    }
    const selectors = this.#selectors(tables);
    const codes = Array.from({ length: tables }, () => makeCode(this.#lengths(end + 1)));
    const limit = this.#level * BLOCK_BYTES;
    let out = new Uint8Array(4096);
    let size = 0;
    let run = 0;
    let weight = 1;
    for (let group = 0; group < selectors.length; group++) {
      const code = codes[selectors[group]!]!;
      for (let left = GROUP; left > 0; left--) {
        const symbol = this.#symbol(code);
        if (symbol < 2) {
          run += weight << symbol;
          weight <<= 1;
          if (run > limit) throw this.#fault("the block is longer than its head allows");
          continue;
        }
        const length = run + (symbol === end ? 0 : 1);
        if (size + length > limit) throw this.#fault("the block is longer than its head allows");
        if (size + length > out.length) {
          const grown = new Uint8Array(Math.max(size + length, out.length * 2));
          grown.set(out);
          out = grown;
        }
        if (run > 0) out.fill(order[0]!, size, size += run);
        if (symbol === end) return out.subarray(0, size);
        run = 0;
        weight = 1;
        const byte = order[symbol - 1]!;
        order.copyWithin(1, 0, symbol - 1);
        order[0] = byte;
        out[size++] = byte;
      }
    }
    throw this.#fault("the block has no end");
  }

  #symbol({ least, limit, base, symbols }: Code): number {
    const window = this.#peek(MAX_LENGTH);
    for (let length = least; length <= MAX_LENGTH; length++) {
      const code = window >>> (MAX_LENGTH - length);
      if (code > limit[length]!) continue;
      const symbol = symbols[base[length]! + code];
      if (symbol === undefined) break;
      this.#bit += length;
      if (this.#bit > this.#bytes.length * 8) throw this.#fault("it ends early");
      return symbol;
    }
    throw this.#fault("no code is here");
  }

  /** Undoes the first run-length coding: after four equal bytes stands how many more there are. */
  #expand(bytes: Uint8Array, maxBytes: number): Uint8Array {
    let size = 0;
    let same = 0;
    for (let i = 0; i < bytes.length; i++) {
      if (same === 4) {
        size += bytes[i]!;
        same = 0;
        continue;
      }
      same = same > 0 && bytes[i] === bytes[i - 1] ? same + 1 : 1;
      size++;
    }
    if (size > maxBytes) throw this.#fault(`it holds more than the ${maxBytes} bytes that are allowed`);
    const out = new Uint8Array(size);
    let at = 0;
    same = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (same === 4) {
        out.fill(bytes[i - 1]!, at, at += byte);
        same = 0;
        continue;
      }
      same = same > 0 && byte === bytes[i - 1] ? same + 1 : 1;
      out[at++] = byte;
    }
    return out;
  }
}

/** Where a `Bzip2Decoder` stands. */
export interface Bzip2State {
  /** Bit of the bytes at which it goes on. */
  readonly bit: number;
  readonly level: number;
  readonly streamCrc: number;
  /** Whether it is inside a stream. */
  readonly open: boolean;
}

/** Undoes the sorting of a block (Burrows-Wheeler). */
function unsort(sorted: Uint8Array, origin: number): Uint8Array {
  const n = sorted.length;
  const starts = new Int32Array(257);
  for (let i = 0; i < n; i++) starts[sorted[i]! + 1]!++;
  for (let i = 0; i < 256; i++) starts[i + 1]! += starts[i]!;
  const next = new Int32Array(n);
  for (let i = 0; i < n; i++) next[starts[sorted[i]!]!++] = i;
  const out = new Uint8Array(n);
  let at = next[origin]!;
  for (let i = 0; i < n; i++) {
    out[i] = sorted[at]!;
    at = next[at]!;
  }
  return out;
}

/**
 * Decodes a whole bzip2 file, or several written one after the other.
 *
 * @param maxBytes More than this is an error.
 * @throws {G3Error} If the data are damaged, end early or hold more.
 */
export function decodeBzip2(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const decoder = new Bzip2Decoder(bytes);
  const blocks: Uint8Array[] = [];
  let size = 0;
  for (let block = decoder.next(maxBytes); block !== undefined; block = decoder.next(maxBytes - size)) {
    blocks.push(block);
    size += block.length;
  }
  if (blocks.length === 1) return blocks[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}
