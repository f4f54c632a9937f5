/** Some channels of a Scan frame, at a rate that people and feeds can follow (smurf 4.7). @module */
import { type G3Object, type G3Opaque, type TimestreamArray, unixSecondsOf } from "../../g3/mod.ts";

/** Samples of one channel. */
export interface ChannelSamples {
  /** Name of the channel, such as `r0012`. */
  readonly name: string;
  /** Unix seconds. */
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

/** All channels of a frame. */
interface Table {
  /** Seconds from the first sample to the last; from ticks, as Unix seconds are not exact enough for a rate. */
  readonly spanSeconds: number;
  readonly samples: number;
  /** Unix seconds of a sample. */
  time(sample: number): number;
  /** Values of a channel; undefined where there is none. */
  values(name: string): TimestreamArray | undefined;
}

/** Name of a channel in frames: `r` and its number with four digits. */
export function channelName(channel: number): string {
  return `r${String(channel).padStart(4, "0")}`;
}

/**
 * Picks every so many samples of the channels, so that they come at no more than the target rate.
 *
 * @param data The value `data` of a Scan frame: a timestream map or, other than in the reference, a super timestream.
 * @returns The channels that are in the frame; none when the frame does not tell its rate.
 * @throws {TypeError} If it is neither.
 */
export function pickSamples(
  data: G3Object | G3Opaque,
  { channels, targetRateHz }: { readonly channels: readonly number[]; readonly targetRateHz: number },
): ChannelSamples[] {
  const table = tableOf(data);
  if (table === undefined) return [];
  const { spanSeconds, samples } = table;
  const step = stepOf((samples - 1) / spanSeconds, samples, targetRateHz);
  if (step === undefined) return [];
  const picked = Array.from({ length: Math.ceil(samples / step) }, (_, i) => i * step);
  const timestamps = picked.map((sample) => table.time(sample));
  return channels.map(channelName).flatMap((name) => {
    const values = table.values(name);
    return values === undefined ? [] : [{ name, timestamps, values: picked.map((i) => Number(values[i])) }];
  });
}

/** Every which sample is taken; undefined where the rate is not known. */
function stepOf(rateHz: number, samples: number, targetRateHz: number): number | undefined {
  if (!Number.isFinite(rateHz)) return undefined;
  // A rate comes from times, and 199.99999 is 200.
  const step = Math.max(Math.floor(rateHz / targetRateHz + 1e-6), 1);
  return samples > 1 && samples <= step ? samples - 1 : step;
}

function tableOf(data: G3Object | G3Opaque): Table | undefined {
  if (data.class === "G3SuperTimestream") {
    const { names, times, value } = data;
    const first = times[0];
    const last = times.at(-1);
    if (first === undefined || last === undefined) return undefined;
    return {
      spanSeconds: unixSecondsOf(last - first),
      samples: times.length,
      time: (sample) => unixSecondsOf(times[sample] ?? 0n),
      values: (name) => {
        const row = names.indexOf(name);
        return row < 0 ? undefined : value.subarray(row * times.length, (row + 1) * times.length);
      },
    };
  }
  if (data.class !== "G3TimestreamMap") {
    throw new TypeError(`Cannot monitor channels: the data are a ${data.class}, expected timestreams`);
  }
  const [first] = data.value.values();
  if (first === undefined) return undefined;
  const startSeconds = unixSecondsOf(first.start);
  const spanSeconds = unixSecondsOf(first.stop - first.start);
  const samples = first.value.length;
  return {
    spanSeconds,
    samples,
    time: (sample) => startSeconds + spanSeconds * sample / (samples - 1),
    values: (name) => data.value.get(name)?.value,
  };
}
