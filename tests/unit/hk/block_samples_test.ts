/** Samples that wait: kinds, times, all or nothing. */
import assert from "node:assert/strict";
import type { G3Object } from "../../../g3/objects.ts";
import type { BlockFault } from "../../../hk/block_fault.ts";
import { BlockSamples } from "../../../hk/block_samples.ts";
import { blockKinds, readFeedBlock } from "../../../hk/feed_block.ts";
import { type SampleKind, sampleKind, takesKind } from "../../../hk/sample_kind.ts";
import { SampleMemory } from "../../../hk/sample_memory.ts";
import { Float } from "../../../internal/float.ts";
import { Random } from "../../helpers/random_values.ts";

const float = (value: number) => new Float(value);

function samplesOf(kinds: readonly SampleKind[]): BlockSamples {
  const fields = kinds.map((_, i) => `f${i}`);
  return new BlockSamples({ name: "b", rawFields: fields, fields, kinds });
}

/** Appends one list a field. */
function append(
  samples: BlockSamples,
  times: readonly unknown[],
  ...lists: readonly (readonly unknown[])[]
): BlockFault | undefined {
  return samples.append({ name: "b", fields: samples.rawFields, samples: lists, times });
}

function valuesOf(samples: BlockSamples): unknown[] {
  return [...samples.vectors().value.values()].map((vector) => {
    assert.ok(vector !== null && "value" in vector);
    // The four vectors of a block are lists.
    return [
      ...(vector as Extract<G3Object, { class: `G3Vector${"Int" | "Double" | "Bool" | "String"}` }>).value,
    ];
  });
}

Deno.test("sampleKind() tells the kinds of Python", () => {
  for (
    const [value, kind] of [
      [1, "int"],
      [2n ** 60n, "int"],
      [float(1), "float"],
      [1.5, "float"],
      [NaN, "float"],
      [-Infinity, "float"],
      [true, "bool"],
      ["", "string"],
      [null, undefined],
      [undefined, undefined],
      [[1], undefined],
      [{}, undefined],
    ] as const
  ) assert.equal(sampleKind(value), kind, String(value));
  const taken = (["int", "float", "bool", "string"] as const).map((field) =>
    (["int", "float", "bool", "string"] as const).filter((kind) => takesKind(field, kind))
  );
  assert.deepEqual(taken, [["int", "bool"], ["int", "float", "bool"], ["bool"], ["string"]]);
});

Deno.test("BlockSamples keeps every value of every kind exactly", () => {
  const samples = samplesOf(["int", "float", "bool", "string"]);
  const ints = [
    2n ** 63n - 1n,
    -(2n ** 63n),
    0,
    -1,
    2 ** 53 - 1,
    -(2 ** 53 - 1),
    true,
    2 ** 32,
    -(2 ** 31) - 1,
  ];
  const floats = [NaN, Infinity, float(-0), 5e-324, float(1e300), 0.1, float(2 ** 53), -Infinity, -1.5];
  const bools = [true, false, true, true, false, false, true, false, true];
  const texts = ["", "öff", "𝄞", "a\0b", "x", "y", "z", "\ud800", "w"];
  assert.equal(append(samples, [1, 2, 3, 4, 5, 6, 7, 8, 9], ints, floats, bools, texts), undefined);
  const [gotInts, gotFloats, gotBools, gotTexts] = valuesOf(samples);
  assert.deepEqual(gotInts, ints.map((value) => BigInt(value)));
  assert.deepEqual(gotFloats, floats.map(Number));
  assert.ok(Object.is(Object(gotFloats)[2], -0));
  assert.deepEqual(gotBools, bools.map(Number));
  assert.deepEqual(gotTexts, texts);
});

Deno.test("BlockSamples cuts times to ticks as Python does", () => {
  const samples = samplesOf(["int"]);
  const times = [
    1700000005.25,
    1700000005.25 + 1e-8,
    1e-9,
    -1.999999999,
    0.29,
    1700000000,
    -0.5,
    92233720368.5,
  ];
  assert.equal(
    append(samples, times.map((t) => Number.isInteger(t) ? float(t) : t), times.map(() => 1)),
    undefined,
  );
  // int(t * 1e8) of each.
  assert.deepEqual([...samples.vectors().times], [
    170000000525000000n,
    170000000525000000n,
    0n,
    -199999999n,
    28999999n,
    170000000000000000n,
    -50000000n,
    9223372036849999872n,
  ]);
  for (
    const time of [NaN, Infinity, -Infinity, 1e300, 92233720368.547758, -92233720369, null, "1", true, []]
  ) {
    const fault = append(samples, [1, time], [1, 2]);
    assert.equal(fault?.reason, "bad time", String(time));
  }
  assert.equal(samples.count, times.length);
});

for (
  const [what, kind, values, reason] of [
    ["a float behind an int", "int", [1, 2.5], "mixed kinds"],
    ["an integral float behind an int", "int", [1, float(2)], "mixed kinds"],
    ["an int behind a float", "float", [1.5, 2], "mixed kinds"],
    ["an int behind a bool", "bool", [true, 1], "mixed kinds"],
    ["an int behind a bool in a field of ints", "int", [true, 1], "mixed kinds"],
    ["a float behind ints in a field of floats", "float", [1, 2.5], "mixed kinds"],
    ["an int behind a bool in a field of floats", "float", [true, 2], "mixed kinds"],
    ["a text behind a float", "float", [1.5, "a"], "mixed kinds"],
    ["a number behind a text", "string", ["a", 1], "mixed kinds"],
    ["null", "float", [1.5, null], "null value"],
    ["null among texts", "string", ["a", null], "null value"],
    ["nothing", "int", [1, undefined], "null value"],
    ["a list", "int", [1, [2]], "not a sample"],
    ["an object", "bool", [true, {}], "not a sample"],
    ["2^63", "int", [1, 2n ** 63n], "integer beyond 64 bits"],
    ["-2^63-1", "int", [-(2n ** 63n) - 1n, 0], "integer beyond 64 bits"],
    ["10^5000", "int", [1, 10n ** 5000n], "integer beyond 64 bits"],
    ["2^53+1 in a field of floats", "float", [1, 2n ** 53n + 1n], "integer too large for a float field"],
  ] as const
) {
  Deno.test(`BlockSamples refuses ${what}, and the block with it`, () => {
    const samples = samplesOf(["int", kind]);
    const good = { int: [1, 2], float: [1.5, float(2)], bool: [true, false], string: ["a", "b"] }[kind];
    assert.equal(append(samples, [1, 2], [1, 2], good), undefined);
    const { bytes } = samples;
    const fault = append(samples, [3, 4], [3, 4], values);
    assert.equal(fault?.reason, reason);
    assert.match(fault?.detail ?? "", /^field "f1": sample [01] is/);
    assert.ok((fault?.detail.length ?? 0) < 200);
    assert.deepEqual([samples.count, samples.bytes], [2, bytes]);
    assert.equal(append(samples, [3, 4], [3, 4], good), undefined);
    assert.deepEqual(valuesOf(samples)[0], [1n, 2n, 3n, 4n]);
  });
}

Deno.test("BlockSamples takes integers into a field of floats as long as they are exact", () => {
  const samples = samplesOf(["float"]);
  assert.equal(append(samples, [1, 2, 3, 4], [1, true, 2n ** 62n, -(2 ** 53 - 1)]), undefined);
  assert.deepEqual(valuesOf(samples), [[1, 1, 2 ** 62, -(2 ** 53 - 1)]]);
});

Deno.test("BlockSamples widens kinds without loss, all fields or none, and only before anything is written", () => {
  const samples = samplesOf(["bool", "int", "bool", "string"]);
  const add = (...lists: unknown[][]) => assert.equal(append(samples, [1, 2], ...lists), undefined);
  add([true, false], [2n ** 53n + 1n, -7], [true, true], ["a", "b"]);
  assert.equal(samples.widen(["float", "float", "bool", "string"]), false, "2^53 + 1 is no double");
  assert.equal(samples.widen(["string", "int", "bool", "string"]), false);
  assert.deepEqual(samples.kinds, ["bool", "int", "bool", "string"]);
  assert.equal(samples.widen(["float", "bool", "int", "string"]), true);
  assert.deepEqual(samples.kinds, ["float", "int", "int", "string"]);
  add([1.5, NaN], [3, 4], [5, 6], ["c", "d"]);
  assert.deepEqual(valuesOf(samples), [
    [1, 0, 1.5, NaN],
    [2n ** 53n + 1n, -7n, 3n, 4n],
    [1n, 1n, 5n, 6n],
    ["a", "b", "c", "d"],
  ]);
  samples.discard(2);
  assert.equal(samples.widen(["float", "float", "int", "string"]), false);
});

Deno.test("BlockSamples forgets what was written and keeps what came since, however much that is", () => {
  const random = new Random(7);
  const samples = samplesOf(["int", "float", "string", "bool"]);
  let next = 0;
  let first = 0;
  for (let round = 0; round < 300; round++) {
    const count = random.pick([0, 1, 1, 10, 10, 500, round === 50 ? 40_000 : 3]);
    const list = Array.from({ length: count }, (_, i) => next + i);
    next += count;
    assert.equal(
      append(samples, list, list, list.map(float), list.map(String), list.map((i) => i % 2 === 0)),
      undefined,
    );
    const discarded = random.pick([0, samples.count, random.below(samples.count + 1)]);
    samples.discard(discarded);
    first += discarded;
    assert.equal(samples.count, next - first);
    if (round % 20 !== 0) continue;
    const expected = Array.from({ length: next - first }, (_, i) => first + i);
    assert.deepEqual(valuesOf(samples), [
      expected.map(BigInt),
      expected,
      expected.map(String),
      expected.map((i) => i % 2 === 0 ? 1 : 0),
    ]);
    assert.deepEqual([...samples.vectors().times], expected.map((t) => BigInt(t) * 100_000_000n));
  }
  samples.discard(samples.count);
  assert.equal(samples.bytes, 0);
});

Deno.test("SampleMemory gives memory back that was needed only once", () => {
  const memory = new SampleMemory();
  const row = memory.addRow();
  memory.reserve(100_000, 0);
  assert.ok(memory.floats.length >= 100_000);
  memory.setInteger(memory.cell(row, 50), -(2 ** 40) - 1);
  memory.discard(50, 60);
  assert.ok(memory.floats.length < 100, String(memory.floats.length));
  assert.equal(memory.integers[memory.cell(row, 0)], -(2n ** 40n) - 1n);
});

Deno.test("readFeedBlock() says what is no block", () => {
  const block = (data: unknown, timestamps: unknown) =>
    readFeedBlock("b", { block_name: "b", data, timestamps });
  for (
    const [read, reason] of [
      [readFeedBlock("b", null), "not a block"],
      [readFeedBlock("b", [1]), "not a block"],
      [readFeedBlock("b", {}), "not a block"],
      [block([], [1]), "not a block"],
      [block({ a: [1] }, 7), "not a block"],
      [block({ a: 1 }, [1]), "not a block"],
      [block({ a: new Uint8Array(1) }, [1]), "not a block"],
      [block({ a: [1], b: [1, 2] }, [1]), "lengths differ"],
      [block({ a: [] }, [1]), "lengths differ"],
      [block({ a: [1] }, []), "lengths differ"],
      [block({}, [1]), "no fields"],
    ] as const
  ) assert.equal("reason" in read ? read.reason : read, reason);
  const good = block({ a: [1], ["__proto__"]: [2] }, [1]);
  assert.deepEqual("fields" in good ? good.fields : good, ["a", "__proto__"]);
  const kinds = block({ a: [1], b: [null] }, [1]);
  assert.ok("fields" in kinds);
  assert.deepEqual(blockKinds(kinds), { reason: "null value", detail: 'field "b": sample 0 is null' });
});
