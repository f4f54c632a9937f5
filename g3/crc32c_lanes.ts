/**
 * The checksum of long values, by vector instructions of WebAssembly: sixteen runs of bytes at once.
 *
 * A block is sixteen runs, one behind the other. A vector has a lane for each run, and four vectors are the registers: the
 * lowest bytes of all, the next ones, and so on. A step takes a byte of each run. As in any table-driven CRC the lowest byte
 * of the register, with the byte of data, is looked up and the register moves on by a byte; but a vector can look up sixteen
 * entries only, so it is done for each half of that byte, and for each of the four bytes that come of it.
 *
 * The function is put together here, instruction by instruction, from this text; nothing is compiled beforehand.
 *
 * @module
 */

const LANES = 16;
/** Bytes of a run. Not a power of two: runs that far apart would share few places in the processor's cache. */
const RUN = 144;

/** Whole blocks are taken only, in bytes. */
export const BLOCK_BYTES = LANES * RUN;

/** So many blocks are copied and taken at once. */
const MOST_BLOCKS = 26;
// Where things are in the function's memory of one page of 64 KiB.
const TABLES_AT = 0;
const REGISTERS_AT = 128;
const DATA_AT = REGISTERS_AT + MOST_BLOCKS * LANES * 4;

/** Continues a checksum over whole blocks; the register is a signed number. */
export type LaneChecksum = (bytes: Uint8Array, register: number) => number;

/**
 * Makes the function; undefined where there is no WebAssembly, or none with these instructions.
 *
 * @param table What each byte does to the register.
 */
export function laneChecksum(table: Int32Array): LaneChecksum | undefined {
  let exported: WebAssembly.Exports;
  try {
    exported = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports;
  } catch {
    return undefined;
  }
  // The module exports these two and nothing else.
  const { buffer } = exported.memory as WebAssembly.Memory;
  const blocks = exported.blocks as (count: number) => void;
  const memory = new Uint8Array(buffer);
  for (let half = 0; half < 16; half++) {
    for (let k = 0; k < 4; k++) {
      memory[TABLES_AT + 16 * k + half] = table[half]! >>> (8 * k);
      memory[TABLES_AT + 64 + 16 * k + half] = table[half << 4]! >>> (8 * k);
    }
  }
  const registers = new Int32Array(buffer, REGISTERS_AT, MOST_BLOCKS * LANES);
  const shifts = makeShifts(table);
  return (bytes, register) => {
    let crc = register;
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(MOST_BLOCKS, (bytes.length - at) / BLOCK_BYTES);
      memory.set(bytes.subarray(at, at + count * BLOCK_BYTES), DATA_AT);
      blocks(count);
      for (let run = 0; run < count * LANES; run++) {
        crc = shifts[crc & 255]! ^ shifts[256 + ((crc >>> 8) & 255)]! ^ shifts[512 + ((crc >>> 16) & 255)]! ^
          shifts[768 + (crc >>> 24)]! ^ registers[run]!;
      }
      at += count * BLOCK_BYTES;
    }
    return crc;
  };
}

/** `shifts[256 * k + b]`: what byte `k` of the register, `b`, has become after `RUN` zero bytes. */
function makeShifts(table: Int32Array): Int32Array {
  // The register is linear: what 32 single bits become tells all.
  const bits = Array.from({ length: 32 }, (_, bit) => {
    let value = 1 << bit;
    for (let i = 0; i < RUN; i++) value = table[value & 255]! ^ (value >>> 8);
    return value;
  });
  return Int32Array.from({ length: 1024 }, (_, i) => {
    let value = 0;
    for (let bit = 0; bit < 8; bit++) if ((i >>> bit) & 1) value ^= bits[((i >>> 8) << 3) + bit]!;
    return value;
  });
}

// Locals: numbers, then vectors.
const COUNT = 0;
const AT = 1;
const OUT = 2;
const DONE = 3;
const LOW = 4;
const HIGH = 5;
const MASK = 6;
const TABLE = 7;
const REGISTER = TABLE + 8;
const DATA = REGISTER + 4;
const OTHER = DATA + LANES;
const LOCALS = OTHER + LANES;

/** Instructions one after the other (WebAssembly core specification 5.4). */
class Code {
  readonly bytes: number[] = [];

  get(local: number): this {
    return this.#add(0x20).#unsigned(local);
  }

  set(local: number): this {
    return this.#add(0x21).#unsigned(local);
  }

  /** Sets a local, and leaves the value where it is. */
  tee(local: number): this {
    return this.#add(0x22).#unsigned(local);
  }

  /** Adds to a number; leaves the sum. */
  add(local: number, value: number): this {
    return this.get(local).integer(value).#add(0x6a);
  }

  integer(value: number): this {
    this.#add(0x41);
    let rest = value;
    for (; rest < -64 || rest > 63; rest >>= 7) this.#add(rest & 127 | 128);
    return this.#add(rest & 127);
  }

  loop(body: () => void): this {
    this.#add(0x03, 0x40);
    body();
    return this.#add(0x0b);
  }

  /** Goes back to the beginning of the loop, if the number is not 0. */
  again(): this {
    return this.#add(0x0d, 0);
  }

  less(): this {
    return this.#add(0x49);
  }

  /** A vector from memory. */
  load(offset: number): this {
    return this.#vector(0).#add(0).#unsigned(offset);
  }

  store(offset: number): this {
    return this.#vector(11).#add(0).#unsigned(offset);
  }

  /** A vector of the same byte. */
  all(byte: number): this {
    return this.#vector(12).#add(...new Uint8Array(LANES).fill(byte));
  }

  and(): this {
    return this.#vector(0x4e);
  }

  xor(): this {
    return this.#vector(0x51);
  }

  /** Shifts 16 bits at a time. */
  shiftRight(): this {
    return this.#vector(0x8d);
  }

  /** Looks each lane up in a vector: `i8x16.relaxed_swizzle`, which does as the exact one does for indices below 16. */
  lookUp(): this {
    return this.#vector(0x100);
  }

  /** Takes `size` bytes of one vector and of another in turn, of their lower (0) or upper (1) halves. */
  interleave(size: number, half: number): this {
    this.#vector(13);
    for (let i = 8 * half; i < 8 * half + 8; i += size) {
      for (const other of [0, LANES]) for (let k = 0; k < size; k++) this.#add(other + i + k);
    }
    return this;
  }

  end(): this {
    return this.#add(0x0b);
  }

  #vector(code: number): this {
    return this.#add(0xfd).#unsigned(code);
  }

  #unsigned(value: number): this {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#add(rest & 127 | 128);
    return this.#add(rest);
  }

  #add(...bytes: readonly number[]): this {
    this.bytes.push(...bytes);
    return this;
  }
}

/** Loads 16 bytes of each run and turns them: from a vector for each run to one for each place. */
function loadData(code: Code): void {
  for (let run = 0; run < LANES; run++) code.get(AT).load(DATA_AT + run * RUN).set(DATA + run);
  for (let turn = 0; turn < 4; turn++) {
    const [from, to] = turn % 2 === 0 ? [DATA, OTHER] as const : [OTHER, DATA] as const;
    for (let i = 0; i < 8; i++) {
      for (const half of [0, 1]) {
        code.get(from + i).get(from + i + 8).interleave(1, half).set(to + 2 * i + half);
      }
    }
  }
}

/** One byte of each run. */
function step(code: Code, data: number): void {
  code.get(REGISTER).get(data).xor().tee(HIGH).get(MASK).and().set(LOW);
  code.get(HIGH).integer(4).shiftRight().get(MASK).and().set(HIGH);
  for (let k = 0; k < 4; k++) {
    code.get(TABLE + k).get(LOW).lookUp().get(TABLE + 4 + k).get(HIGH).lookUp().xor();
    if (k < 3) code.get(REGISTER + k + 1).xor();
    code.set(REGISTER + k);
  }
}

/** Writes the registers, four bytes for each run. */
function storeRegisters(code: Code): void {
  for (const pair of [0, 1]) {
    const low = REGISTER + 2 * pair;
    for (const half of [0, 1]) code.get(low).get(low + 1).interleave(1, half).set(OTHER + 2 * half + pair);
  }
  for (const quarter of [0, 1, 2, 3]) {
    const pairs = OTHER + 2 * (quarter >> 1);
    code.get(OUT).get(pairs).get(pairs + 1).interleave(2, quarter & 1).store(REGISTERS_AT + 16 * quarter);
  }
}

/** `blocks(count)`: the registers of each run of so many blocks, from 0. */
function blocksCode(): Code {
  const code = new Code().all(15).set(MASK);
  for (let i = 0; i < 8; i++) code.integer(TABLES_AT + 16 * i).load(0).set(TABLE + i);
  code.loop(() => {
    for (let k = 0; k < 4; k++) code.all(0).set(REGISTER + k);
    code.integer(0).set(DONE);
    code.loop(() => {
      loadData(code);
      for (let i = 0; i < LANES; i++) step(code, DATA + i);
      code.add(AT, 16).set(AT).add(DONE, 16).tee(DONE).integer(RUN).less().again();
    });
    storeRegisters(code);
    code.add(OUT, 4 * LANES).set(OUT).add(AT, BLOCK_BYTES - RUN).set(AT);
    code.add(COUNT, -1).tee(COUNT).again();
  });
  return code.end();
}

/** The module as bytes: one function, one page of memory (WebAssembly core specification 5.5). */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  // Lengths take two bytes: a number may be longer than it needs to be.
  const length = (bytes: readonly number[]) => [bytes.length & 127 | 128, bytes.length >> 7];
  const section = (id: number, content: readonly number[]) => [id, ...length(content), ...content];
  const exported = (name: string, kind: number) => [name.length, ...new TextEncoder().encode(name), kind, 0];
  // Three numbers beside the parameter, then vectors.
  const body = [2, 3, 0x7f, LOCALS - LOW, 0x7b, ...blocksCode().bytes];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...exported("memory", 2), ...exported("blocks", 0)]),
    ...section(10, [1, ...length(body), ...body]),
  ]);
}
