/** A file of points that wait: records one after the other, only ever appended to. @module */
import { readHead, readPoints, sizeOfRecord } from "./spool_record.ts";

/** A place between two records. */
export interface SpoolPlace {
  /** Number of the file. */
  readonly segment: number;
  readonly offset: number;
  /** Points of the file before it. */
  readonly points: number;
}

/** Points from a spool. */
export interface SpoolBatch {
  readonly lines: readonly string[];
  /** When the first ones came, in Unix seconds. */
  readonly seconds: number;
  /** Where the next ones are. */
  readonly end: SpoolPlace;
}

/** One file. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  /** Whole records end here. */
  bytes: number;
  points: number;
  fromSeconds: number;
  toSeconds: number;
  /** Whether it holds something that is none of ours, or was spoilt; such a file is kept aside. */
  isDamaged: boolean;
  /** Damage up to here has been told of. */
  toldBytes: number;
}

/** Where a file of a folder is. */
export function segmentPath(folder: string, number: number): string {
  return `${folder}/${String(number).padStart(12, "0")}.points`;
}

/** A file with nothing in it yet. */
export function emptySegment(number: number, path: string): Segment {
  return { number, path, bytes: 0, points: 0, fromSeconds: 0, toSeconds: 0, isDamaged: false, toldBytes: 0 };
}

/** What an earlier run has left in a file: whole records, and perhaps a piece of one that its end has cut off. */
export async function scanSegment(folder: string, number: number): Promise<Segment> {
  const path = segmentPath(folder, number);
  const segment = {
    number,
    path,
    bytes: 0,
    points: 0,
    fromSeconds: 0,
    toSeconds: 0,
    isDamaged: false,
    toldBytes: 0,
  };
  using file = await Deno.open(path);
  const fileBytes = (await file.stat()).size;
  while (segment.bytes < fileBytes) {
    const record = await readHead(file, { offset: segment.bytes, fileBytes });
    if (record === undefined) break;
    if (segment.points === 0) segment.fromSeconds = record.seconds;
    segment.toSeconds = record.seconds;
    segment.points += record.points;
    segment.bytes += sizeOfRecord(record);
  }
  segment.isDamaged = segment.bytes < fileBytes;
  return segment;
}

/**
 * Reads records from a place on, as many as make about so many points.
 *
 * @returns Also how many points were passed over because they are spoilt.
 */
export async function readBatch(
  segment: Segment,
  from: SpoolPlace,
  mostPoints: number,
): Promise<SpoolBatch & { readonly damaged: number }> {
  using file = await Deno.open(segment.path);
  const lines: string[] = [];
  let { offset, points } = from;
  let seconds = segment.fromSeconds;
  let damaged = 0;
  while (offset < segment.bytes) {
    const record = await readHead(file, { offset, fileBytes: segment.bytes });
    if (record === undefined) {
      // Spoilt since it was opened: where the next record begins cannot be told.
      damaged += segment.points - points;
      offset = segment.bytes;
      points = segment.points;
      break;
    }
    if (lines.length > 0 && lines.length + record.points > mostPoints) break;
    if (lines.length === 0) seconds = record.seconds;
    const found = await readPoints(file, { offset, record });
    if (found === undefined) damaged += record.points;
    else for (const line of found) lines.push(line);
    offset += sizeOfRecord(record);
    points += record.points;
  }
  return { lines, seconds, end: { segment: segment.number, offset, points }, damaged };
}
