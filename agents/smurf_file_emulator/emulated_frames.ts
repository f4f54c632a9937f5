/** The frames of an emulated stream (g3 7.2, 7.3, 7.6). @module */
import {
  g3Bool,
  G3Frame,
  g3Int,
  g3String,
  type G3SuperTimestream,
  g3Time,
  TICKS_PER_SECOND,
  ticksOf,
  type TimestreamArray,
} from "../../g3/mod.ts";
import { normalNoise } from "../../internal/normal_noise.ts";

/** Rows of `primary`; the emulator calls the seventh as old streamers did. */
const PRIMARY = [
  "UnixTime",
  "FluxRampIncrement",
  "FluxRampOffset",
  "Counter0",
  "Counter1",
  "Counter2",
  "AveragingResetBits",
  "FrameCounter",
  "TESRelaySetting",
] as const;
const BIAS_LINES = 16;
const COUNTS_PER_PHI0 = 2 ** 16;
const SIGNAL_HZ = 8;
const VERSION = 2;
// What so3g's class does when it is not told otherwise.
const ENCODING = { flacLevel: 1, bz2WorkFactor: 30, timesAlgo: 2, dataAlgo: 3 };

/** What a stream's frames are made of. */
export interface EmulatedFramesOptions {
  readonly streamId: string;
  /** Whole Unix seconds. */
  readonly sessionId: number;
  readonly channels: number;
  /** Samples per second; they lie on multiples of its inverse, counted from the session's second. */
  readonly sampleRate: number;
  /** Fraction of samples that is left out. */
  readonly dropChance: number;
  /** Present Unix time in seconds. */
  readonly now: () => number;
  /** Gives numbers from 0 up to 1; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** Makes the frames of one session, numbered in the order in which they are made. */
export class EmulatedFrames {
  readonly #options: EmulatedFramesOptions;
  readonly #names: readonly string[];
  #frameNum = 0;
  #samples = 0;

  /** Begins with frame 0. */
  constructor(options: EmulatedFramesOptions) {
    this.#options = options;
    this.#names = Array.from({ length: options.channels }, (_, i) => `r${String(i).padStart(4, "0")}`);
  }

  #tagged(frame: G3Frame): G3Frame {
    const { sessionId, streamId, now } = this.#options;
    return frame
      .set("frame_num", g3Int(this.#frameNum++))
      .set("session_id", g3Int(sessionId))
      .set("sostream_id", g3String(streamId))
      .set("sostream_version", g3Int(VERSION))
      .set("time", g3Time(ticksOf(now())));
  }

  /** The frame that begins or ends a session; every file ends with one. */
  observation(placement: "start" | "end"): G3Frame {
    return this.#tagged(new G3Frame("O").set("stream_placement", g3String(placement)));
  }

  /** The full status, as YAML. */
  wiring(status: string): G3Frame {
    return this.#tagged(new G3Frame("W").set("status", g3String(status)).set("dump", g3Bool(true)));
  }

  /**
   * The samples from one time up to another, in Unix seconds; undefined when there are none.
   *
   * Peer socs (SmurfFileEmulator): the grid begins anew with each frame, so that samples between are lost or made twice
   * where a second has no whole number of them.
   */
  scan(startSeconds: number, stopSeconds: number): G3Frame | undefined {
    const { sessionId, sampleRate, dropChance, random = Math.random } = this.#options;
    const first = Math.ceil((startSeconds - sessionId) * sampleRate);
    const beyond = Math.ceil((stopSeconds - sessionId) * sampleRate);
    const kept: number[] = [];
    const counters: number[] = [];
    for (let index = first; index < beyond; index++) {
      const counter = this.#samples++;
      if (random() < dropChance) continue;
      kept.push(index);
      counters.push(counter);
    }
    if (kept.length === 0) return undefined;
    const anchor = BigInt(sessionId) * TICKS_PER_SECOND;
    const times = BigInt64Array.from(kept, (index) => anchor + BigInt(Math.round(index * 1e8 / sampleRate)));
    const stream = (names: readonly string[], value: TimestreamArray): G3SuperTimestream => ({
      class: "G3SuperTimestream",
      names,
      times,
      value,
      quanta: new Float64Array(),
      encoding: ENCODING,
    });
    const biases = Array.from({ length: BIAS_LINES }, (_, i) => `bias${String(i).padStart(2, "0")}`);
    return this.#tagged(
      new G3Frame("S")
        .set("data", stream(this.#names, this.#detectors(kept)))
        .set("primary", stream(PRIMARY, primary(times, counters)))
        .set("tes_biases", stream(biases, new Int32Array(BIAS_LINES * kept.length)))
        .set("timing_paradigm", g3String("Low Precision"))
        .set("num_samples", g3Int(kept.length)),
    );
  }

  /** Counts of each detector: an offset of its own, a common signal, and noise. */
  #detectors(indices: readonly number[]): Int32Array {
    const { channels, sampleRate, random } = this.#options;
    const samples = indices.length;
    const signal = indices.map((index) =>
      Math.trunc(COUNTS_PER_PHI0 * 0.2 * Math.sin(2 * Math.PI * SIGNAL_HZ * index / sampleRate))
    );
    const data = new Int32Array(channels * samples);
    for (let channel = 0; channel < channels; channel++) {
      const noise = normalNoise(samples, random);
      for (let i = 0; i < samples; i++) {
        data[channel * samples + i] = COUNTS_PER_PHI0 * channel + signal[i]! +
          Math.trunc(COUNTS_PER_PHI0 * 0.03 * noise[i]!);
      }
    }
    return data;
  }
}

/** Times in nanoseconds and the number of each sample; everything else is zero. */
function primary(times: BigInt64Array, counters: readonly number[]): BigInt64Array {
  const rows = new BigInt64Array(PRIMARY.length * times.length);
  times.forEach((ticks, i) => rows[i] = ticks * 10n);
  const at = PRIMARY.indexOf("FrameCounter") * times.length;
  counters.forEach((counter, i) => rows[at + i] = BigInt(counter));
  return rows;
}
