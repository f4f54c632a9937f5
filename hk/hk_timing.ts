/** What a feed asks recorders for in its `agg_params` (OCS 4.9). @module */
import type { AggParams } from "../ocs/encoded_feed.ts";
import { secondsOf } from "./feed_block.ts";

/** What a feed asks recorders for. */
export interface HkTiming {
  /** Seconds of data in a frame. */
  readonly frameLengthSeconds: number;
  /** Seconds without data until it counts as gone. */
  readonly freshSeconds: number;
}

const FRAME_LENGTH_SECONDS = 300;
const FRESH_SECONDS = 180;

/** Reads them; the defaults stand for what is not there, and for nonsense. */
export function readTiming({ frame_length, fresh_time }: AggParams): HkTiming {
  return {
    frameLengthSeconds: seconds(frame_length, FRAME_LENGTH_SECONDS),
    freshSeconds: seconds(fresh_time, FRESH_SECONDS),
  };
}

function seconds(value: unknown, otherwise: number): number {
  const number = secondsOf(value);
  return number >= 0 ? number : otherwise;
}
