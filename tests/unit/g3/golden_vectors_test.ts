/** The golden vectors of g3 9, both ways (G3-30). @module */
import assert from "node:assert/strict";
import { decodeBlob, encodeBlob } from "../../../g3/blob.ts";
import { G3Frame } from "../../../g3/frame.ts";
import {
  g3Double,
  g3Int,
  g3String,
  g3Time,
  g3TimesampleMap,
  g3VectorDouble,
  g3VectorInt,
} from "../../../g3/make.ts";
import type { G3Object, G3Timestream } from "../../../g3/objects.ts";
import { encodeText } from "../../../g3/text.ts";

function hex(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replaceAll(" ", ""));
}

/** A blob from the class name and everything from the version word on. */
function blobOf(name: string, tail: string): Uint8Array {
  const bytes = encodeText(name);
  const length = bytes.length.toString(16).padStart(2, "0") + "00".repeat(7);
  return hex(`01 01000080 ${length} ${bytes.toHex()} 01000080 ${tail}`);
}

const shared: G3Timestream = {
  class: "G3Timestream",
  ...{ units: 0, start: 100n, stop: 200n, flacLevel: 0 },
  value: Float64Array.of(1, 2),
};
const seven = g3Int(7);
const quat = Float64Array.of(1, 2, 3, 4);

/** A value, and its tail; `readOnly` where another version is written. */
const VECTORS: readonly { readonly object: G3Object; readonly tail: string; readonly readOnly?: true }[] = [
  { object: { class: "G3Bool", value: true }, tail: "01000000 01000000 01" },
  { object: g3Int(-5), tail: "01000000 01000000 fbffffffffffffff" },
  { object: g3Double(1.5), tail: "01000000 01000000 000000000000f83f" },
  { object: g3Double(NaN), tail: "01000000 01000000 000000000000f87f" },
  { object: g3Double(-Infinity), tail: "01000000 01000000 000000000000f0ff" },
  { object: g3String(""), tail: "01000000 01000000 0000000000000000" },
  { object: g3String("é"), tail: "01000000 01000000 0200000000000000 c3a9" },
  { object: g3Time(1n), tail: "01000000 01000000 0100000000000000" },
  { object: g3VectorInt([]), tail: "02000000 01000000 08000000 0000000000000000" },
  { object: g3VectorInt([1, -128]), tail: "02000000 01000000 08000000 0200000000000000 01 80" },
  { object: g3VectorInt([128]), tail: "02000000 01000000 10000000 0100000000000000 8000" },
  { object: g3VectorInt([-32769]), tail: "02000000 01000000 20000000 0100000000000000 ff7fffff" },
  { object: g3VectorInt([2147483648]), tail: "02000000 01000000 40000000 0100000000000000 0000008000000000" },
  {
    object: g3VectorInt([-1, 70000]),
    tail: "01000000 01000000 0200000000000000 ffffffff 70110100",
    readOnly: true,
  },
  { object: g3VectorDouble([1.5]), tail: "01000000 01000000 0100000000000000 000000000000f83f" },
  {
    object: { class: "G3VectorString", value: ["a", ""] },
    tail: "01000000 01000000 0200000000000000 0100000000000000 61 0000000000000000",
  },
  {
    object: { class: "G3VectorBool", value: Uint8Array.of(1, 0) },
    tail: "01000000 01000000 0200000000000000 01 00",
  },
  {
    object: { class: "G3VectorUnsignedChar", value: Uint8Array.of(1, 255) },
    tail: "01000000 01000000 0200000000000000 01 ff",
  },
  {
    object: { class: "G3VectorComplexDouble", value: Float64Array.of(1, 2) },
    tail: "01000000 01000000 0100000000000000 000000000000f03f 0000000000000040",
  },
  {
    object: { class: "G3VectorTime", value: BigInt64Array.of() },
    tail: "01000000 01000000 0000000000000000",
  },
  {
    object: { class: "G3VectorTime", value: BigInt64Array.of(1n, 2n) },
    tail: "01000000 01000000 0200000000000000 01000000 0100000000000000 0200000000000000",
  },
  {
    object: { class: "G3VectorVectorString", value: [["a"], ["b", "c"]] },
    tail: "01000000 01000000 0200000000000000 01000000 0100000000000000 0100000000000000 61 " +
      "0200000000000000 0100000000000000 62 0100000000000000 63",
  },
  {
    object: { class: "G3MapInt", value: new Map([["a", 300n], ["b", 1n]]) },
    tail: "02000000 01000000 10000000 0200000000000000 0100000000000000 61 2c01 0100000000000000 62 0100",
  },
  {
    object: { class: "G3MapInt", value: new Map([["z", -3n]]) },
    tail: "01000000 01000000 0100000000000000 0100000000000000 7a fdffffff",
    readOnly: true,
  },
  {
    object: { class: "G3MapDouble", value: new Map([["a", 1]]) },
    tail: "01000000 01000000 0100000000000000 0100000000000000 61 000000000000f03f",
  },
  {
    object: { class: "G3MapString", value: new Map([["a", "b"]]) },
    tail: "01000000 01000000 0100000000000000 0100000000000000 61 0100000000000000 62",
  },
  {
    object: {
      class: "G3MapVectorInt",
      value: new Map([["a", BigInt64Array.of(1n, 2n)], ["b", BigInt64Array.of(70000n)], [
        "c",
        BigInt64Array.of(),
      ]]),
    },
    tail:
      "02000000 01000000 03000000 0100000000000000 61 08000000 0200000000000000 0102 0100000000000000 62 20000000 " +
      "0100000000000000 70110100 0100000000000000 63 08000000 0000000000000000",
  },
  {
    object: { class: "G3MapVectorBool", value: new Map([["a", Uint8Array.of(1)]]) },
    tail: "01000000 01000000 0100000000000000 0100000000000000 61 0100000000000000 01",
  },
  {
    object: { class: "G3MapTime", value: new Map([["a", 1n], ["b", 2n]]) },
    tail:
      "01000000 01000000 0200000000000000 0100000000000000 61 01000000 0100000000000000 0100000000000000 62 " +
      "0200000000000000",
  },
  {
    object: {
      class: "G3MapVectorTime",
      value: new Map([["a", BigInt64Array.of(1n)], ["b", BigInt64Array.of(2n)]]),
    },
    tail:
      "01000000 01000000 0200000000000000 0100000000000000 61 01000000 0100000000000000 01000000 0100000000000000 " +
      "0100000000000000 62 0100000000000000 0200000000000000",
  },
  {
    object: { class: "G3Quat", value: quat },
    tail: "01000000 01000000 01000000 000000000000f03f 0000000000000040 0000000000000840 0000000000001040",
  },
  {
    object: { class: "G3VectorFrameObject", value: [g3Int(1), g3String("x"), g3Int(2)] },
    tail:
      "01000000 01000000 0300000000000000 02000080 0500000000000000 4733496e74 02000080 01000000 0100000000000000 " +
      "03000080 0800000000000000 4733537472696e67 03000080 01000000 0100000000000000 78 02000000 04000080 " +
      "0200000000000000",
  },
  {
    object: { class: "G3VectorFrameObject", value: [seven, seven] },
    tail:
      "01000000 01000000 0200000000000000 02000080 0500000000000000 4733496e74 02000080 01000000 0700000000000000 " +
      "02000000 02000000",
  },
  {
    object: { class: "G3MapFrameObject", value: new Map([["a", g3Int(1)]]) },
    tail:
      "01000000 01000000 01000000 0100000000000000 61 2600000000000000 01 01000080 0500000000000000 4733496e74 " +
      "01000080 01000000 01000000 0100000000000000",
  },
  {
    object: g3TimesampleMap([], []),
    tail: "00000000 01000000 01000000 00000000 01000000 0000000000000000",
  },
  {
    object: g3TimesampleMap([10n, 20n], [["x", g3VectorDouble([1, 2])]]),
    tail:
      "00000000 01000000 01000000 01000000 0100000000000000 78 3f00000000000000 01 01000080 0e00000000000000 " +
      "4733566563746f72446f75626c65 01000080 01000000 01000000 0200000000000000 000000000000f03f 0000000000000040 " +
      "01000000 0200000000000000 01000000 0a00000000000000 1400000000000000",
  },
  {
    object: shared,
    tail:
      "04000000 01000000 00000000 01000000 6400000000000000 c800000000000000 00 00000000 0200000000000000 " +
      "000000000000f03f 0000000000000040",
    readOnly: true,
  },
  {
    object: shared,
    tail:
      "03000000 01000000 00000000 01000000 6400000000000000 c800000000000000 00 00000000 0200000000000000 " +
      "000000000000f03f 0000000000000040",
  },
  {
    object: { class: "G3TimestreamMap", value: new Map([["b", shared], ["a", shared]]) },
    tail:
      "03000000 01000000 0200000000000000 0100000000000000 62 00000040 02000080 04000000 00000000 01000000 " +
      "6400000000000000 c800000000000000 00 00000000 0200000000000000 000000000000f03f 0000000000000040 " +
      "0100000000000000 61 00000040 02000000",
    readOnly: true,
  },
  {
    object: { class: "G3TimestreamMap", value: new Map([["a", shared], ["b", shared]]) },
    tail:
      "03000000 01000000 0200000000000000 0100000000000000 61 00000040 02000080 03000000 00000000 01000000 " +
      "6400000000000000 c800000000000000 00 00000000 0200000000000000 000000000000f03f 0000000000000040 " +
      "0100000000000000 62 00000040 02000000",
  },
  {
    object: { class: "G3VectorQuat", value: quat },
    tail: "01000000 01000000 0100000000000000 00000000 000000000000f03f 0000000000000040 0000000000000840 " +
      "0000000000001040",
  },
  {
    object: { class: "G3VectorQuat", value: quat },
    tail: "01000000 01000000 0100000000000000 01000000 000000000000f03f 0000000000000040 0000000000000840 " +
      "0000000000001040",
    readOnly: true,
  },
  {
    object: { class: "G3TimestreamQuat", value: quat, start: 1n, stop: 2n },
    tail:
      "01000000 01000000 01000000 0100000000000000 00000000 000000000000f03f 0000000000000040 0000000000000840 " +
      "0000000000001040 01000000 0100000000000000 0200000000000000",
  },
  {
    object: {
      class: "G3VectorFrameObject",
      value: [{
        class: "IrregBlockDouble",
        prefix: "pre_",
        t: Float64Array.of(1, 2),
        value: new Map([["x", Float64Array.of(3, 4)]]),
      }],
    },
    tail:
      "01000000 01000000 0100000000000000 02000080 1000000000000000 4972726567426c6f636b446f75626c65 02000080 " +
      "00000000 0400000000000000 7072655f 01000000 0200000000000000 000000000000f03f 0000000000000040 01000000 " +
      "0100000000000000 0100000000000000 78 0200000000000000 0000000000000840 0000000000001040",
  },
  {
    object: {
      class: "G3SuperTimestream",
      names: ["r0000"],
      times: BigInt64Array.of(10n, 20n),
      value: Int32Array.of(1, -2),
      quanta: new Float64Array(0),
      encoding: { flacLevel: 1, bz2WorkFactor: 30, timesAlgo: 0, dataAlgo: 0, typeNumber: 5 },
    },
    tail:
      "00000000 01000000 01 1e 00 01000000 0200000000000000 01000000 0a00000000000000 1400000000000000 01000000 " +
      "0100000000000000 0500000000000000 7230303030 0500000000000000 0200000000000000 0100000000000000 " +
      `0200000000000000 ${"00".repeat(240)} 0800000000000000 00 01000000 feffffff`,
  },
];

for (const [i, { object, tail, readOnly }] of VECTORS.entries()) {
  Deno.test(`G3-30: golden vector ${i + 1}, a ${object.class}, ${readOnly ? "decodes" : "goes both ways"}`, () => {
    const blob = blobOf(object.class, tail);
    assert.deepEqual(decodeBlob(blob), object);
    if (readOnly !== true) assert.equal(encodeBlob(object).toHex(), blob.toHex());
  });
}

Deno.test("G3-30: the frames of g3 9 encode and decode to their bytes", () => {
  assert.equal(new G3Frame("H").encode().toHex(), "0101000000000000004800000000000000");
  const bytes = hex(
    "01 01000000 01000000 48000000 0000000000000000 2600000000000000 01 01000080 0500000000000000 4733496e74 01000080 " +
      "01000000 01000000 0100000000000000 444b3ccf",
  );
  assert.equal(new G3Frame("H").set("", g3Int(1)).encode().toHex(), bytes.toHex());
  assert.deepEqual(G3Frame.parse(bytes).get(""), g3Int(1));
});

Deno.test("G3-30: the big-endian blob of g3 9 decodes", () => {
  const blob = hex("00 80000001 0000000000000005 4733496e74 80000001 00000001 00000001 fffffffffffffff9");
  assert.deepEqual(decodeBlob(blob), g3Int(-7));
});
