/** Points that wait, as they are written down. @module */
import { crc32 } from "node:zlib";
import { splitLines } from "../../hk/influx_point.ts";

/** One record, as its first line says it. */
export interface SpoolRecord {
  readonly points: number;
  /** Size of the points, without what is around them. */
  readonly bytes: number;
  readonly checksum: number;
  /** When it was written, in Unix seconds. */
  readonly seconds: number;
  /** Size of the first line. */
  readonly headBytes: number;
}

const HEAD = /^#points (\d{1,9}) bytes (\d{1,9}) crc32 ([0-9a-f]{8}) time (\d{1,12}\.\d{3})$/;
/** A first line is no longer than that. */
const MOST_HEAD_BYTES = 96;
const LINE_BREAK = 10;

/** Makes a record: a line that says what follows, the points, a line break. */
export function recordBytes(lines: readonly string[], seconds: number): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const body = encoder.encode(lines.join("\n"));
  const checksum = crc32(body).toString(16).padStart(8, "0");
  const head = encoder.encode(
    `#points ${lines.length} bytes ${body.length} crc32 ${checksum} time ${seconds.toFixed(3)}\n`,
  );
  const bytes = new Uint8Array(head.length + body.length + 1);
  bytes.set(head);
  bytes.set(body, head.length);
  bytes[bytes.length - 1] = LINE_BREAK;
  return bytes;
}

/** Size of a whole record. */
export function sizeOfRecord({ headBytes, bytes }: SpoolRecord): number {
  return headBytes + bytes + 1;
}

/** Reads the first line of the record at a place; undefined when there is none, or not all of the record. */
export async function readHead(
  file: Deno.FsFile,
  { offset, fileBytes }: { readonly offset: number; readonly fileBytes: number },
): Promise<SpoolRecord | undefined> {
  const bytes = await readAt(file, offset, Math.min(MOST_HEAD_BYTES, fileBytes - offset));
  const end = bytes.indexOf(LINE_BREAK);
  const found = end < 0 ? null : HEAD.exec(new TextDecoder().decode(bytes.subarray(0, end)));
  if (found === null) return undefined;
  const record = {
    points: Number(found[1]),
    bytes: Number(found[2]),
    checksum: parseInt(found[3] ?? "", 16),
    seconds: Number(found[4]),
    headBytes: end + 1,
  };
  return offset + sizeOfRecord(record) <= fileBytes ? record : undefined;
}

/** Reads the points of a record; undefined when they are not what was written. */
export async function readPoints(
  file: Deno.FsFile,
  { offset, record }: { readonly offset: number; readonly record: SpoolRecord },
): Promise<string[] | undefined> {
  const body = await readAt(file, offset + record.headBytes, record.bytes);
  if (body.length < record.bytes || crc32(body) !== record.checksum) return undefined;
  return splitLines(new TextDecoder().decode(body), record.points);
}

async function readAt(file: Deno.FsFile, offset: number, bytes: number): Promise<Uint8Array> {
  await file.seek(offset, Deno.SeekMode.Start);
  const piece = new Uint8Array(Math.max(0, bytes));
  let read = 0;
  while (read < piece.length) {
    const count = await file.read(piece.subarray(read));
    if (count === null) break;
    read += count;
  }
  return piece.subarray(0, read);
}
