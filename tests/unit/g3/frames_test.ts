/** Frames and streams (g3 1, conformance points 1 to 18). @module */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { decodeBlob } from "../../../g3/blob.ts";
import { crc32c } from "../../../g3/crc32c.ts";
import { BLOCK_BYTES, laneChecksum } from "../../../g3/crc32c_lanes.ts";
import { G3DecodeError, G3EncodeError, G3Error, G3StreamError } from "../../../g3/errors.ts";
import { G3Frame } from "../../../g3/frame.ts";
import { FrameSplitter, type RawFrame, type SplitOptions } from "../../../g3/frame_splitter.ts";
import { FRAME_TYPES, frameCode, frameLetters, frameTypeName } from "../../../g3/frame_type.ts";
import { g3Int, g3String } from "../../../g3/make.ts";
import { readFrames, readFramesSync, splitFrames } from "../../../g3/read_frames.ts";
import { goldenFile } from "../../helpers/g3_golden.ts";

/** All frames of some bytes, and the error that ended them. */
function split(bytes: Uint8Array, options: SplitOptions = {}): { frames: RawFrame[]; error?: G3StreamError } {
  const splitter = new FrameSplitter(options);
  const frames: RawFrame[] = [];
  try {
    for (const frame of splitter.push(bytes)) frames.push(frame);
    splitter.end();
    return { frames };
  } catch (error) {
    assert(error instanceof G3StreamError, String(error));
    return { frames, error };
  }
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** g3 8.1. */
const EXAMPLE = Uint8Array.fromHex(
  "010100000002000000480000000600000000000000616e737765722600000000000000010100008005000000000000004733496e7401000080" +
    "01000000010000002a0000000000000004000000000000006e6f74652b000000000000000101000080080000000000000047335374" +
    "72696e670100008001000000010000000200000000000000" + "6869d1c29331",
);

Deno.test("G3-1: FrameSplitter gives no frames of no bytes, and no error", () => {
  assert.deepEqual(split(new Uint8Array(0)), { frames: [] });
});

Deno.test("G3-2: FrameSplitter gives the frames of two files laid end to end", () => {
  const [a, b] = [goldenFile("hk_v2.g3"), goldenFile("frames.g3")];
  const both = split(joined(a, b)).frames.map(({ bytes }) => bytes.toHex());
  assert.deepEqual(both, [...split(a).frames, ...split(b).frames].map(({ bytes }) => bytes.toHex()));
});

Deno.test("G3-3: FrameSplitter takes the empty frame of 17 bytes, whose checksum is 0", () => {
  const empty = Uint8Array.fromHex("0101000000000000004800000000000000");
  const { frames: [frame] } = split(empty);
  assert.equal(frame?.bytes.length, 17);
  assert.equal(frame?.crcOk, true);
});

Deno.test("G3-4: G3Frame reads the example of g3 8.1 and writes the same bytes", () => {
  const frame = G3Frame.parse(EXAMPLE);
  assert.deepEqual(frame.get("answer"), g3Int(42));
  assert.deepEqual(frame.get("note"), g3String("hi"));
  const again = new G3Frame("H").set("answer", g3Int(42)).set("note", g3String("hi"));
  assert.equal(again.encode().toHex(), EXAMPLE.toHex());
});

Deno.test("G3-5, trap 1: crc32c() has the check values of g3 1.3, and those of the usual CRC-32C", () => {
  const digits = new TextEncoder().encode("123456789");
  assert.equal(crc32c(new Uint8Array(0)), 0);
  assert.equal(crc32c(Uint8Array.of(0x61)), 0x93ad1061);
  assert.equal(crc32c(digits), 0x58e3fa20);
  assert.equal(~crc32c(digits, 0xffffffff) >>> 0, 0xe3069283);
});

Deno.test("crc32c() takes blocks of runs as it takes single bytes", () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) ^ (i * i >>> 7) ^ (i >>> 11));
  const byBytes = (part: Uint8Array, register: number) => {
    let value = register;
    for (const byte of part) value = crc32c(Uint8Array.of(byte), value);
    return value;
  };
  for (const blocks of [0, 1, 2, 25, 26, 27]) {
    for (const more of [-1, 0, 1, 9]) {
      const size = Math.max(0, blocks * BLOCK_BYTES + more);
      for (const [at, register] of [[0, 0], [1, 0xffffffff], [7, 0x12345678]] as const) {
        const part = bytes.subarray(at, at + size);
        assert.equal(crc32c(part, register), byBytes(part, register), `${size} bytes at ${at}`);
      }
    }
  }
});

Deno.test("laneChecksum() is there: nothing makes up for its speed", () => {
  assert(laneChecksum(new Int32Array(256)) !== undefined);
});

Deno.test("crc32c() gives the same whatever pieces the bytes come in, and wherever they lie", () => {
  const bytes = Uint8Array.from({ length: 4500 }, (_, i) => (i * 37 + (i >> 3)) & 255);
  let byByte = 0;
  for (const byte of bytes) byByte = crc32c(Uint8Array.of(byte), byByte);
  for (let cut = 0; cut <= bytes.length; cut += cut % 64 === 9 ? 50 : 1) {
    assert.equal(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut))), byByte);
  }
});

Deno.test("G3-6: FrameSplitter notices every flipped bit of keys and values, and none of the type", () => {
  for (let bit = 0; bit < EXAMPLE.length * 8; bit++) {
    const damaged = EXAMPLE.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    const { frames, error } = split(damaged);
    const isType = bit >= 9 * 8 && bit < 13 * 8;
    // Version 0 is as good as 1, and bit 0 of it makes just that.
    const isVersion = bit === 8;
    assert.equal(frames.length, isType || isVersion ? 1 : 0, `bit ${bit}: ${error?.message}`);
  }
});

Deno.test("G3-7: frames of every type, known or not, go through unchanged", () => {
  for (const code of [...Object.values(FRAME_TYPES), 0, 0x6162, 0xffffffff, 0x01020304]) {
    const frame = G3Frame.parse(new G3Frame(code).set("a", g3Int(1)).encode());
    assert.equal(frame.type, code);
  }
  assert.equal(frameTypeName(0x53), "Scan");
  assert.equal(frameTypeName(0x6162), undefined);
});

Deno.test("G3-8, trap 17: frameCode() puts the first letter highest; the default type is None", () => {
  assert.equal(new G3Frame("abcd").encode().subarray(9, 13).toHex(), "64636261");
  assert.equal(new G3Frame("ab").encode().subarray(9, 13).toHex(), "62610000");
  assert.equal(frameLetters(frameCode("ab")), "ab");
  assert.equal(frameCode(""), 0);
  assert.equal(new G3Frame().type, FRAME_TYPES.None);
  assert.throws(() => frameCode("abcde"), G3EncodeError);
});

Deno.test("G3-9: FrameSplitter accepts frame version 0 and refuses 2", () => {
  const old = EXAMPLE.slice();
  old[1] = 0;
  assert.equal(split(old).frames.length, 1);
  old[1] = 2;
  const { frames, error } = split(joined(EXAMPLE, old));
  assert.equal(frames.length, 1);
  assert.match(error?.message ?? "", /^Cannot read frame at byte 140: the frame is of version 2/);
});

Deno.test("An endianness flag above 1 is refused at once, in a frame and in a value", () => {
  const odd = EXAMPLE.slice();
  odd[0] = 2;
  assert.equal(
    split(odd).error?.message,
    "Cannot read frame at byte 0: a frame begins with 0 or 1, and this with 2",
  );
  const value = G3Frame.parse(EXAMPLE).blob("answer")!.slice();
  value[0] = 2;
  assert.throws(() => decodeBlob(value), /an archive begins with 0 or 1, and this with 2/);
});

Deno.test("G3-10, trap 38: big-endian frames of little-endian values decode, and the other way round", () => {
  const frames = split(goldenFile("big_endian.g3")).frames.map((raw) => G3Frame.parse(raw));
  assert.deepEqual(frames.map((frame) => frame.get("a")), [g3Int(-7), g3Int(-7), g3Int(-7)]);
});

Deno.test("G3-11: of a repeated key the first value holds, and the checksum is that of all", () => {
  const [raw] = split(goldenFile("odd_frames.g3")).frames;
  assert.equal(raw?.entries, 3);
  const frame = G3Frame.parse(raw!);
  assert.deepEqual(frame.keys(), ["a", "b"]);
  assert.deepEqual(frame.get("a"), g3Int(1));
});

Deno.test("G3-12, trap 48: G3Frame takes the empty key, and keys that plain objects swallow", () => {
  const keys = ["", "10", "9", "__proto__", "constructor", "é", "\u{1F52D}"];
  const frame = new G3Frame("H");
  keys.forEach((key, i) => frame.set(key, g3Int(i)));
  const again = G3Frame.parse(frame.encode());
  assert.deepEqual(again.keys(), keys);
  keys.forEach((key, i) => assert.deepEqual(again.get(key), g3Int(i)));
});

Deno.test("G3-13: FrameSplitter tells a cut at every byte, with the end of the last whole frame", () => {
  const bytes = goldenFile("damaged/intact.g3");
  const ends = split(bytes).frames.map(({ offset, bytes }) => offset + bytes.length);
  for (let size = 0; size <= bytes.length; size++) {
    const { frames, error } = split(bytes.subarray(0, size));
    const whole = ends.filter((end) => end <= size);
    assert.equal(frames.length, whole.length);
    const last = whole.at(-1) ?? 0;
    assert.equal(error?.offset, last === size ? undefined : last);
    if (error !== undefined) assert.equal(error.fault, "truncated");
  }
});

Deno.test("G3-14: FrameSplitter gives the same frames wherever the stream is cut in two, or in pieces of 1 to 97", () => {
  const bytes = goldenFile("damaged/intact.g3");
  const expected = split(bytes).frames.map(({ bytes, offset }) => [offset, bytes.toHex()]);
  const inPieces = (pieces: Uint8Array[]) => {
    const splitter = new FrameSplitter();
    const frames = pieces.flatMap((piece) => [...splitter.push(piece)]);
    splitter.end();
    return frames.map(({ bytes, offset }) => [offset, bytes.toHex()]);
  };
  for (let cut = 0; cut <= bytes.length; cut++) {
    assert.deepEqual(inPieces([bytes.slice(0, cut), bytes.slice(cut)]), expected);
  }
  for (const size of [1, 2, 3, 5, 13, 97]) {
    const pieces = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
    assert.deepEqual(inPieces(pieces), expected);
  }
});

Deno.test("G3-15: a value of an unknown class stays as it was, and the other keys decode", () => {
  const raw = split(goldenFile("odd_frames.g3")).frames[2]!;
  const frame = G3Frame.parse(raw);
  const unknown = frame.get("unknown");
  assert(unknown?.class === "opaque");
  assert.equal(unknown.name, "NoSuchClass");
  assert.deepEqual(frame.get("a"), g3Int(1));
  assert.equal(frame.encode().toHex(), raw.bytes.toHex());
  const moved = G3Frame.parse(new G3Frame("H").set("elsewhere", unknown).encode());
  assert.equal(moved.blob("elsewhere")?.toHex(), frame.blob("unknown")?.toHex());
});

Deno.test("G3-16: a value with rubbish behind it decodes", () => {
  const raw = split(goldenFile("odd_frames.g3")).frames[3]!;
  assert.deepEqual(G3Frame.parse(raw).get("junk_after_object"), g3Int(1));
});

Deno.test("G3-17: FrameSplitter refuses absurd lengths before it takes memory for them", () => {
  for (const length of ["0000000000000080", "ffffffffffffffff", "0000000000010000"]) {
    const bytes = joined(EXAMPLE.subarray(0, 13), Uint8Array.fromHex(length), new Uint8Array(50));
    const { error } = split(bytes);
    assert.equal(error?.fault, "too large", length);
  }
  const many = EXAMPLE.slice();
  many.fill(0xff, 5, 9);
  assert.equal(split(many).error?.fault, "too large");
  assert.equal(split(EXAMPLE, { maxFrameBytes: 100 }).error?.fault, "too large");
});

Deno.test("FrameSplitter takes memory as bytes arrive, not as a length within bounds asks for", () => {
  const splitter = new FrameSplitter();
  const length = Uint8Array.fromHex("000000001f000000").subarray(0, 8);
  length.set([0, 0, 0, 0x20, 0, 0, 0, 0]);
  assert.deepEqual([...splitter.push(joined(EXAMPLE.subarray(0, 13), length, new Uint8Array(10)))], []);
  assert.equal(splitter.pendingBytes, 31);
  assert.throws(() => splitter.end(), /the stream ends in a key/);
});

Deno.test("G3-18: offsets are the sums of the sizes before", () => {
  let sum = 0;
  for (const { offset, bytes } of split(goldenFile("frames.g3")).frames) {
    assert.equal(offset, sum);
    sum += bytes.length;
  }
  assert.equal(split(EXAMPLE, { offset: 1000 }).frames[0]?.offset, 1000);
});

Deno.test("Trap 47: FrameSplitter takes zeros for damage, not for frames", () => {
  const { frames, error } = split(joined(EXAMPLE, new Uint8Array(17)));
  assert.equal(frames.length, 1);
  assert.equal(error?.message, "Cannot read frame at byte 140: these are zero bytes, not a frame");
});

Deno.test("FrameSplitter with crc report goes on behind a wrong checksum; with skip it does not look", () => {
  const bytes = goldenFile("damaged/flip_payload.g3");
  assert.deepEqual(split(bytes, { crc: "report" }).frames.map(({ crcOk }) => crcOk), [true, false, true]);
  assert.deepEqual(split(bytes, { crc: "skip" }).frames.map(({ crcOk }) => crcOk), [
    undefined,
    undefined,
    undefined,
  ]);
  const { error } = split(bytes, { source: "x.g3" });
  assert.match(
    error?.message ?? "",
    /^Cannot read frame at byte 81 of "x\.g3": its checksum is 2729ad93, and that of its 178 bytes is 95dc9ae4$/,
  );
});

Deno.test("readFrames(), splitFrames() and readFramesSync() read bytes, pieces and asynchronous pieces alike", async () => {
  const bytes = goldenFile("hk_v2.g3");
  const pieces = [bytes.subarray(0, 100), bytes.subarray(100)];
  async function* later() {
    for (const piece of pieces) yield await Promise.resolve(piece);
  }
  const expected = [...readFramesSync(bytes)].map((frame) => frame.letters);
  assert.equal(expected.length, 6);
  for (const source of [bytes, pieces, later()]) {
    const letters = [];
    for await (const frame of readFrames(source)) letters.push(frame.letters);
    assert.deepEqual(letters, expected);
  }
  let count = 0;
  for await (const _ of splitFrames(pieces)) count++;
  assert.equal(count, 6);
});

Deno.test("G3Frame.get() with a class says what is there instead", () => {
  const frame = G3Frame.parse(EXAMPLE);
  assert.equal(frame.get("answer", "G3Int").value, 42n);
  assert.throws(
    () => frame.get("answer", "G3String"),
    new G3Error('Cannot get value "answer" of a frame "H": it is a G3Int, expected a G3String'),
  );
  assert.throws(() => frame.get("other", "G3Int"), /there is none/);
  assert.equal(frame.get("other"), undefined);
});

Deno.test("G3Frame decodes a value when it is asked for, and only that", () => {
  const [, , , , newer] = split(goldenFile("odd_frames.g3")).frames;
  const frame = G3Frame.parse(newer!);
  assert.deepEqual(frame.get("a"), g3Int(1));
  assert.throws(() => frame.get("newer_version"), G3DecodeError);
  assert.equal(frame.get("a"), frame.get("a"));
});

Deno.test("G3Frame.encode() names the key of a value that cannot be written", () => {
  const frame = new G3Frame("H").set("lone", g3String("\ud800"));
  assert.throws(() => frame.encode(), /^G3EncodeError: Cannot write value "lone" of a frame "H": /);
});

Deno.test("G3Frame.parse() takes exactly one frame", () => {
  assert.throws(() => G3Frame.parse(joined(EXAMPLE, EXAMPLE)), G3StreamError);
  assert.throws(() => G3Frame.parse(new Uint8Array(0)), G3StreamError);
});

Deno.test("FrameSplitter and G3Frame take Node's Buffers for what they are", () => {
  for (const name of ["super.g3", "types.g3"]) {
    const plain = split(goldenFile(name)).frames.map((raw) => G3Frame.parse(raw));
    const buffers = split(Buffer.from(goldenFile(name))).frames.map((raw) => G3Frame.parse(raw));
    for (const [i, frame] of plain.entries()) {
      for (const key of frame.keys()) assert.deepEqual(buffers[i]?.get(key), frame.get(key));
    }
  }
});

Deno.test("G3-44, G3-65, G3-66, trap 36: the frames of a SMuRF stream and its simulator are all readable", () => {
  const frames = split(goldenFile("smurf_stream.g3")).frames.map((raw) => G3Frame.parse(raw));
  assert.equal(frames[0]?.letters, "P");
  assert.equal(frames[0]?.get(frames[0].keys()[0]!)?.class, "G3PipelineInfo");
  const flow = frames.filter((frame) => frame.has("sostream_flowcontrol"))
    .map((frame) => `${frame.letters}${frame.get("sostream_flowcontrol", "G3Int").value}`);
  assert.deepEqual(flow, ["N0", "N0", "N1", "N2", "O3", "W3", "N0"]);
  const cleanse = frames.find((frame) => frame.letters === "W" && frame.has("sostream_flowcontrol"));
  assert.deepEqual(cleanse?.keys(), ["sostream_flowcontrol"]);
  const kinds = (name: string, key: string) =>
    new Set(
      split(goldenFile(name)).frames.map((raw) => G3Frame.parse(raw)).filter((frame) => frame.has(key))
        .map((frame) => frame.get(key)?.class),
    );
  assert.deepEqual(kinds("smurf_stream.g3", "dump"), new Set(["G3Int"]));
  assert.deepEqual(kinds("smurf/17000/emulator/1700001000_000.g3", "dump"), new Set(["G3Bool"]));
  assert.deepEqual(kinds("smurf_stream.g3", "data"), new Set(["G3SuperTimestream"]));
  assert.deepEqual(kinds("smurf_simulator.g3", "data"), new Set(["G3TimestreamMap"]));
  const scan = frames.find((frame) => frame.letters === "S");
  assert.equal(scan?.get("primary", "G3SuperTimestream").names[6], "TimingBits");
});

Deno.test("G3-45: an IrregBlockDouble decodes in a frame of housekeeping of schema 0", () => {
  const frames = split(goldenFile("hk_v0.g3")).frames.map((raw) => G3Frame.parse(raw));
  const data = frames.find((frame) => frame.get("hkagg_type", "G3Int").value === 2n);
  const [block] = data?.get("blocks", "G3VectorFrameObject").value ?? [];
  assert(block?.class === "IrregBlockDouble");
  assert.deepEqual([...block.value.keys()], ["temp_1", "temp_2"]);
});
