/** Encodes bzip2. @module */
import { bzip2Crc } from "./bzip2_decoder.ts";

/** Symbols per group of one table. */
const GROUP = 50;
/** The longest code that this encoder makes; the format allows 20. */
const MAX_LENGTH = 17;

/** Bits into bytes, the most significant first. */
class BitWriter {
  #bytes = new Uint8Array(1024);
  #size = 0;
  #held = 0;
  #heldBits = 0;

  put(value: number, count: number): void {
    for (let left = count; left > 0;) {
      const take = Math.min(8 - this.#heldBits, left);
      left -= take;
      this.#held = (this.#held << take) | ((value >>> left) & ((1 << take) - 1));
      this.#heldBits += take;
      if (this.#heldBits === 8) this.#flush();
    }
  }

  #flush(): void {
    if (this.#size === this.#bytes.length) {
      const grown = new Uint8Array(this.#size * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#size++] = this.#held;
    this.#held = this.#heldBits = 0;
  }

  finish(): Uint8Array {
    if (this.#heldBits > 0) this.put(0, 8 - this.#heldBits);
    return this.#bytes.slice(0, this.#size);
  }
}

/** One block: what it holds, and how many bytes of the input that was. */
interface Block {
  readonly packed: Uint8Array;
  readonly taken: number;
}

/** The first run-length coding: four equal bytes and how many more, up to 255. */
function packRuns(bytes: Uint8Array, from: number, capacity: number): Block {
  const out = new Uint8Array(Math.min(capacity, Math.ceil((bytes.length - from) * 1.25) + 8));
  let size = 0;
  let at = from;
  while (at < bytes.length && size + 5 <= capacity) {
    const byte = bytes[at]!;
    let run = 1;
    while (run < 259 && bytes[at + run] === byte && at + run < bytes.length) run++;
    out.fill(byte, size, size += Math.min(run, 4));
    if (run >= 4) out[size++] = run - 4;
    at += run;
  }
  return { packed: out.subarray(0, size), taken: at - from };
}

/** Sorts all rotations of a block by doubling the length compared; equal ones stay as they are. */
function sortRotations(bytes: Uint8Array): Int32Array {
  const n = bytes.length;
  let order = new Int32Array(n);
  let rank = Int32Array.from(bytes);
  let nextRank = new Int32Array(n);
  let shifted = new Int32Array(n);
  const counts = new Int32Array(Math.max(256, n) + 1);
  const countingSort = (source: Int32Array | undefined, classes: number) => {
    counts.fill(0, 0, classes + 1);
    for (let i = 0; i < n; i++) counts[rank[i]! + 1]!++;
    for (let i = 0; i < classes; i++) counts[i + 1]! += counts[i]!;
    for (let i = 0; i < n; i++) {
      const index = source === undefined ? i : source[i]!;
      order[counts[rank[index]!]!++] = index;
    }
  };
  countingSort(undefined, 256);
  let classes = rerank(order, (a, b) => rank[a] === rank[b], nextRank);
  [rank, nextRank] = [nextRank, rank];
  for (let length = 1; length < n && classes < n; length *= 2) {
    for (let i = 0; i < n; i++) shifted[i] = order[i]! < length ? order[i]! - length + n : order[i]! - length;
    [shifted, order] = [order, shifted];
    const source = order.slice();
    countingSort(source, classes);
    const half = length;
    const wrap = (i: number) => i + half >= n ? i + half - n : i + half;
    classes = rerank(order, (a, b) => rank[a] === rank[b] && rank[wrap(a)] === rank[wrap(b)], nextRank);
    [rank, nextRank] = [nextRank, rank];
  }
  return order;
}

/** Numbers the elements of an order, equal ones alike; gives how many numbers there are. */
function rerank(order: Int32Array, equal: (a: number, b: number) => boolean, out: Int32Array): number {
  let number = 0;
  out[order[0]!] = 0;
  for (let i = 1; i < order.length; i++) {
    if (!equal(order[i]!, order[i - 1]!)) number++;
    out[order[i]!] = number;
  }
  return number + 1;
}

/** Move-to-front, and runs of zeros as numbers of two digits of their own; ends with the end symbol. */
function toSymbols(column: Uint8Array, alphabet: Uint8Array): Uint16Array {
  const order = alphabet.slice();
  const symbols = new Uint16Array(column.length + 1);
  let size = 0;
  let run = 0;
  const flush = () => {
    for (; run > 0; run = (run - 1) >> 1) symbols[size++] = (run - 1) & 1;
    run = 0;
  };
  for (const byte of column) {
    const place = order.indexOf(byte);
    if (place === 0) {
      run++;
      continue;
    }
    flush();
    symbols[size++] = place + 1;
    order.copyWithin(1, 0, place);
    order[0] = byte;
  }
  flush();
  symbols[size++] = alphabet.length + 1;
  return symbols.subarray(0, size);
}

/** Code lengths for symbols of these frequencies, none longer than `MAX_LENGTH`. */
function codeLengths(frequencies: Int32Array): Uint8Array {
  const n = frequencies.length;
  let weights = Float64Array.from(frequencies, (frequency) => Math.max(1, frequency));
  for (;;) {
    const parents = new Int32Array(2 * n);
    const nodes = new Float64Array(2 * n);
    nodes.set(weights);
    const alive = Array.from({ length: n }, (_, i) => i).sort((a, b) => weights[a]! - weights[b]!);
    const merged: number[] = [];
    const take = (): number => {
      const [leaf, inner] = [alive[0], merged[0]];
      const useLeaf = inner === undefined || (leaf !== undefined && nodes[leaf]! <= nodes[inner]!);
      return (useLeaf ? alive : merged).shift()!;
    };
    for (let node = n; node < 2 * n - 1; node++) {
      const [a, b] = [take(), take()];
      parents[a] = parents[b] = node;
      nodes[node] = nodes[a]! + nodes[b]!;
      merged.push(node);
    }
    const depths = new Uint8Array(2 * n);
    for (let node = 2 * n - 3; node >= 0; node--) depths[node] = depths[parents[node]!]! + 1;
    const lengths = depths.slice(0, n);
    if (lengths.every((length) => length <= MAX_LENGTH)) return lengths;
    weights = weights.map((weight) => 1 + Math.floor(weight / 2));
  }
}

/** The codes of given lengths, in the order of lengths and then of symbols. */
function codesOf(lengths: Uint8Array): Int32Array {
  const codes = new Int32Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] === length) codes[symbol] = code++;
    }
    code <<= 1;
  }
  return codes;
}

function putLengths(out: BitWriter, lengths: Uint8Array): void {
  let length = lengths[0]!;
  out.put(length, 5);
  for (const wanted of lengths) {
    for (; length < wanted; length++) out.put(2, 2);
    for (; length > wanted; length--) out.put(3, 2);
    out.put(0, 1);
  }
}

function putBlock(out: BitWriter, packed: Uint8Array, crc: number): void {
  const order = sortRotations(packed);
  const column = Uint8Array.from(order, (start) => packed[start === 0 ? packed.length - 1 : start - 1]!);
  const used = new Uint8Array(256);
  for (const byte of packed) used[byte] = 1;
  const alphabet = Uint8Array.from({ length: 256 }, (_, i) => i).filter((byte) => used[byte] === 1);
  out.put(0x314159, 24);
  out.put(0x265359, 24);
  out.put(crc, 32);
  out.put(0, 1);
  out.put(order.indexOf(0), 24);
  const rows = Array.from({ length: 16 }, (_, row) => used.subarray(row * 16, row * 16 + 16));
  for (const row of rows) out.put(row.includes(1) ? 1 : 0, 1);
  for (const row of rows) if (row.includes(1)) { for (const bit of row) out.put(bit, 1); }
  const symbols = toSymbols(column, alphabet);
  const frequencies = new Int32Array(alphabet.length + 2);
  for (const symbol of symbols) frequencies[symbol]!++;
  const lengths = codeLengths(frequencies);
  // The format wants two tables at least: the same twice, and every selector the first.
  const groups = Math.ceil(symbols.length / GROUP);
  out.put(2, 3);
  out.put(groups, 15);
  for (let i = 0; i < groups; i++) out.put(0, 1);
  putLengths(out, lengths);
  putLengths(out, lengths);
  const codes = codesOf(lengths);
  for (const symbol of symbols) out.put(codes[symbol]!, lengths[symbol]!);
}

/**
 * Encodes bytes as one bzip2 stream.
 *
 * @param level Block size in units of 100 kB, 1 to 9. Default 5, as so3g has it.
 */
export function encodeBzip2(bytes: Uint8Array, level = 5): Uint8Array {
  const out = new BitWriter();
  // libbzip2 keeps this much of a block free.
  const capacity = level * 100_000 - 19;
  out.put(0x425a68, 24);
  out.put(0x30 + level, 8);
  let streamCrc = 0;
  for (let at = 0; at < bytes.length;) {
    const { packed, taken } = packRuns(bytes, at, capacity);
    const crc = bzip2Crc(bytes.subarray(at, at + taken));
    putBlock(out, packed, crc);
    streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ crc;
    at += taken;
  }
  out.put(0x177245, 24);
  out.put(0x385090, 24);
  out.put(streamCrc, 32);
  return out.finish();
}
