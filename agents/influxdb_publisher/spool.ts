/** Points that wait on the disk for the database. @module */
import { lockFile } from "../../internal/file_lock.ts";
import { recordBytes } from "./spool_record.ts";
import {
  emptySegment,
  readBatch,
  scanSegment,
  type Segment,
  segmentPath,
  type SpoolBatch,
  type SpoolPlace,
} from "./spool_segment.ts";

/** Points that waited and are given up, for a reason. */
export interface SpoolLoss {
  readonly points: number;
  /** When the first of them came, in Unix seconds. */
  readonly fromSeconds: number;
  /** When the last of them came. */
  readonly toSeconds: number;
  readonly cause: string;
}

/** How points wait. */
export interface SpoolOptions {
  /** Of this spool alone; made when it is not there. */
  readonly folder: string;
  /** Size of all files, beyond which the oldest one is given up. */
  readonly limitBytes: number;
  /** Told when points are given up. */
  readonly onLoss: (loss: SpoolLoss) => void;
}

const NAME = /^(\d{12})\.points$/;
const SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENTS = 16;

/**
 * Points in the order in which they came, in files that are appended to and removed when all in them has been sent.
 *
 * What is sent is not written down: after a restart the oldest file is sent from its beginning, which does no harm, because a
 * point of the same series and time takes the place of the one that is there.
 */
export class Spool implements AsyncDisposable {
  readonly folder: string;
  readonly #options: SpoolOptions;
  readonly #lock: Deno.FsFile;
  /** The oldest first. */
  readonly #segments: Segment[];
  /** How far the oldest one has been sent. */
  #sent: Omit<SpoolPlace, "segment"> = { offset: 0, points: 0 };
  #file: Deno.FsFile | undefined;
  #next: number;
  /** What is done with the files at present: one thing at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: SpoolOptions, lock: Deno.FsFile, segments: Segment[]) {
    this.folder = options.folder;
    this.#options = options;
    this.#lock = lock;
    this.#segments = segments;
    this.#next = (segments.at(-1)?.number ?? 0) + 1;
  }

  /**
   * Opens the folder, with what an earlier run has left there.
   *
   * @throws {Error} If the folder cannot be made or written, or another program has it open.
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { folder } = options;
    await Deno.mkdir(folder, { recursive: true });
    const lock = await Deno.open(`${folder}/lock`, { create: true, write: true });
    try {
      if (!await lockFile(lock)) {
        throw new Error(`Cannot use folder "${folder}": another program has it open`);
      }
      const numbers: number[] = [];
      for await (const { name } of Deno.readDir(folder)) {
        const [, number] = NAME.exec(name) ?? [];
        if (number !== undefined) numbers.push(Number(number));
      }
      numbers.sort((a, b) => a - b);
      const segments: Segment[] = [];
      for (const number of numbers) segments.push(await scanSegment(folder, number));
      return new Spool(options, lock, segments);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** Files that have more in them than whole records, as the end of this program in the middle of a record leaves it. */
  get unfinished(): readonly string[] {
    return this.#segments.flatMap(({ isDamaged, path }) => isDamaged ? [path] : []);
  }

  /** Points that wait. */
  get points(): number {
    return this.#segments.reduce((sum, { points }) => sum + points, 0) - this.#sent.points;
  }

  /** Size of all files. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Since when the oldest points wait, about, in Unix seconds; undefined when none do. */
  get sinceSeconds(): number | undefined {
    return this.#segments.find(({ points }) => points > 0)?.fromSeconds;
  }

  /**
   * Writes points behind all others.
   *
   * @param seconds When they came.
   * @returns The place behind them.
   * @throws {Error} Whatever the system says, such as that the disk is full; nothing has been added then.
   */
  append(lines: readonly string[], seconds: number): Promise<SpoolPlace> {
    return this.#inTurn(() => this.#append(lines, seconds));
  }

  /** Gives the oldest points, as many records as make about so many; undefined when there are none. */
  read(mostPoints: number, from?: SpoolPlace): Promise<SpoolBatch | undefined> {
    return this.#inTurn(() => this.#read(mostPoints, from));
  }

  /** Takes note that everything before a place has been sent. */
  advance(place: SpoolPlace): Promise<void> {
    return this.#inTurn(() => this.#advance(place));
  }

  /** Ends it; the files stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => Promise.resolve(this.#closeFile()));
    this.#lock.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    // Whoever asked gets the error; the next one does not.
    this.#turn = done.catch(() => {});
    return done;
  }

  async #append(lines: readonly string[], seconds: number): Promise<SpoolPlace> {
    const bytes = recordBytes(lines, seconds);
    const segment = await this.#writable();
    try {
      for (let at = 0; at < bytes.length;) at += await this.#file?.write(bytes.subarray(at)) ?? 0;
    } catch (error) {
      await this.#takeBack(segment);
      throw error;
    }
    if (segment.points === 0) segment.fromSeconds = seconds;
    segment.bytes += bytes.length;
    segment.points += lines.length;
    segment.toSeconds = seconds;
    const end = { segment: segment.number, offset: segment.bytes, points: segment.points };
    if (segment.bytes >= this.#segmentBytes) this.#closeFile();
    await this.#shrink();
    return end;
  }

  async #read(mostPoints: number, from?: SpoolPlace): Promise<SpoolBatch | undefined> {
    for (let at = from ?? this.#start(); at !== undefined; at = this.#following(at)) {
      const { segment: number } = at;
      const segment = this.#segments.find((one) => one.number === number);
      if (segment === undefined || at.offset >= segment.bytes) continue;
      const batch = await ifThere(readBatch(segment, at, mostPoints));
      if (batch === undefined) {
        this.#gone(segment);
        continue;
      }
      if (batch.damaged > 0) this.#damaged(segment, batch);
      if (batch.lines.length > 0) return batch;
      if (from === undefined) await this.#advance(batch.end);
    }
    return undefined;
  }

  async #advance(place: SpoolPlace): Promise<void> {
    for (;;) {
      const [first] = this.#segments;
      // It was given up meanwhile.
      if (first === undefined || first.number > place.segment) return;
      const isHere = first.number === place.segment;
      if (isHere && place.offset < first.bytes) {
        this.#sent = { offset: place.offset, points: place.points };
        return;
      }
      await this.#removeFirst();
      if (isHere) return;
    }
  }

  get #segmentBytes(): number {
    return Math.min(SEGMENT_BYTES, Math.ceil(this.#options.limitBytes / SEGMENTS));
  }

  #start(): SpoolPlace | undefined {
    const [first] = this.#segments;
    return first === undefined ? undefined : { segment: first.number, ...this.#sent };
  }

  #following({ segment }: SpoolPlace): SpoolPlace | undefined {
    const next = this.#segments.find(({ number }) => number > segment);
    return next === undefined ? undefined : { segment: next.number, offset: 0, points: 0 };
  }

  async #writable(): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (this.#file !== undefined && last !== undefined) return last;
    const number = this.#next++;
    const { folder } = this.#options;
    // Somebody may have tidied up.
    await Deno.mkdir(folder, { recursive: true });
    const path = segmentPath(folder, number);
    this.#file = await Deno.open(path, { createNew: true, append: true });
    const segment = emptySegment(number, path);
    this.#segments.push(segment);
    return segment;
  }

  /** A piece of a record may be there that could not be written whole. */
  async #takeBack({ bytes }: Segment): Promise<void> {
    try {
      await this.#file?.truncate(bytes);
    } catch {
      // What comes next goes to a new file.
      this.#closeFile();
    }
  }

  #closeFile(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** Gives up the oldest file as long as all are too large. */
  async #shrink(): Promise<void> {
    while (this.bytes > this.#options.limitBytes && this.#segments.length > 1) {
      const [first] = this.#segments;
      if (first === undefined) return;
      const points = first.points - this.#sent.points;
      const { fromSeconds, toSeconds } = first;
      await this.#removeFirst();
      if (points > 0) {
        this.#options.onLoss({
          points,
          fromSeconds,
          toSeconds,
          cause: "more waited than may wait on the disk",
        });
      }
    }
  }

  #damaged(segment: Segment, { damaged: points, end }: SpoolBatch & { readonly damaged: number }): void {
    // It may be read again, until it has been sent.
    if (end.offset <= segment.toldBytes) return;
    segment.toldBytes = end.offset;
    segment.isDamaged = true;
    const { fromSeconds, toSeconds, path } = segment;
    this.#options.onLoss({ points, fromSeconds, toSeconds, cause: `damaged in ${path}` });
  }

  /** Somebody has removed a file. */
  #gone(segment: Segment): void {
    const at = this.#segments.indexOf(segment);
    const sent = at === 0 ? this.#sent.points : 0;
    if (at === 0) this.#sent = { offset: 0, points: 0 };
    this.#segments.splice(at, 1);
    if (at === this.#segments.length) this.#closeFile();
    const { points, fromSeconds, toSeconds, path } = segment;
    this.#options.onLoss({
      points: points - sent,
      fromSeconds,
      toSeconds,
      cause: `somebody has removed ${path}`,
    });
  }

  async #removeFirst(): Promise<void> {
    const first = this.#segments.shift();
    this.#sent = { offset: 0, points: 0 };
    if (first === undefined) return;
    if (this.#segments.length === 0) this.#closeFile();
    // What cannot be read may be of use to somebody.
    await ifThere(
      first.isDamaged ? Deno.rename(first.path, `${first.path}.damaged`) : Deno.remove(first.path),
    );
  }
}

/** Undefined for a file that is not there. */
async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
