/** The checksum of frames (g3 1.3). @module */
import { BLOCK_BYTES, type LaneChecksum, laneChecksum } from "./crc32c_lanes.ts";

const SLICES = 8;

/** `TABLES[256 * k + b]`: what byte `b` does to the register when `k` bytes follow it. */
const TABLES = makeTables();

/** Made when the first long value comes; undefined where it cannot be made. */
let lanes: { readonly checksum: LaneChecksum | undefined } | undefined;

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
  let crc = register | 0;
  let at = start;
  if (end - start >= BLOCK_BYTES) {
    lanes ??= { checksum: laneChecksum(TABLES.subarray(0, 256)) };
    if (lanes.checksum !== undefined) {
      const size = end - start - (end - start) % BLOCK_BYTES;
      crc = lanes.checksum(new Uint8Array(view.buffer, view.byteOffset + start, size), crc);
      at += size;
    }
  }
  return byEight(view, crc, at, end) >>> 0;
}
