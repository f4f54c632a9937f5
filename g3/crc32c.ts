/** The checksum of frames (g3 1.3). @module */

const SLICES = 8;
/** Bytes of each of the two runs that are worked on at once. */
const RUN = 1024;

/** `TABLES[256 * k + b]`: what byte `b` does to the register when `k` bytes follow it. */
const TABLES = makeTables();
/** `SHIFTS[256 * k + b]`: what byte `k` of the register, `b`, has become after `RUN` zero bytes. */
const SHIFTS = makeShifts();

function makeTables(): Int32Array {
  const tables = new Int32Array(256 * SLICES);
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    tables[i] = value;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256]!;
    tables[i] = (before >>> 8) ^ tables[before & 255]!;
  }
  return tables;
}

function makeShifts(): Int32Array {
  const zeros = new DataView(new ArrayBuffer(RUN));
  // The register is linear: what 32 single bits become tells all.
  const bits = Array.from({ length: 32 }, (_, bit) => byEight(zeros, 1 << bit, 0, RUN));
  return Int32Array.from({ length: 1024 }, (_, i) => {
    let value = 0;
    for (let bit = 0; bit < 8; bit++) if ((i >>> bit) & 1) value ^= bits[((i >>> 8) << 3) + bit]!;
    return value;
  });
}

/** Eight bytes a step. */
function byEight(view: DataView, register: number, start: number, end: number): number {
  const T = TABLES;
  let crc = register;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    const a = view.getInt32(i, true) ^ crc;
    const b = view.getInt32(i + 4, true);
    crc = T[1792 + (a & 255)]! ^ T[1536 + ((a >>> 8) & 255)]! ^ T[1280 + ((a >>> 16) & 255)]! ^
      T[1024 + (a >>> 24)]! ^ T[768 + (b & 255)]! ^ T[512 + ((b >>> 8) & 255)]! ^
      T[256 + ((b >>> 16) & 255)]! ^ T[b >>> 24]!;
  }
  for (; i < end; i++) crc = T[(crc ^ view.getUint8(i)) & 255]! ^ (crc >>> 8);
  return crc;
}

/**
 * Continues the checksum of a frame: CRC-32C with initial value 0 and no final inversion (g3 1.3, G3 trap 1).
 *
 * The usual CRC-32C of some bytes is `~crc32c(bytes, 0xffffffff) >>> 0`.
 *
 * @param bytes What the checksum is to cover next.
 * @param register Result for what came before. Default 0, the start.
 * @returns The register as an unsigned 32-bit number.
 */
export function crc32c(bytes: Uint8Array, register = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return crc32cOver(view, register, 0, bytes.length);
}

/** The same over the bytes from `start` to `end` of a view: for many short parts, which need no view of their own then. */
export function crc32cOver(view: DataView, register: number, start: number, end: number): number {
  const T = TABLES;
  let crc = register | 0;
  let i = start;
  // Two runs at once, joined afterwards: a step waits for the tables, and the other run's goes on meanwhile. Measured in
  // GB/s on one core: 0.5 with eight single bytes a step, 1.9 with 16 bytes a step, 2.2 so.
  for (; i + 2 * RUN <= end; i += 2 * RUN) {
    let x = crc;
    let y = 0;
    for (let at = i; at < i + RUN; at += 8) {
      const a = view.getInt32(at, true) ^ x;
      const b = view.getInt32(at + 4, true);
      const c = view.getInt32(at + RUN, true) ^ y;
      const d = view.getInt32(at + RUN + 4, true);
      x = T[1792 + (a & 255)]! ^ T[1536 + ((a >>> 8) & 255)]! ^ T[1280 + ((a >>> 16) & 255)]! ^
        T[1024 + (a >>> 24)]! ^ T[768 + (b & 255)]! ^ T[512 + ((b >>> 8) & 255)]! ^
        T[256 + ((b >>> 16) & 255)]! ^ T[b >>> 24]!;
      y = T[1792 + (c & 255)]! ^ T[1536 + ((c >>> 8) & 255)]! ^ T[1280 + ((c >>> 16) & 255)]! ^
        T[1024 + (c >>> 24)]! ^ T[768 + (d & 255)]! ^ T[512 + ((d >>> 8) & 255)]! ^
        T[256 + ((d >>> 16) & 255)]! ^ T[d >>> 24]!;
    }
    crc = SHIFTS[x & 255]! ^ SHIFTS[256 + ((x >>> 8) & 255)]! ^ SHIFTS[512 + ((x >>> 16) & 255)]! ^
      SHIFTS[768 + (x >>> 24)]! ^ y;
  }
  return byEight(view, crc, i, end) >>> 0;
}
