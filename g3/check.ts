/** Looks at everything that can be wrong with a stream of frames. @module */
import { type DecodeOptions, tryDecodeBlob } from "./blob.ts";
import { type G3DecodeError, G3StreamError } from "./errors.ts";
import { G3Frame } from "./frame.ts";
import { FrameSplitter, type RawFrame, type SplitOptions } from "./frame_splitter.ts";
import { frameLetters } from "./frame_type.ts";
import type { ByteSource } from "./read_frames.ts";

/** How closely to look. */
export interface CheckOptions extends DecodeOptions, Omit<SplitOptions, "crc"> {
  /** Whether to decode every value too. Default true. */
  readonly values?: boolean;
  /** How many faults of each kind are told one by one; all are counted. Default 100. */
  readonly maxFaults?: number;
}

/** A value that cannot be decoded. */
export interface BadValue {
  /** Start of its frame. */
  readonly offset: number;
  /** Key of the value. */
  readonly key: string;
  /** What is wrong with it. */
  readonly error: G3DecodeError;
}

/** What `checkFrames` found. */
export interface CheckReport {
  /** Whether nothing at all is wrong. */
  readonly ok: boolean;
  /** Whole frames with a right checksum. */
  readonly frames: number;
  /** Of these, how many there are of each type, by its letters. */
  readonly types: ReadonlyMap<string, number>;
  /** Where the last whole frame ends: a copy of so many bytes can be read to its end, but for wrong checksums. */
  readonly wholeBytes: number;
  /** How many frames had a wrong checksum. */
  readonly crcFaults: number;
  /** Wrong checksums, and what ended the reading, as it stands in the stream. */
  readonly faults: readonly G3StreamError[];
  /** How many values could not be decoded. */
  readonly badValueCount: number;
  /** Values that could not be decoded. */
  readonly badValues: readonly BadValue[];
  /** Classes that are not known, and how many values there were of each. */
  readonly unknownClasses: ReadonlyMap<string, number>;
}

/** Counts while the frames go by. */
class Findings {
  readonly #options: CheckOptions;
  readonly types = new Map<string, number>();
  readonly unknownClasses = new Map<string, number>();
  readonly faults: G3StreamError[] = [];
  readonly badValues: BadValue[] = [];
  frames = 0;
  crcFaults = 0;
  badValueCount = 0;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  add(raw: RawFrame): void {
    const { maxFaults = 100, source, values = true } = this.#options;
    if (raw.crcOk === false) {
      if (this.crcFaults++ >= maxFaults) return;
      const what = `its checksum is not that of its ${raw.bytes.length} bytes`;
      this.faults.push(new G3StreamError(raw.offset, "crc", what, { source }));
      return;
    }
    this.frames++;
    count(this.types, frameLetters(raw.type));
    if (values) this.#addValues(raw, maxFaults);
  }

  #addValues(raw: RawFrame, maxFaults: number): void {
    const frame = G3Frame.parse(raw);
    for (const key of frame.keys()) {
      const found = tryDecodeBlob(frame.blob(key) ?? new Uint8Array(0), this.#options);
      if (found instanceof Error) {
        if (this.badValueCount++ < maxFaults) this.badValues.push({ offset: raw.offset, key, error: found });
      } else if (found.class === "opaque") count(this.unknownClasses, found.name ?? "?");
    }
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/**
 * Reads a whole stream and tells everything that is wrong with it; never throws for damage.
 *
 * Frames with a wrong checksum are told and passed over; reading ends at what is no frame, or no whole one.
 *
 * @example A file that was cut
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame } from "./frame.ts";
 *
 * const bytes = new G3Frame("H").set("n", { class: "G3Int", value: 1n }).encode();
 * const report = await checkFrames([bytes, bytes.subarray(0, 20)]);
 * assert.equal(report.frames, 1);
 * assert.equal(report.wholeBytes, bytes.length);
 * assert.equal(report.faults[0]?.fault, "truncated");
 * ```
 */
export async function checkFrames(source: ByteSource, options: CheckOptions = {}): Promise<CheckReport> {
  const splitter = new FrameSplitter({ ...options, crc: "report" });
  const found = new Findings(options);
  try {
    for await (const piece of source instanceof Uint8Array ? [source] : source) {
      for (const raw of splitter.push(piece)) found.add(raw);
    }
    splitter.end();
  } catch (error) {
    if (!(error instanceof G3StreamError)) throw error;
    found.faults.push(error);
  }
  const { frames, types, crcFaults, faults, badValueCount, badValues, unknownClasses } = found;
  return {
    ok: faults.length === 0 && badValueCount === 0,
    ...{ frames, types, crcFaults, faults, badValueCount, badValues, unknownClasses },
    wholeBytes: splitter.offset,
  };
}
