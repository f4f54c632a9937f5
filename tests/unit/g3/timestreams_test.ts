/** Timestreams, FLAC and `G3SuperTimestream` (g3 3.8, 3.12, 4.2; conformance points 40 to 51). @module */
import assert from "node:assert/strict";
import { ArchiveWriter } from "../../../g3/archive_writer.ts";
import { decodeBlob, encodeBlob } from "../../../g3/blob.ts";
import { CLASSES, classesForChannels } from "../../../g3/classes.ts";
import { encodeFlac } from "../../../g3/codecs/flac_encoder.ts";
import { crc16, crc8, FlacDecoder } from "../../../g3/codecs/flac_decoder.ts";
import { G3Frame } from "../../../g3/frame.ts";
import { FrameSplitter } from "../../../g3/frame_splitter.ts";
import type { G3Object, G3SuperTimestream, G3Timestream, TimestreamArray } from "../../../g3/objects.ts";
import { goldenFile } from "../../helpers/g3_golden.ts";
import { Random } from "../../helpers/random_values.ts";

function again<T extends G3Object>(object: T): T {
  // What was written as one class is read as it.
  return decodeBlob(encodeBlob(object)) as T;
}

function stream(value: TimestreamArray, flacLevel = 0): G3Timestream {
  return { class: "G3Timestream", units: 1, start: 0n, stop: 100n, flacLevel, value };
}

function superStream(
  value: TimestreamArray,
  channels: number,
  dataAlgo = 3,
  quanta: readonly number[] = [],
): G3SuperTimestream {
  const samples = value.length / channels;
  return {
    class: "G3SuperTimestream",
    names: Array.from({ length: channels }, (_, i) => `r${String(i).padStart(4, "0")}`),
    times: BigInt64Array.from({ length: samples }, (_, i) => 170000000012345678n + BigInt(i) * 500000n),
    value,
    quanta: Float64Array.from(quanta),
    encoding: { flacLevel: 1, bz2WorkFactor: 30, timesAlgo: dataAlgo === 0 ? 0 : 2, dataAlgo },
  };
}

/** A timestream of version 4, compressed, by hand. */
function version4(
  depth: number,
  type: number,
  flag: number,
  mask: number[] | undefined,
  samples: Int32Array,
): Uint8Array {
  const writer = new ArchiveWriter(CLASSES);
  writer.u8(1);
  writer.u32(0x80000001);
  writer.text("G3Timestream");
  writer.u32(0x80000001);
  writer.version("G3Timestream", 4);
  writer.frameObject();
  writer.u32(1);
  writer.version("G3Time", 1);
  writer.i64(0n);
  writer.i64(100n);
  writer.u8(5);
  writer.u8(depth);
  writer.u32(type);
  writer.u8(flag);
  if (mask !== undefined) {
    writer.count(mask.length);
    writer.bytes(Uint8Array.from(mask));
  }
  const flac = encodeFlac(samples);
  writer.count(flac.length);
  writer.bytes(flac);
  return writer.written().slice();
}

Deno.test("G3-40: every kind of number goes through a G3Timestream, and version 3 is written", () => {
  for (
    const value of [
      Float64Array.of(1.5, -0, NaN),
      Float32Array.of(0.1, Infinity),
      Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
      BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
      new Float64Array(0),
    ]
  ) {
    assert.deepEqual(again(stream(value)), stream(value));
  }
  assert.equal(encodeBlob(stream(new Float64Array(1)))[29], 3);
});

Deno.test("G3-40: compressed timestreams of version 4 decode to each type, with all NaN flags", () => {
  const samples = Int32Array.of(5, -6, 7);
  const read = (blob: Uint8Array) => {
    const object = decodeBlob(blob);
    assert(object.class === "G3Timestream");
    return object.value;
  };
  assert.deepEqual(read(version4(24, 0, 0, undefined, samples)), Float64Array.of(5, -6, 7));
  assert.deepEqual(read(version4(24, 1, 2, [0, 1, 0], samples)), Float32Array.of(5, NaN, 7));
  assert.deepEqual(read(version4(24, 1, 1, undefined, samples)), Float32Array.of(NaN, NaN, NaN));
  assert.deepEqual(read(version4(24, 2, 0, undefined, samples)), Int32Array.of(5, -6, 7));
  assert.deepEqual(read(version4(32, 3, 0, undefined, samples)), BigInt64Array.of(5n, -6n, 7n));
});

Deno.test("G3-40, trap 41: a compressed timestream keeps whole numbers of 24 bits, and makes NaN of infinities", () => {
  const value = Float64Array.of(1, 2 ** 23 - 1, -(2 ** 23), NaN, Infinity, 1.9, -1.9, 2 ** 23, 2 ** 24 + 1);
  const expected = Float32Array.of(1, 2 ** 23 - 1, -(2 ** 23), NaN, NaN, 1, -1, -(2 ** 23), 1);
  assert.deepEqual(again(stream(value, 5)).value, expected);
  for (const only of [Float64Array.of(NaN, NaN), new Float64Array(0), new Float64Array(5000)]) {
    assert.deepEqual(again(stream(only, 1)).value, Float32Array.from(only));
  }
});

Deno.test("G3-41: FlacDecoder does not believe STREAMINFO's totals, and skips other metadata", () => {
  const coded = encodeFlac(Int32Array.of(-5, -5, -5));
  const comment = Uint8Array.from([0x84, 0, 0, 5, 1, 2, 3, 4, 5]);
  const head = coded.slice(0, 42);
  head[4] = 0;
  head.fill(0xee, 26, 42);
  head[21] = 0x7f;
  const odd = new Uint8Array([...head, ...comment, ...coded.slice(42)]);
  assert.deepEqual(new FlacDecoder(odd).decode(0, odd.length, 100), Int32Array.of(-5, -5, -5));
});

Deno.test("FlacDecoder reads 32 bits: samples as they are, and predicted beyond what 32 bits hold", () => {
  // The head of a 24-bit stream; each frame tells its own depth. One verbatim frame, one of order 1 with plain residuals.
  const head = encodeFlac(new Int32Array(0));
  const edges = [2 ** 31 - 1, -(2 ** 31), 0, -1];
  const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const frame = (number: number, ...content: number[]) => {
    const start = [0xff, 0xf8, 0x79, 0x0e, number, 0, 3];
    const whole = [...start, crc8(Uint8Array.from(start), 0, start.length), ...content];
    const crc = crc16(Uint8Array.from(whole), 0, whole.length);
    return [...whole, crc >> 8, crc & 255];
  };
  const verbatim = frame(0, 0x02, ...edges.flatMap(word));
  // Order 1: a first sample of 32 bits, method 0, partition order 0, escape 15 with 31 bits: three residuals of 2^30 - 1.
  const bits = "00" + "0000" + "1111" + "11111" + "0111111111111111111111111111111".repeat(3);
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  const residual = Array.from(
    { length: padded.length / 8 },
    (_, i) => parseInt(padded.slice(8 * i, 8 * i + 8), 2),
  );
  const fixed = frame(1, (8 + 1) << 1, ...word(-(2 ** 31)), ...residual);
  const stream = Uint8Array.from([...head, ...verbatim, ...fixed]);
  const step = 2 ** 30 - 1;
  const expected = [...edges, ...[0, 1, 2, 3].map((k) => -(2 ** 31) + k * step)];
  assert.deepEqual(new FlacDecoder(stream).decode(0, stream.length, 100), Int32Array.from(expected));
});

Deno.test("FlacDecoder reads the example of g3 3.12", () => {
  const example = Uint8Array.fromHex(
    "664c6143800000220010001000000000000 00ac4417000000000".replaceAll(" ", "") + "00".repeat(16) +
      "fff8790c0000023700fffffbf5e0",
  );
  assert.deepEqual(new FlacDecoder(example).decode(0, example.length, 100), Int32Array.of(-5, -5, -5));
});

Deno.test("FlacDecoder reads what encodeFlac() wrote, of every kind and length", () => {
  const random = new Random(1);
  const kinds: ((i: number) => number)[] = [
    () => -5,
    () => random.below(2 ** 24) - 2 ** 23,
    (i) => Math.round(1e6 * Math.sin(i / 17)),
    (i) => i % 2 ? 2 ** 23 - 1 : -(2 ** 23),
    (i) => random.below(300) * (i % 1000 === 0 ? 20000 : 1),
    (i) => i * i % 8000000,
  ];
  for (const kind of kinds) {
    for (const length of [0, 1, 2, 3, 5, 15, 16, 200, 4096, 4097, 20000]) {
      const samples = Int32Array.from({ length }, (_, i) => kind(i));
      const coded = encodeFlac(samples);
      assert.deepEqual(new FlacDecoder(coded).decode(0, coded.length, length), samples);
      assert(coded.length < 60 + length * 3 + Math.ceil(length / 4096) * 20);
    }
  }
});

Deno.test("G3-42: a G3TimestreamMap keeps the order of the file", () => {
  const frame = [...new FrameSplitter().push(goldenFile("legacy.g3"))].map((raw) => G3Frame.parse(raw))
    .find((frame) => frame.has("G3TimestreamMap_v2"))!;
  assert.deepEqual([...frame.get("G3TimestreamMap_v2", "G3TimestreamMap").value.keys()], ["b", "a"]);
});

Deno.test("G3-46: integers go through every coding of a G3SuperTimestream, sums wrap", () => {
  const random = new Random(2);
  const edges = [2 ** 23, 2 ** 23 - 1, -(2 ** 23), -(2 ** 23) - 1, 2 ** 31 - 1, -(2 ** 31), 0, 1, -1];
  const big = (i: number) => BigInt(edges[i % edges.length]!) * (2n ** 32n) + BigInt(random.below(2 ** 32));
  const n = 400;
  const int32 = [
    ...Array.from({ length: n }, (_, i) => i % 100),
    ...Array.from({ length: n }, (_, i) => 2 ** 30 + i),
    ...Array.from({ length: n }, (_, i) => i < n / 2 ? 2 ** 23 : -(2 ** 23) - 1),
    ...Array.from({ length: n }, () => random.below(2 ** 32) | 0),
    ...Array.from({ length: n }, (_, i) => edges[i % edges.length]!),
  ];
  for (const algo of [0, 1, 2, 3]) {
    const small = superStream(Int32Array.from(int32), 5, algo);
    const read = again(small);
    assert.deepEqual(read.value, small.value);
    if (algo === 3) assert.deepEqual(read.encoding.masks, [1, 5, 3, 0, 3]);
    if (algo === 2) assert.deepEqual(read.encoding.masks?.slice(0, 3), [2, 2, 2]);
    const wide = superStream(
      BigInt64Array.from([
        ...int32.map(BigInt),
        ...Array.from({ length: n }, (_, i) => BigInt.asIntN(64, big(i))),
      ]),
      6,
      algo,
    );
    assert.deepEqual(again(wide).value, wide.value);
    assert.deepEqual(again(wide).times, wide.times);
  }
});

Deno.test("G3-47, trap 18: garbage in the shape is passed over, and zeros are written", () => {
  const blob = encodeBlob(superStream(Int32Array.of(1, -2), 1, 0));
  const shape = blob.length - 8 - 1 - 8 - 256;
  assert(blob.subarray(shape + 16, shape + 256).every((byte) => byte === 0));
  const odd = blob.slice();
  odd.fill(0xab, shape + 16, shape + 256);
  assert.deepEqual(decodeBlob(odd), decodeBlob(blob));
});

Deno.test("G3-48: floats are multiples of their quantum, rounded where so3g rounds", () => {
  const n = 500;
  const source = Float64Array.from({ length: 2 * n }, (_, i) => Math.sin(i / 7) * 100);
  const quanta = [1e-3, 0.5];
  const read64 = again(superStream(source, 2, 3, quanta));
  const expected = source.map((x, i) =>
    Math.sign(x) * Math.floor(Math.abs(x / quanta[i < n ? 0 : 1]!) + 0.5) * quanta[i < n ? 0 : 1]!
  );
  assert.deepEqual(read64.value, expected);
  const single = Float32Array.from(source);
  const read32 = again(superStream(single, 2, 3, quanta));
  const k = (i: number) => Math.fround(single[i]! / quanta[i < n ? 0 : 1]!);
  const integers = Array.from(single, (_, i) => Math.sign(k(i)) * Math.floor(Math.abs(k(i)) + 0.5));
  assert.deepEqual(
    read32.value,
    Float32Array.from(integers, (x, i) => Math.fround(x) * quanta[i < n ? 0 : 1]!),
  );
});

Deno.test("G3-49: a G3SuperTimestream without samples or channels decodes, and is not written", () => {
  const frame = [...new FrameSplitter().push(goldenFile("super.g3"))].map((raw) => G3Frame.parse(raw))
    .find((frame) => frame.has("no_samples"))!;
  for (const [key, names, times] of [["no_samples", 2, 0], ["no_channels", 0, 5]] as const) {
    const empty = frame.get(key, "G3SuperTimestream");
    assert.equal(empty.names.length, names);
    assert.equal(empty.times.length, times);
    assert.throws(() => encodeBlob(empty), /no channels or no samples/);
  }
});

Deno.test("G3-51: rows that would not shrink are raw, floats among them make the whole object plain", () => {
  const short = again(superStream(Int32Array.of(1, 2, 3), 1));
  assert.deepEqual(short.encoding.masks, [0]);
  assert.equal(short.encoding.timesAlgo, 0);
  const floats = superStream(Float32Array.of(0.25, 0.5, 0.77), 1, 3, [0.25]);
  const read = again(floats);
  assert.equal(read.encoding.dataAlgo, 0);
  assert.deepEqual(read.value, floats.value);
  const wild = superStream(Float64Array.from({ length: 400 }, (_, i) => i === 7 ? NaN : i), 1, 3, [1]);
  assert.deepEqual(again(wild).value, wild.value);
});

Deno.test("A raw row of floats inside a container is read as the floats that were stored", () => {
  // What so3g writes for short rows of floats, and cannot read itself (g3 4.2, defect 3).
  const integers = superStream(new Int32Array(Float32Array.of(0.25, 0.5, 0.77).buffer), 1, 3);
  const blob = encodeBlob(integers);
  const type = blob.indexOf(5, blob.length - 8 - 256 - 60);
  const withQuanta = new Uint8Array([...blob, ...new Uint8Array(8)]);
  // Element type float32, and one quantum between the algorithm and the offsets.
  withQuanta[type] = 11;
  const quanta = blob.length - 4 - 1 - 12 - 4 - 8 - 8 - 8;
  assert(quanta > type);
  const at = blob.length - (1 + 12) - 4 - 16 - 8;
  withQuanta.set(Uint8Array.of(1), at);
  withQuanta.set(new Uint8Array(Float64Array.of(0.25).buffer), at + 8);
  withQuanta.set(blob.subarray(at + 8), at + 16);
  const object = decodeBlob(withQuanta);
  assert(object.class === "G3SuperTimestream");
  assert.deepEqual(object.value, Float32Array.of(0.25, 0.5, 0.77));
});

Deno.test("classesForChannels() decodes the wanted channels as CLASSES does, and leaves the others 0", () => {
  const wanted = new Set(["r0001", "r0003"]);
  const classes = classesForChannels((name) => wanted.has(name));
  let compared = 0;
  for (const raw of new FrameSplitter().push(goldenFile("smurf_stream.g3"))) {
    const whole = G3Frame.parse(raw);
    if (whole.letters !== "S") continue;
    const { names, times, value, encoding } = whole.get("data", "G3SuperTimestream");
    if (encoding.dataAlgo === 0) continue;
    const some = G3Frame.parse(raw, { classes }).get("data", "G3SuperTimestream");
    assert.deepEqual([some.names, some.times], [names, times]);
    for (const [channel, name] of names.entries()) {
      const rowOf = (
        all: typeof value,
      ) => [...all.subarray(channel * times.length, (channel + 1) * times.length)];
      const expected = wanted.has(name)
        ? rowOf(value)
        : times.length === 0
        ? []
        : Array(times.length).fill(0);
      assert.deepEqual(rowOf(some.value), expected);
      compared++;
    }
  }
  assert(compared > 8);
});
