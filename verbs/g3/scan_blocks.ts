/** Detector data as blocks of samples, so that they are listed, exported and drawn like housekeeping. @module */
import { blobHead, decodeBlob } from "../../g3/blob.ts";
import { classesForChannels } from "../../g3/classes.ts";
import type { G3Frame } from "../../g3/frame.ts";
import type {
  G3Object,
  G3SuperTimestream,
  G3Timestream,
  G3TimestreamMap,
  TimestreamArray,
} from "../../g3/objects.ts";
import type { HkChoice, HkProviderBlock, HkVector } from "../../hk/mod.ts";

/** Classes of detector data (g3 3.8, 3.9, 4.2); a `G3TimesampleMap` is what streams of version 1 keep their `primary` in. */
const CLASSES = new Set(["G3SuperTimestream", "G3TimestreamMap", "G3TimesampleMap"]);

/**
 * Gives the channels of a Scan frame that are wanted; nothing for other frames.
 *
 * The provider is the stream's id and the frame's key, such as `crate1slot2.data`; fields are the channels, such as `r0000`.
 *
 * @param withValues Whether the samples themselves are wanted; else channels that are compressed are not decoded, and are 0.
 * @throws {G3DecodeError} If a value cannot be decoded.
 */
export function* scanBlocks(
  frame: G3Frame,
  choice: HkChoice,
  { withValues = true }: { readonly withValues?: boolean } = {},
): Generator<HkProviderBlock, void, void> {
  if (frame.letters !== "S") return;
  const id = frame.get("sostream_id");
  const stream = id?.class === "G3String" ? id.value : "scan";
  for (const key of frame.keys()) {
    const provider = `${stream}.${key}`;
    const blob = frame.blob(key);
    // Decoding takes far longer than looking whether it is needed.
    if (blob === undefined || !CLASSES.has(blobHead(blob)?.name ?? "") || !choice.mayHave(provider)) continue;
    // A SMuRF has 1,720 channels, and each takes its time to decode.
    const classes = classesForChannels((name) => withValues && choice.has(provider, name));
    const object = decodeBlob(blob, { classes });
    if (object.class === "opaque") continue;
    const found = samplesOf(object);
    if (found === undefined || found.ticks.length === 0) continue;
    const fields = new Map<string, HkVector>();
    for (const [name, values] of found.channels) {
      if (values.length === found.ticks.length && choice.has(provider, name)) {
        fields.set(name, vectorOf(values));
      }
    }
    if (fields.size > 0) yield { name: key, provider, provId: undefined, ticks: found.ticks, fields };
  }
}

interface Samples {
  readonly ticks: BigInt64Array;
  readonly channels: Iterable<readonly [string, TimestreamArray]>;
}

function samplesOf(object: G3Object): Samples | undefined {
  switch (object.class) {
    case "G3SuperTimestream":
      return { ticks: object.times, channels: rowsOf(object) };
    case "G3TimestreamMap":
      return evenSamples(object);
    case "G3TimesampleMap": {
      const channels = [...object.value].flatMap(([name, vector]) =>
        vector?.class === "G3VectorInt" || vector?.class === "G3VectorDouble"
          ? [[name, vector.value] as const]
          : []
      );
      return { ticks: object.times, channels };
    }
    default:
      return undefined;
  }
}

function* rowsOf({ names, times, value }: G3SuperTimestream): Generator<readonly [string, TimestreamArray]> {
  const samples = times.length;
  for (const [row, name] of names.entries()) {
    yield [name, value.subarray(row * samples, (row + 1) * samples)];
  }
}

/** The times of the first; a map has the same for all. */
function evenSamples({ value }: G3TimestreamMap): Samples | undefined {
  const [first] = value.values();
  if (first === undefined) return undefined;
  const channels = [...value].map(([name, timestream]) => [name, timestream.value] as const);
  return { ticks: evenTicks(first), channels };
}

/** Times from first to last sample, both included (G3 trap 15). */
function evenTicks({ start, stop, value }: G3Timestream): BigInt64Array {
  const ticks = new BigInt64Array(value.length);
  const steps = BigInt(Math.max(1, value.length - 1));
  for (let at = 0; at < ticks.length; at++) ticks[at] = start + (stop - start) * BigInt(at) / steps;
  return ticks;
}

/** Converted only when it is asked for: a list of channels needs no values. */
function vectorOf(values: TimestreamArray): HkVector {
  if (values instanceof Float64Array || values instanceof Float32Array) {
    return {
      kind: "double",
      get values() {
        return Float64Array.from(values);
      },
    };
  }
  return {
    kind: "int",
    get values() {
      return values instanceof BigInt64Array ? values : BigInt64Array.from(values, BigInt);
    },
  };
}
