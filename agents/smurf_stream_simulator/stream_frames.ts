/** The frames of the stream simulator (smurf 5.1, g3 7.6). @module */
import {
  g3Double,
  G3Frame,
  g3Int,
  g3String,
  type G3Timestream,
  ticksOf,
  type TimestreamArray,
} from "../../g3/mod.ts";

/** Values of `sostream_flowcontrol` (smurf 4.2). */
export const FLOW = { ALIVE: 0, START: 1, END: 2, CLEANSE: 3 } as const;

// The stream's session is always the same one; only a real streamer counts them.
const SESSION_ID = 0;

/** A frame of type none that steers recorders. */
export function flowFrame(value: typeof FLOW.ALIVE | typeof FLOW.START | typeof FLOW.END): G3Frame {
  return new G3Frame("N").set("sostream_flowcontrol", g3Int(value));
}

/** The empty Observation and Wiring frames that overwrite what the sender keeps for new clients. */
export function cleanseFrames(): readonly G3Frame[] {
  return ["O", "W"].map((type) => new G3Frame(type).set("sostream_flowcontrol", g3Int(FLOW.CLEANSE)));
}

/** The frame that begins an acquisition. */
export function observationFrame(streamId: string, startTimeSeconds: number): G3Frame {
  return new G3Frame("O")
    .set("session_id", g3Int(SESSION_ID))
    .set("start_time", g3Double(startTimeSeconds))
    .set("sostream_id", g3String(streamId));
}

/** What a Scan frame holds. */
export interface ScanFrameOptions {
  readonly streamId: string;
  readonly frameNum: number;
  /** Unix seconds. */
  readonly startSeconds: number;
  /** Unix seconds. */
  readonly stopSeconds: number;
  /** Samples of each channel. */
  readonly channels: readonly TimestreamArray[];
}

/** A frame of detector data: plain doubles without units, all over the same time. */
export function scanFrame(options: ScanFrameOptions): G3Frame {
  const { streamId, frameNum, startSeconds, stopSeconds, channels } = options;
  const start = ticksOf(startSeconds);
  const stop = ticksOf(stopSeconds);
  const streams = channels.map((value, i): [string, G3Timestream] => [
    `r${String(i).padStart(4, "0")}`,
    { class: "G3Timestream", units: 0, start, stop, flacLevel: 0, value },
  ]);
  return new G3Frame("S")
    .set("session_id", g3Int(SESSION_ID))
    .set("frame_num", g3Int(frameNum))
    .set("sostream_id", g3String(streamId))
    .set("data", { class: "G3TimestreamMap", value: new Map(streams) });
}
