/** The rules of recording a stream: which frame belongs into which file (smurf 4.3 to 4.5). No I/O. @module */
import type { Clock } from "../../internal/clock.ts";
import { FRAME_TYPES, type RawFrame } from "../../g3/mod.ts";
import { acquisitionBase, acquisitionFolder, fileName, type FileNaming, isFolderName } from "./file_names.ts";
import { type FlowName, flowOf, isObservation, streamIdOf } from "./frame_facts.ts";

/** What can be chosen about recording. */
export interface RecordingRules {
  /** Where all files go. */
  readonly dataDir: string;
  readonly fileNaming: FileNaming;
  /** A file that has been open for longer is followed by another, in seconds. */
  readonly timePerFileSeconds: number;
  /** After a pause longer than this the next frame begins a new acquisition, in seconds. */
  readonly gapSeconds: number;
  /**
   * Folder for streams that do not name themselves; with it each stream has a folder of its own, and PipelineInfo frames,
   * which name no stream, are not recorded. Undefined: no such folders.
   */
  readonly streamId?: string | undefined;
}

/** Why a frame is not recorded. */
export type DropReason = "flow control" | "PipelineInfo";

/** What becomes of a frame. */
export interface Verdict {
  /** What it says about the flow; undefined for data. */
  readonly flow: FlowName | undefined;
  /** The open file, if any, is to be closed first: the acquisition is over. */
  readonly closes: boolean;
  /** Undefined for a frame that is to be recorded. */
  readonly drop: DropReason | undefined;
}

/** A file to be made. */
export interface NewFile {
  readonly folder: string;
  readonly path: string;
}

/** The part of the names that all files of an acquisition share. */
interface Names {
  readonly folder: string;
  readonly base: string;
}

/**
 * The acquisition that is being recorded.
 *
 * Whoever drives it writes the files, and tells it what happened: `judge` each frame, `nextFile` when it is to be
 * recorded and no file is open, `opened`, `wrote`, and `finishFile` when that is due.
 */
export class Acquisition {
  readonly #rules: RecordingRules;
  readonly #clock: Clock;
  #names: Names | undefined;
  #suffix = 0;
  #isOpen = false;
  #fileSinceMs = 0;
  #wroteAtMs = 0;
  #lastMeta: Uint8Array | undefined;

  /** Begins with nothing recorded. */
  constructor(rules: RecordingRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  /** Whether a file is open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Number of the present or next file in its acquisition, as far as the names are free. */
  get suffix(): number {
    return this.#suffix;
  }

  /** The latest Observation frame that was recorded, with which the next file begins; undefined after END. */
  get lastMeta(): Uint8Array | undefined {
    return this.#lastMeta;
  }

  /** Decides what becomes of a frame that has arrived now, and forgets what END says to forget. */
  judge(frame: RawFrame): Verdict {
    const flow = flowOf(frame);
    const closes = this.#isOpen && (flow === "START" || flow === "END" || this.isGap());
    if (flow === "END") this.#lastMeta = undefined;
    return { flow, closes, drop: this.#dropReason(frame, flow) };
  }

  #dropReason({ type }: RawFrame, flow: FlowName | undefined): DropReason | undefined {
    // Peer socs (timestream_aggregator, smurf B13): an unknown value ended the recording. Here it is ignored like ALIVE.
    if (flow !== undefined) return "flow control";
    const perStream = this.#rules.streamId !== undefined;
    return perStream && type === FRAME_TYPES.PipelineInfo ? "PipelineInfo" : undefined;
  }

  /** Whether a file is open to which nothing has been written for longer than the gap. */
  isGap(): boolean {
    return this.#isOpen && this.#clock.monotonicMs() - this.#wroteAtMs > this.#rules.gapSeconds * 1000;
  }

  /** Whether a file is open that has been open for longer than files may be. */
  isFileFull(): boolean {
    return this.#isOpen &&
      this.#clock.monotonicMs() - this.#fileSinceMs > this.#rules.timePerFileSeconds * 1000;
  }

  /**
   * Names the file that is to be made for a frame; the first one of an acquisition fixes the names of all others.
   *
   * Call `nameIsTaken` and ask again where it exists.
   */
  nextFile(frame: RawFrame | undefined): NewFile {
    const { folder, base } = this.#names ??= this.#newNames(frame);
    return { folder, path: `${folder}/${fileName(base, this.#suffix)}` };
  }

  #newNames(frame: RawFrame | undefined): Names {
    const { dataDir, fileNaming, streamId } = this.#rules;
    const now = this.#clock.now();
    const ownId = streamId === undefined || frame === undefined ? undefined : streamIdOf(frame);
    const usable = ownId !== undefined && isFolderName(ownId) ? ownId : streamId;
    return {
      folder: `${dataDir.replace(/\/+$/, "")}/${acquisitionFolder(now, usable)}`,
      base: acquisitionBase(now, fileNaming),
    };
  }

  /**
   * The name that `nextFile` gave exists: the next one is tried.
   *
   * Peer socs (smurf B12): a second acquisition in the same second counted the suffix up once, and truncated what was
   * there. Here names are taken as they are free.
   */
  nameIsTaken(): void {
    this.#suffix++;
  }

  /** The file is open. */
  opened(): void {
    this.#isOpen = true;
    this.#fileSinceMs = this.#wroteAtMs = this.#clock.monotonicMs();
  }

  /** The frame is in the file. */
  wrote(frame: RawFrame): void {
    this.touch();
    // Frames are views of memory that is used again.
    if (isObservation(frame)) this.#lastMeta = frame.bytes.slice();
  }

  /** Something is in the file now: the gap is counted from here. */
  touch(): void {
    this.#wroteAtMs = this.#clock.monotonicMs();
  }

  /** The file is finished, and the acquisition goes on in another. */
  finishFile(): void {
    this.#isOpen = false;
    this.#suffix++;
  }

  /** The file is finished, and so is the acquisition. */
  close(): void {
    this.#isOpen = false;
    this.#names = undefined;
    this.#suffix = 0;
  }
}
