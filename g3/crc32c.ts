/** The checksum of frames (g3 1.3). @module */

const SLICES = 16;

/** `TABLES[256 * k + b]`: what byte `b` does to the register when `k` bytes follow it. */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(256 * SLICES);
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    tables[i] = value;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = at(tables, i - 256);
    tables[i] = (before >>> 8) ^ at(tables, before & 255);
  }
  return tables;
}

/** An element that is there by construction. */
function at(table: Int32Array, index: number): number {
  return table[index]!;
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
  // 16 bytes a step (slicing-by-16): measured on one core, 0.9 GB/s against 0.4 with 8 and single-byte loads.
  const T = TABLES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - 15;
  let crc = register | 0;
  let i = 0;
  for (; i < whole; i += 16) {
    const a = view.getInt32(i, true) ^ crc;
    const b = view.getInt32(i + 4, true);
    const c = view.getInt32(i + 8, true);
    const d = view.getInt32(i + 12, true);
    crc = at(T, 3840 + (a & 255)) ^ at(T, 3584 + ((a >>> 8) & 255)) ^
      at(T, 3328 + ((a >>> 16) & 255)) ^ at(T, 3072 + (a >>> 24)) ^
      at(T, 2816 + (b & 255)) ^ at(T, 2560 + ((b >>> 8) & 255)) ^
      at(T, 2304 + ((b >>> 16) & 255)) ^ at(T, 2048 + (b >>> 24)) ^
      at(T, 1792 + (c & 255)) ^ at(T, 1536 + ((c >>> 8) & 255)) ^
      at(T, 1280 + ((c >>> 16) & 255)) ^ at(T, 1024 + (c >>> 24)) ^
      at(T, 768 + (d & 255)) ^ at(T, 512 + ((d >>> 8) & 255)) ^
      at(T, 256 + ((d >>> 16) & 255)) ^ at(T, d >>> 24);
  }
  for (; i < bytes.length; i++) crc = at(T, (crc ^ bytes[i]!) & 255) ^ (crc >>> 8);
  return crc >>> 0;
}
