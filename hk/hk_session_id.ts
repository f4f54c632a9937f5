/** The number that tells one run of a recorder from another (g3 5.3, G3-55). @module */
import { crc32 } from "node:zlib";

/** Whose session it is. */
export interface HkSessionIdOptions {
  /** Unix seconds. */
  readonly startTimeSeconds: number;
  /** Process id of the recorder. */
  readonly pid: number;
  /** What the stream is, such as `HK data`. */
  readonly description: string;
}

const FOURTEEN_BITS = 1 << 14;

/** A number of 60 bits that sorts by start time: seconds, process, description. */
export function hkSessionId({ startTimeSeconds, pid, description }: HkSessionIdOptions): bigint {
  const seconds = BigInt.asUintN(32, BigInt(Math.floor(startTimeSeconds)));
  // The ordinary checksum, not that of frames (G3 trap 1).
  return (seconds << 28n) | (BigInt(pid % FOURTEEN_BITS) << 14n) | BigInt(crc32(description) % FOURTEEN_BITS);
}
