/** What a recorder has seen, as clients read it in the session data. @module */
import { frameLetters } from "../../g3/mod.ts";
import type { Clock } from "../../internal/clock.ts";
import { Float } from "../../internal/float.ts";
import { printable } from "../../internal/limited_log.ts";
import type { FlowName } from "./frame_facts.ts";

/** Frames of a session that never came. */
export interface MissingFrames {
  readonly session_id: number;
  /** Their numbers. */
  readonly first: number;
  readonly last: number;
  /** Unix seconds at which the frames around them came. */
  readonly after: Float;
  readonly before: Float;
  /** `not sent`: the connection was there all the time, and the sender left them out. */
  readonly cause: "damaged" | "no connection" | "not sent";
}

/** Session data of `stream` and `record`; counts since the agent's start. */
export interface StreamData extends Record<string, unknown> {
  connected: boolean;
  /** Address and port of the sender; null while there is none. */
  sender: string | null;
  /** The file that is open; null while there is none. */
  current_file: string | null;
  /** Unix seconds at which the last frame was recorded. */
  last_frame_time: Float | null;
  readonly connections: {
    /** Attempts that failed. */
    failed: number;
    made: number;
    /** Ended by the sender. */
    closed: number;
    /** Ended because the sender was silent. */
    silent: number;
    /** Ended because what came was damaged, or the connection broke. */
    broken: number;
  };
  readonly frames: {
    written: number;
    bytes: number;
    /** Recorded frames by the letters of their type. */
    readonly by_type: Record<string, number>;
    /** Leading copies of Observation frames in further files. */
    repeated: number;
    /** Frames that never came, by the numbers of those that did. */
    missing: number;
    /** Frames that were not recorded, by reason. */
    readonly dropped: Record<string, number>;
  };
  /** The latest frames that never came; null while none are missing. */
  last_missing: MissingFrames | null;
  /** Flow control frames by what they say. */
  readonly flow: Partial<Record<FlowName, number>>;
  /** Damage by kind. */
  readonly faults: Record<string, number>;
  last_fault: {
    readonly kind: string;
    /** Byte of the connection at which the frame that failed starts. */
    readonly offset: number;
    readonly sender: string | null;
    readonly detail: string;
    /** Unix seconds. */
    readonly time: Float;
  } | null;
  readonly files: {
    finished: number;
    /** The last file that was finished. */
    last: string | null;
  };
  readonly disk: {
    /** Whether there is room: `ok`, `low`, `full` or `unknown`. */
    state: string;
    free_mb: number | null;
    /** Why frames wait in memory and nothing is read; null when all is well. */
    error: string | null;
  };
}

/** Types of frames that are counted by name; a sender of garbage must not fill the memory with others. */
const MOST_TYPES = 40;

/** Keeps the counts. */
export class StreamReport {
  /** Changed in place, so that every reply shows the present state. */
  readonly data: StreamData = {
    connected: false,
    sender: null,
    current_file: null,
    last_frame_time: null,
    connections: { failed: 0, made: 0, closed: 0, silent: 0, broken: 0 },
    frames: { written: 0, bytes: 0, by_type: {}, repeated: 0, missing: 0, dropped: {} },
    last_missing: null,
    flow: {},
    faults: {},
    last_fault: null,
    files: { finished: 0, last: null },
    disk: { state: "unknown", free_mb: null, error: null },
  };
  readonly #clock: Clock;

  /** Starts at zero. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Frames are in the file. */
  wrote(types: readonly number[], bytes: number): void {
    const { frames } = this.data;
    frames.written += types.length;
    frames.bytes += bytes;
    for (const type of types) countIn(frames.by_type, this.#typeName(type));
    this.data.last_frame_time = new Float(this.#clock.now());
  }

  /** Frames are not in any file. */
  dropped(reason: string, frames = 1): void {
    countIn(this.data.frames.dropped, reason, frames);
  }

  /** Frames never came. */
  missing(frames: MissingFrames): void {
    this.data.frames.missing += frames.last - frames.first + 1;
    this.data.last_missing = frames;
  }

  /** The sender said something about the flow. */
  heard(flow: FlowName): void {
    this.data.flow[flow] = (this.data.flow[flow] ?? 0) + 1;
  }

  /** Something that came was damaged. */
  fault(kind: string, offset: number, detail: string): void {
    countIn(this.data.faults, kind);
    this.data.last_fault = {
      kind,
      offset,
      sender: this.data.sender,
      detail: printable(detail),
      time: new Float(this.#clock.now()),
    };
  }

  /** A file is finished. */
  finished(path: string): void {
    this.data.files.finished++;
    this.data.files.last = path;
    this.data.current_file = null;
  }

  #typeName(type: number): string {
    const letters = frameLetters(type);
    const name = /^[!-~]+$/.test(letters) ? letters : `0x${type.toString(16)}`;
    const { by_type } = this.data.frames;
    return Object.hasOwn(by_type, name) || Object.keys(by_type).length < MOST_TYPES ? name : "other";
  }
}

/** Adds to a count that may not be there yet. */
function countIn(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (Object.hasOwn(counts, name) ? counts[name] ?? 0 : 0) + by;
}
