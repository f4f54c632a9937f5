/** Random G3 frames that so3g 0.2.9 reads. @module */
import { G3Frame } from "../../g3/frame.ts";
import { FRAME_TYPES } from "../../g3/frame_type.ts";
import type {
  G3Object,
  G3SuperTimestream,
  G3Timestream,
  G3VectorInt,
  TimestreamArray,
} from "../../g3/objects.ts";
import type { Random } from "./random_values.ts";

const TEXTS = [
  "",
  "a",
  "é",
  "r0001",
  "with space",
  "日本語",
  "🔭",
  "\ufffd",
  "a\0b",
  "__proto__",
  "10",
  "9",
  "x".repeat(60),
];
const TYPES = Object.values(FRAME_TYPES).filter((code) => code !== FRAME_TYPES.EndProcessing);

function int64(random: Random): bigint {
  const bits = BigInt(random.below(65));
  const words = (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32));
  return BigInt.asIntN(64, words >> (64n - bits));
}

function double(random: Random): number {
  const words = BigUint64Array.of((BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32)));
  const any = new Float64Array(words.buffer)[0] ?? 0;
  return random.pick([
    Number.isNaN(any) ? 0 : any,
    random.next(),
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    1.5,
    5e-324,
    2 ** 53,
  ]);
}

function size(random: Random): number {
  return random.pick([0, 1, 2, 3, 5, 24, 25, random.below(80)]);
}

function text(random: Random): string {
  return random.pick(TEXTS) + (random.next() < 0.3 ? String(random.below(1000)) : "");
}

function doubles(random: Random, length = size(random)): Float64Array {
  return Float64Array.from({ length }, () => double(random));
}

/** Integers of one magnitude, so that every width occurs. */
function integers(random: Random, length = size(random)): BigInt64Array {
  const shift = BigInt(random.pick([0, 30, 32, 46, 48, 56]));
  return BigInt64Array.from({ length }, () => int64(random) >> shift);
}

function times(random: Random, length = size(random)): BigInt64Array {
  return BigInt64Array.from({ length }, (_, i) => 170000000012345678n + BigInt(i) * 500000n);
}

function bools(random: Random, length = size(random)): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(2));
}

function texts(random: Random, length = size(random)): string[] {
  return Array.from({ length }, () => text(random));
}

function mapOf<V>(random: Random, value: (random: Random) => V): Map<string, V> {
  return new Map(Array.from({ length: random.below(6) }, () => [text(random), value(random)] as const));
}

function timestream(random: Random): G3Timestream {
  const length = size(random);
  const flac = random.next() < 0.4;
  const any: TimestreamArray = random.pick<TimestreamArray>([
    doubles(random, length),
    Float32Array.from(doubles(random, length)),
    Int32Array.from({ length }, () => random.below(2 ** 32) | 0),
    integers(random, length),
  ]);
  const counts = Float64Array.from({ length }, () => random.next() < 0.1 ? NaN : random.below(5000) - 2500);
  return {
    class: "G3Timestream",
    // Peer so3g 0.2.9: has no names for 11 and 12, Trj and Frequency.
    units: flac ? 1 : random.below(11),
    start: int64(random),
    stop: int64(random),
    flacLevel: flac ? 1 + random.below(9) : 0,
    value: flac ? counts : any,
  };
}

function superTimestream(random: Random): G3SuperTimestream {
  const channels = 1 + random.below(4);
  const samples = random.pick([1, 3, 40, 300]);
  const length = channels * samples;
  const spread = 2 ** random.pick([4, 16, 24, 31]);
  const counts = Array.from({ length }, () => Math.floor((random.next() - 0.5) * spread));
  const kind = random.below(4);
  const value: TimestreamArray = kind === 0
    ? Int32Array.from(counts)
    : kind === 1
    ? BigInt64Array.from(counts, (count) => BigInt(count) * BigInt(2 ** random.pick([0, 1, 20])))
    : kind === 2
    ? Float32Array.from(counts, (count) => count % 100000 * 0.5)
    : Float64Array.from(counts, (count) => count * 0.5);
  return {
    class: "G3SuperTimestream",
    names: texts(random, channels),
    times: times(random, samples),
    value,
    quanta: kind < 2 ? new Float64Array(0) : new Float64Array(channels).fill(0.5),
    encoding: {
      flacLevel: 1 + random.below(8),
      bz2WorkFactor: 30,
      timesAlgo: random.pick([0, 2]),
      // FLAC alone is for what lies within 24 bits: so3g drops the rest (g3 4.2, defect 4).
      dataAlgo: random.pick(spread > 2 ** 16 || kind === 1 ? [0, 2, 3] : [0, 1, 2, 3]),
    },
  };
}

const quats = (random: Random) => doubles(random, 4 * random.below(4));
const complex = (random: Random) => doubles(random, 2 * random.below(4));
const rows = (random: Random) =>
  Array.from({ length: random.below(4) }, () => texts(random, random.below(4)));

/** Makes one object of each class that so3g 0.2.9 reads. */
const MAKERS: readonly ((random: Random, depth: number) => G3Object)[] = [
  (r) => ({ class: "G3Bool", value: r.next() < 0.5 }),
  (r) => ({ class: "G3Int", value: int64(r) }),
  (r) => ({ class: "G3Double", value: double(r) }),
  (r) => ({ class: "G3String", value: text(r) }),
  (r) => ({ class: "G3Time", value: int64(r) }),
  (r) => ({ class: "G3VectorDouble", value: doubles(r) }),
  (r) => ({ class: "G3VectorComplexDouble", value: complex(r) }),
  (r) => ({ class: "G3VectorBool", value: bools(r) }),
  (r) => ({ class: "G3VectorUnsignedChar", value: Uint8Array.from({ length: size(r) }, () => r.below(256)) }),
  (r) => ({ class: "G3VectorInt", value: integers(r) }),
  (r) => ({ class: "G3VectorString", value: texts(r) }),
  (r) => ({ class: "G3VectorVectorString", value: rows(r) }),
  (r) => ({ class: "G3VectorTime", value: integers(r) }),
  (r) => ({ class: "G3VectorQuat", value: quats(r) }),
  (r) => ({ class: "G3MapDouble", value: mapOf(r, double) }),
  (r) => ({ class: "G3MapInt", value: mapOf(r, int64) }),
  (r) => ({ class: "G3MapString", value: mapOf(r, text) }),
  (r) => ({ class: "G3MapQuat", value: mapOf(r, () => doubles(r, 4)) }),
  (r) => ({
    class: "G3MapMapDouble",
    value: mapOf(r, () => ({ class: "G3MapDouble", value: mapOf(r, double) })),
  }),
  (r) => ({ class: "G3MapVectorDouble", value: mapOf(r, doubles) }),
  (r) => ({ class: "G3MapVectorComplexDouble", value: mapOf(r, complex) }),
  (r) => ({ class: "G3MapVectorInt", value: mapOf(r, integers) }),
  (r) => ({ class: "G3MapVectorBool", value: mapOf(r, bools) }),
  (r) => ({ class: "G3MapVectorString", value: mapOf(r, texts) }),
  (r) => ({ class: "G3MapVectorVectorString", value: mapOf(r, rows) }),
  (r) => ({ class: "G3MapVectorTime", value: mapOf(r, integers) }),
  (r) => ({ class: "G3MapVectorQuat", value: mapOf(r, quats) }),
  (r) => ({ class: "G3TimestreamQuat", value: quats(r), start: int64(r), stop: int64(r) }),
  (r) => {
    const n = size(r);
    const fields: [string, G3Object][] = [
      ["d", { class: "G3VectorDouble", value: doubles(r, n) }],
      ["i", { class: "G3VectorInt", value: integers(r, n) } satisfies G3VectorInt],
      ["b", { class: "G3VectorBool", value: bools(r, n) }],
      ["s", { class: "G3VectorString", value: texts(r, n) }],
    ];
    return { class: "G3TimesampleMap", times: times(r, n), value: new Map(fields.slice(0, r.below(5))) };
  },
  timestream,
  (r) => ({ class: "G3TimestreamMap", value: mapOf(r, timestream) }),
  superTimestream,
  (r) => {
    const n = size(r);
    return {
      class: "IrregBlockDouble",
      prefix: text(r),
      t: doubles(r, n),
      value: mapOf(r, () => doubles(r, n)),
    };
  },
  (r, depth) => ({
    class: "G3VectorFrameObject",
    value: Array.from({ length: r.below(4) }, () => randomObject(r, depth + 1)),
  }),
  (r, depth) => ({ class: "G3MapFrameObject", value: mapOf(r, () => randomObject(r, depth + 1)) }),
];

/** A random object of any class; nested to four levels. */
export function randomObject(random: Random, depth = 0): G3Object {
  const makers = depth < 4 ? MAKERS : MAKERS.slice(0, 20);
  return random.pick(makers)(random, depth);
}

/** A random frame of up to ten values. */
export function randomFrame(random: Random): G3Frame {
  const frame = new G3Frame(random.next() < 0.1 ? random.below(2 ** 31) : random.pick(TYPES));
  for (let left = random.below(10); left > 0; left--) frame.set(text(random), randomObject(random));
  return frame;
}

/** How many classes there are. */
export const RANDOM_CLASSES = MAKERS.length;

/** An object of the class with this number. */
export function objectOfClass(random: Random, number: number): G3Object {
  return (MAKERS[number] ?? timestream)(random, 0);
}
