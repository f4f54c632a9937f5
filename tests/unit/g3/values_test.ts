/** Values (g3 2 to 4, conformance points 19 to 51). @module */
import assert from "node:assert/strict";
import { ArchiveWriter } from "../../../g3/archive_writer.ts";
import { decodeBlob, encodeBlob } from "../../../g3/blob.ts";
import { CLASSES } from "../../../g3/classes.ts";
import { G3DecodeError, G3EncodeError } from "../../../g3/errors.ts";
import { G3Frame } from "../../../g3/frame.ts";
import { FrameSplitter } from "../../../g3/frame_splitter.ts";
import {
  g3Double,
  g3Int,
  g3String,
  g3Time,
  g3TimesampleMap,
  g3VectorBool,
  g3VectorDouble,
  g3VectorInt,
  g3VectorTime,
} from "../../../g3/make.ts";
import type { G3Double, G3MapFrameObject, G3Object, G3VectorFrameObject } from "../../../g3/objects.ts";
import { compareKeys, decodeText, encodeText } from "../../../g3/text.ts";
import { isoTimeOf, ticksOf, unixSecondsOf } from "../../../g3/time.ts";
import { goldenFile } from "../../helpers/g3_golden.ts";

function list(...value: (G3Object | null)[]): G3VectorFrameObject {
  return { class: "G3VectorFrameObject", value };
}

/** How often a string stands in a blob. */
function occurrences(blob: Uint8Array, text: string): number {
  return blob.toHex().split(encodeText(text).toHex()).length - 1;
}

function again<T extends G3Object>(object: T): T {
  // What was written as one class is read as it.
  return decodeBlob(encodeBlob(object)) as T;
}

/** A blob of a class whose content is written by hand. */
function handMade(name: string, write: (writer: ArchiveWriter) => void): Uint8Array {
  const writer = new ArchiveWriter(CLASSES);
  writer.u8(1);
  writer.u32(0x80000001);
  writer.text(name);
  writer.u32(0x80000001);
  write(writer);
  return writer.written().slice();
}

Deno.test("G3-19 to G3-21, trap 4, 5: versions and names stand once in an archive (g3 8.2)", () => {
  const blocks = list(
    g3TimesampleMap([10n], [["x", g3VectorDouble([1])]]),
    g3TimesampleMap([20n], [["y", g3VectorDouble([2])]]),
  );
  const blob = encodeBlob(blocks);
  assert.equal(blob.length, 0x123);
  assert.equal(occurrences(blob, "G3TimesampleMap"), 1);
  assert.equal(occurrences(blob, "G3VectorDouble"), 2);
  // Straight to the entry count: no version words before the second block.
  assert.equal(blob.subarray(0xbf, 0xcb).toHex(), "020000000300008001000000");
  assert.deepEqual(decodeBlob(blob), blocks);
});

Deno.test("G3-22, trap 39: the same object twice is written once in an archive, and read as one", () => {
  const seven = g3Int(7);
  const once = again(list(seven, seven));
  assert.equal(once.value[0], once.value[1]);
  const twice = again(list(g3Int(7), g3Int(7)));
  assert.notEqual(twice.value[0], twice.value[1]);
  const frame = G3Frame.parse(new G3Frame("H").set("a", seven).set("b", seven).encode());
  assert.equal(frame.blob("a")?.toHex(), frame.blob("b")?.toHex());
});

Deno.test("G3-23: a null pointer decodes to null, and is written as one", () => {
  assert.deepEqual(again(list(null, g3Int(1))), list(null, g3Int(1)));
});

Deno.test("G3-24, trap 13: pointers of a declared class take object ids, and no type ids", () => {
  const frame = [...new FrameSplitter().push(goldenFile("types.g3"))].map((raw) => G3Frame.parse(raw))
    .find((frame) => frame.has("plain") && frame.has("flac"))!;
  const { value } = frame.get("plain", "G3TimestreamMap");
  assert.deepEqual([...value.keys()], ["a", "b", "c"]);
  assert.equal(value.get("a"), value.get("b"));
});

Deno.test("G3-25: values of a G3MapFrameObject are archives of their own, of either byte order", () => {
  const big = Uint8Array.fromHex(
    "008000000100000000000000054733496e74800000010000000100000001fffffffffffffff9",
  );
  const blob = handMade("G3MapFrameObject", (writer) => {
    writer.version("G3MapFrameObject", 1);
    writer.frameObject();
    writer.u32(2);
    writer.text("big");
    writer.count(big.length);
    writer.bytes(big);
    writer.text("little");
    writer.blob(g3Int(1));
  });
  assert.deepEqual(decodeBlob(blob), {
    class: "G3MapFrameObject",
    value: new Map([["big", g3Int(-7)], ["little", g3Int(1)]]),
  });
});

Deno.test("G3-26, G3-27: the version of G3Time stands before the first time of an archive", () => {
  const objects = list(g3VectorTime([]), g3VectorTime([6n]), g3Time(5n));
  assert.deepEqual(again(objects), objects);
  assert.equal(encodeBlob(g3VectorTime([])).length + 4 + 8, encodeBlob(g3VectorTime([1n])).length);
  const timeFirst = list(g3Time(5n), g3VectorTime([6n]));
  assert.deepEqual(again(timeFirst), timeFirst);
});

Deno.test("G3-28: a newer class version is an error that tells both versions", () => {
  const blob = handMade("G3Int", (writer) => {
    writer.version("G3Int", 9);
    writer.frameObject();
    writer.i64(1n);
  });
  assert.throws(() => decodeBlob(blob), /G3Int is of version 9, and 1 is the newest known/);
});

Deno.test("G3-29, trap 16: keys of maps are written in the order of their bytes", () => {
  const keys = ["\u{10000}", "\ufffd", "é", "a", "B"];
  const map = again(
    { class: "G3MapString", value: new Map(keys.map((key) => [key, key])) } satisfies G3Object,
  );
  assert.deepEqual([...map.value.keys()], keys.toReversed());
});

Deno.test("compareKeys() orders any two strings as their bytes are ordered", () => {
  const texts = [
    "",
    "a",
    "ab",
    "b",
    "é",
    "\ud7ff",
    "\ue000",
    "\ufffd",
    "\u{10000}",
    "\u{10ffff}",
    "a\u{1f52d}",
    "a\uffff",
  ];
  const odd = ["80", "ff", "61ff", "c3", "eda080"].map((hex) => decodeText(Uint8Array.fromHex(hex)));
  const all = [...texts, ...odd];
  const sign = (number: number) => Math.sign(number);
  const hex = (text: string) => encodeText(text).toHex();
  for (const a of all) {
    for (const b of all) {
      assert.equal(
        sign(compareKeys(a, b)),
        hex(a) === hex(b) ? 0 : hex(a) < hex(b) ? -1 : 1,
        `${hex(a)} ${hex(b)}`,
      );
    }
  }
});

Deno.test("G3-31: G3Int keeps all 64 bits, and refuses more", () => {
  for (const value of [-(2n ** 63n), 2n ** 63n - 1n, 0n, 2n ** 53n + 1n]) {
    assert.deepEqual(again(g3Int(value)), g3Int(value));
  }
  assert.throws(() => g3Int(2n ** 63n), G3EncodeError);
  assert.throws(() => g3Int(2 ** 53), G3EncodeError);
  assert.throws(() => g3Int(1.5), G3EncodeError);
  assert.throws(() => encodeBlob({ class: "G3Int", value: 2n ** 63n }), G3EncodeError);
});

Deno.test("G3-32: G3Double keeps NaNs, infinities, -0 and the smallest number bit for bit", () => {
  for (const value of [NaN, Infinity, -Infinity, -0, 5e-324, 0.1]) {
    assert.deepEqual(again(g3Double(value)), g3Double(value));
  }
  for (const bits of [0x7ff0000000000001n, 0xfff8000000000000n, 0x7ff8dead0000beefn]) {
    const object: G3Double = { class: "G3Double", value: NaN, bits };
    assert.deepEqual(again(object), object);
    assert.equal(encodeBlob(object).toHex(), encodeBlob(again(object)).toHex());
    const map = {
      class: "G3MapDouble",
      value: new Map([["x", NaN]]),
      bits: new Map([["x", bits]]),
    } satisfies G3Object;
    assert.deepEqual(again(map), map);
  }
  const odd = new Float64Array(BigUint64Array.of(0x7ff0000000000001n).buffer);
  assert.equal(new BigUint64Array(again(g3VectorDouble([0])).value.buffer)[0], 0n);
  const vector = again({ class: "G3VectorDouble", value: odd } satisfies G3Object);
  assert.equal(new BigUint64Array(vector.value.buffer)[0], 0x7ff0000000000001n);
});

Deno.test("G3-33, trap 45: strings keep every byte, those that are no UTF-8 too", () => {
  for (const value of ["", "a\0b", "\u{1F52D}", "\ufeffbom", "x".repeat(5000), "é".repeat(30)]) {
    assert.deepEqual(again(g3String(value)), g3String(value));
  }
  for (
    const hex of [
      "fffe",
      "61ff62",
      "c3",
      "e28261",
      "eda080",
      "f0908080",
      "c080",
      "f4908080",
      "61".repeat(60) + "ff",
    ]
  ) {
    const bytes = Uint8Array.fromHex(hex);
    assert.equal(encodeText(decodeText(bytes)).toHex(), hex);
  }
  assert.throws(() => encodeText("\ud800"), G3EncodeError);
});

Deno.test("G3-34, traps 9 to 11: G3VectorInt takes the fewest bits that hold all", () => {
  const widthOf = (...values: (number | bigint)[]) => encodeBlob(g3VectorInt(values))[36];
  const cases: [number, (number | bigint)[]][] = [
    [8, []],
    [8, [127, -128]],
    [16, [128]],
    [16, [-129]],
    [16, [32767, -32768]],
    [32, [32768]],
    [32, [-32769]],
    [32, [2 ** 31 - 1, -(2 ** 31)]],
    [64, [2 ** 31]],
    [64, [-(2 ** 31) - 1]],
    [64, [2n ** 63n - 1n, -(2n ** 63n)]],
  ];
  for (const [width, values] of cases) {
    assert.equal(widthOf(...values), width, String(values));
    assert.deepEqual(again(g3VectorInt(values)), g3VectorInt(values));
    const map = {
      class: "G3MapInt",
      value: new Map(values.map((v, i) => [`k${i}`, BigInt(v)])),
    } satisfies G3Object;
    assert.deepEqual(again(map), map);
  }
});

Deno.test("G3-35, G3-36: version 1 of integers has 32 bits (legacy.g3), and G3MapVectorInt a width for each", () => {
  const value = new Map([["a", BigInt64Array.of(1n)], ["b", BigInt64Array.of(2n ** 40n)], [
    "c",
    new BigInt64Array(0),
  ]]);
  assert.deepEqual(again({ class: "G3MapVectorInt", value }), { class: "G3MapVectorInt", value });
});

Deno.test("G3-37: another width of integers is an error", () => {
  const frame = G3Frame.parse([...new FrameSplitter().push(goldenFile("odd_frames.g3"))][7]!);
  assert.throws(() => frame.get("width_24"), /integers of 24 bits, and expected were 8, 16, 32 or 64/);
});

Deno.test("G3-38: G3MapFrameObject has a count of 32 bits, G3MapDouble one of 64", () => {
  const empty = encodeBlob({ class: "G3MapFrameObject", value: new Map() });
  const doubles = encodeBlob({ class: "G3MapDouble", value: new Map() });
  assert.equal(empty.length - "G3MapFrameObject".length + 4, doubles.length - "G3MapDouble".length);
});

Deno.test("G3-39, traps 6, 7: G3TimesampleMap is of version 0, and ragged or other vectors are refused", () => {
  const ragged = g3TimesampleMap([1n, 2n], [["x", g3VectorDouble([1])]]);
  assert.throws(
    () => encodeBlob(ragged),
    /field "x" of a G3TimesampleMap: it has 1 values and there are 2 times/,
  );
  const other = g3TimesampleMap([1n], [["x", g3Int(1)]]);
  assert.throws(() => encodeBlob(other), /it is G3Int, expected one of/);
  const good = g3TimesampleMap([1n], [["b", g3VectorBool([true])], ["i", g3VectorInt([5])]]);
  assert.deepEqual(again(good), good);
});

Deno.test("G3-43, trap 43: version 1 of Quat decodes like version 0", () => {
  const blob = handMade("G3VectorQuat", (writer) => {
    writer.version("G3VectorQuat", 1);
    writer.frameObject();
    writer.count(1);
    writer.version("Quat", 1);
    for (const number of [1, 2, 3, 4]) writer.f64(number);
  });
  assert.deepEqual(decodeBlob(blob), { class: "G3VectorQuat", value: Float64Array.of(1, 2, 3, 4) });
});

Deno.test("Every class of g3 4.3 is written and read", () => {
  const time = { class: "IntervalsTime", domain: [0n, 9n], value: [[1n, 2n]] } as const;
  const wcs = { class: "G3WCS", header: "NAXIS = 2" } as const;
  const array = { class: "G3Ndarray", typeNumber: 5, shape: [1n, 2n], data: new Uint8Array(8) } as const;
  const ranges = { class: "RangesInt32", count: 9, reference: -1, value: [[1, 2]] } as const;
  const objects: G3Object[] = [
    ...[array, wcs, { class: "G3Ndmap", data: array, wcs } as const, time, ranges],
    { class: "IntervalsDouble", domain: [-1, 1], value: [[0, 0.5]] },
    { class: "IntervalsInt", domain: [-5n, 5n], value: [] },
    { class: "IntervalsInt32", domain: [-5, 5], value: [[-1, 1]] },
    { class: "MapIntervalsTime", value: new Map([["t", time]]) },
    { class: "MapRangesInt32", value: new Map([["r", ranges]]) },
  ];
  for (const object of objects) assert.deepEqual(again(object), object);
});

Deno.test("An object that holds itself is refused when written, and when read", () => {
  const value: G3Object[] = [];
  const self: G3VectorFrameObject = { class: "G3VectorFrameObject", value };
  value.push(self);
  assert.throws(() => encodeBlob(self), /it holds itself/);
  const blob = handMade("G3VectorFrameObject", (writer) => {
    writer.version("G3VectorFrameObject", 1);
    writer.frameObject();
    writer.count(1);
    writer.u32(1);
    writer.u32(1);
  });
  assert.throws(() => decodeBlob(blob), /it refers to object 1, which is not there/);
});

Deno.test("Objects that lie too deep in each other are an error, not the end of the stack", () => {
  let map: G3MapFrameObject = { class: "G3MapFrameObject", value: new Map() };
  let vector = list();
  for (let i = 0; i < 300; i++) {
    map = { class: "G3MapFrameObject", value: new Map([["x", map]]) };
    vector = list(vector);
  }
  for (const deep of [map, vector]) assert.throws(() => decodeBlob(encodeBlob(deep)), G3DecodeError);
});

Deno.test("An unknown class inside a G3VectorFrameObject makes the whole value opaque, one inside a map only itself", () => {
  const unknown = handMade("NoSuchClass", (writer) => writer.u32(1));
  const opaque = decodeBlob(unknown);
  const map = decodeBlob(
    encodeBlob({ class: "G3MapFrameObject", value: new Map([["a", g3Int(1)], ["u", opaque]]) }),
  );
  assert(map.class === "G3MapFrameObject");
  assert.deepEqual(map.value.get("a"), g3Int(1));
  assert.equal(encodeBlob(map.value.get("u")!).toHex(), unknown.toHex());
  const vector = handMade("G3VectorFrameObject", (writer) => {
    writer.version("G3VectorFrameObject", 1);
    writer.frameObject();
    writer.count(1);
    writer.u32(0x80000002);
    writer.text("NoSuchClass");
    writer.u32(0x80000002);
    writer.bytes(new Uint8Array(40));
  });
  const whole = decodeBlob(vector);
  assert(whole.class === "opaque");
  assert.equal(whole.name, "G3VectorFrameObject");
  assert.match(whole.reason, /class "NoSuchClass" is not known/);
});

Deno.test("A table of one's own decodes classes that the library does not know", () => {
  const classes = new Map([...CLASSES, ["G3Answer", { ...CLASSES.get("G3Int")!, name: "G3Answer" }]]);
  const blob = handMade("G3Answer", (writer) => {
    writer.version("G3Answer", 1);
    writer.frameObject();
    writer.i64(42n);
  });
  assert.equal(decodeBlob(blob).class, "opaque");
  assert.deepEqual(decodeBlob(blob, { classes }), g3Int(42));
});

Deno.test("ticksOf(), unixSecondsOf() and isoTimeOf(): times are ticks of 10 ns (trap 14)", () => {
  assert.equal(ticksOf(1.5), 150000000n);
  assert.equal(ticksOf(-1.5), -150000000n);
  assert.equal(unixSecondsOf(132762057612300000n), 1327620576.123);
  assert.equal(isoTimeOf(132762057612300000n), "2012-01-26T23:29:36.123000000Z");
  assert.equal(isoTimeOf(-1n), "1969-12-31T23:59:59.999999990Z");
  assert.equal(isoTimeOf(2n ** 63n - 1n), "4892-10-07T21:52:48.547758070Z");
});
