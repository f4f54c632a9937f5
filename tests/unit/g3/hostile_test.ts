/** Damaged and hostile bytes end in a clear error or a right result: no crash, no loop, no memory that was not there. @module */
import assert from "node:assert/strict";
import { ArchiveWriter } from "../../../g3/archive_writer.ts";
import { decodeBlob, encodeBlob } from "../../../g3/blob.ts";
import { checkFrames } from "../../../g3/check.ts";
import { CLASSES } from "../../../g3/classes.ts";
import { decodeBzip2 } from "../../../g3/codecs/bzip2_decoder.ts";
import { encodeBzip2 } from "../../../g3/codecs/bzip2_encoder.ts";
import { FlacDecoder } from "../../../g3/codecs/flac_decoder.ts";
import { encodeFlac } from "../../../g3/codecs/flac_encoder.ts";
import { G3DecodeError, G3Error } from "../../../g3/errors.ts";
import { G3Frame } from "../../../g3/frame.ts";
import { FrameSplitter } from "../../../g3/frame_splitter.ts";
import { g3TimesampleMap, g3VectorDouble, g3VectorString } from "../../../g3/make.ts";
import type { G3Object, G3SuperTimestream } from "../../../g3/objects.ts";
import { goldenFile } from "../../helpers/g3_golden.ts";
import { Random } from "../../helpers/random_values.ts";

const SMALL: readonly string[] = ["damaged/intact.g3", "hk_v2.g3", "legacy.g3", "big_endian.g3", "nested.g3"];

/** Decodes a blob; anything but a value or a G3DecodeError fails the test. */
function decodeOrRefuse(blob: Uint8Array): void {
  try {
    decodeBlob(blob, { maxObjectBytes: 1 << 24 });
  } catch (error) {
    assert(error instanceof G3DecodeError, String(error));
  }
}

/** One blob of each class that the golden files have, the shortest. */
function blobsOfEveryClass(): Map<string, Uint8Array> {
  const blobs = new Map<string, Uint8Array>();
  for (const name of ["types.g3", "super.g3", "nested.g3"]) {
    for (const raw of new FrameSplitter().push(goldenFile(name))) {
      const frame = G3Frame.parse(raw);
      for (const key of frame.keys()) {
        const blob = frame.blob(key)!;
        const object = frame.get(key)!;
        const kind = object.class === "G3Timestream"
          ? `${object.class} ${object.flacLevel > 0}`
          : object.class;
        const coding = object.class === "G3SuperTimestream" ? ` ${object.encoding.dataAlgo}` : "";
        const known = blobs.get(kind + coding);
        if (key !== "empty" && (known === undefined || blob.length < known.length)) {
          blobs.set(kind + coding, blob);
        }
      }
    }
  }
  return blobs;
}

for (const name of SMALL) {
  Deno.test(`checkFrames() survives a flipped bit at every byte of ${name}`, async () => {
    const bytes = goldenFile(name);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << (at & 7);
      const report = await checkFrames(damaged, { maxObjectBytes: 1 << 24 });
      assert(report.wholeBytes <= bytes.length);
    }
  });

  Deno.test(`checkFrames() tells a cut at every byte of ${name}`, async () => {
    const bytes = goldenFile(name);
    const ends = [0, ...[...new FrameSplitter().push(bytes)].map((raw) => raw.offset + raw.bytes.length)];
    for (let size = 0; size < bytes.length; size++) {
      const { faults, wholeBytes } = await checkFrames(bytes.subarray(0, size), { values: false });
      assert.equal(faults.length, ends.includes(size) ? 0 : 1);
      assert.equal(wholeBytes, ends.findLast((end) => end <= size));
    }
  });
}

for (const [kind, blob] of blobsOfEveryClass()) {
  Deno.test(`decodeBlob() survives cuts and flipped bits everywhere in a ${kind}`, () => {
    const short = blob.length <= 1500;
    const step = short ? 1 : Math.ceil(blob.length / 1500);
    for (let at = 0; at < blob.length; at += step) {
      decodeOrRefuse(blob.subarray(0, at));
      for (const flip of [1 << (at & 7), 0xff, 0x80]) {
        const damaged = blob.slice();
        damaged[at]! ^= flip;
        decodeOrRefuse(damaged);
      }
    }
  });
}

Deno.test("decodeBlob() refuses a length bomb at every eight bytes of a value", () => {
  for (const blob of blobsOfEveryClass().values()) {
    for (let at = 0; at + 8 <= Math.min(blob.length, 600); at++) {
      for (const length of [2n ** 63n - 1n, 2n ** 31n]) {
        const damaged = blob.slice();
        new DataView(damaged.buffer).setBigUint64(at, length, true);
        decodeOrRefuse(damaged);
      }
    }
  }
});

Deno.test("decodeBlob() refuses random bytes behind a class name", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = new Random(seed);
  for (const name of CLASSES.keys()) {
    for (let i = 0; i < 60; i++) {
      const writer = new ArchiveWriter(CLASSES);
      writer.u8(1);
      writer.u32(0x80000001);
      writer.text(name);
      writer.u32(0x80000001);
      writer.u32(random.below(4));
      writer.u32(1);
      const small = random.next() < 0.7;
      writer.bytes(Uint8Array.from({ length: random.below(200) }, () => random.below(small ? 4 : 256)));
      try {
        decodeOrRefuse(writer.written().slice());
      } catch (error) {
        throw new Error(`seed ${seed}, class ${name}`, { cause: error });
      }
    }
  }
});

const SUPER: G3SuperTimestream = {
  class: "G3SuperTimestream",
  names: ["a", "b"],
  times: BigInt64Array.from({ length: 300 }, (_, i) => BigInt(i)),
  value: Int32Array.from({ length: 600 }, (_, i) => (i * i) % 1000),
  quanta: new Float64Array(0),
  encoding: { flacLevel: 1, bz2WorkFactor: 30, timesAlgo: 2, dataAlgo: 3 },
};

Deno.test("decodeBlob() refuses what would take more memory than allowed, compressed or not", () => {
  const blob = encodeBlob(SUPER);
  assert.throws(
    () => decodeBlob(blob, { maxObjectBytes: 1000 }),
    /the value takes 2400 bytes, and 1000 are allowed/,
  );
  const zeros = encodeFlac(new Int32Array(1 << 20));
  assert(zeros.length < 10_000);
  assert.throws(() => new FlacDecoder(zeros).decode(0, zeros.length, 1000), /more than the 1000 samples/);
  const bomb = encodeBzip2(new Uint8Array(1 << 22));
  assert(bomb.length < 200);
  assert.throws(() => decodeBzip2(bomb, 1 << 20), /more than the 1048576 bytes/);
});

Deno.test("G3-50: compressed times that do not expand to 8 bytes a sample are an error", () => {
  const blob = encodeBlob(SUPER);
  const count = blob.indexOf(300 & 255, 45);
  const damaged = blob.slice();
  damaged[count] = 299 & 255;
  assert.throws(() => decodeBlob(damaged), G3DecodeError);
});

/** Every flipped bit and cut of some coded bytes is noticed, or harmless. */
function damage(bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown, expected: unknown): void {
  for (let at = 0; at < bytes.length; at++) {
    const flipped = bytes.slice();
    flipped[at]! ^= 1 << (at & 7);
    for (const damaged of [flipped, bytes.slice(0, at)]) {
      try {
        const result = decode(damaged);
        // Parts that mean nothing to the decoder, such as the head of a FLAC stream, may change.
        if (damaged === flipped) assert.deepEqual(result, expected);
      } catch (error) {
        if (!(error instanceof G3Error)) throw error;
      }
    }
  }
}

Deno.test("decodeBzip2() notices every flipped bit", () => {
  const bytes = new TextEncoder().encode("to be or not to be, that is the question; ".repeat(8));
  damage(encodeBzip2(bytes), (coded) => decodeBzip2(coded, 10_000), bytes);
});

Deno.test("FlacDecoder notices every flipped bit of its frames", () => {
  const samples = Int32Array.from({ length: 300 }, (_, i) => Math.round(1e5 * Math.sin(i / 9)) + (i % 7));
  // Behind the head, of which most means nothing here.
  const coded = encodeFlac(samples);
  const head = coded.slice(0, 42);
  damage(coded.slice(42), (frames) => {
    const whole = new Uint8Array([...head, ...frames]);
    return new FlacDecoder(whole).decode(0, whole.length, 10_000);
  }, samples);
});

Deno.test("checkFrames() tells wrong checksums, undecodable values and unknown classes, each where it is", async () => {
  const report = await checkFrames([goldenFile("odd_frames.g3"), goldenFile("damaged/flip_payload.g3")]);
  assert.equal(report.ok, false);
  assert.equal(report.frames, 17);
  assert.equal(report.crcFaults, 1);
  assert.equal(report.faults[0]?.offset, 1697 + 81);
  assert.deepEqual(report.badValues.map(({ offset, key }) => [offset, key]), [
    [475, "newer_version"],
    [695, "short_blob"],
    [695, "empty_blob"],
    [854, "width_24"],
  ]);
  assert.deepEqual([...report.unknownClasses], [["NoSuchClass", 1]]);
  assert.equal(report.types.get("H"), 15);
  const good = await checkFrames(goldenFile("types.g3"));
  assert.equal(good.ok, true);
  assert.equal(good.wholeBytes, 121340);
});

Deno.test("encodeBlob() refuses values that do not fit together", () => {
  const wrong: G3Object[] = [
    { ...SUPER, names: ["a"] },
    { ...SUPER, names: [], value: new Int32Array(0) },
    { ...SUPER, value: new Float32Array(600) },
    { class: "G3VectorComplexDouble", value: new Float64Array(3) },
    { class: "G3VectorQuat", value: new Float64Array(5) },
    { class: "G3Quat", value: new Float64Array(3) },
    { class: "G3Timestream", units: 3, start: 0n, stop: 0n, flacLevel: 5, value: new Float64Array(3) },
    g3TimesampleMap([1n], [["x", g3VectorString([])], ["y", g3VectorDouble([])]]),
  ];
  for (const object of wrong) assert.throws(() => encodeBlob(object), /^G3EncodeError: Cannot write /);
});
