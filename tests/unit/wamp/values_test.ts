import assert from "node:assert/strict";
import { type Encoding, Float, serializerFor } from "../../../wamp/mod.ts";
import {
  decodeCborOracle,
  decodeMsgpackOracle,
  encodeCborOracle,
  encodeMsgpackOracle,
} from "../../helpers/oracles.ts";
import { Random, randomValue } from "../../helpers/random_values.ts";
import { parsed } from "./_wire.ts";

const ENCODINGS: readonly Encoding[] = ["json", "msgpack", "cbor"];

Deno.test("encodeValue() and decodeValue() keep 2,000 random values in every encoding", () => {
  const random = new Random(1);
  for (let i = 0; i < 2000; i++) {
    for (const encoding of ENCODINGS) {
      const value = randomValue(random, { bignums: encoding !== "msgpack" });
      const serializer = serializerFor(encoding);
      const bytes = serializer.encodeValue(value);
      assert.deepEqual(serializer.decodeValue(bytes, { floats: "keep" }), value, `${encoding} ${i}`);
    }
  }
});

Deno.test("encodeMessage() carries 2,000 random payloads through every pair of encodings and back", () => {
  const random = new Random(2);
  for (let i = 0; i < 2000; i++) {
    const value = randomValue(random, { bignums: false });
    const source = random.pick(ENCODINGS), target = random.pick(ENCODINGS);
    const message = {
      type: 70,
      request: 1,
      options: {},
      payload: { kind: "values", args: [value], kwargs: { k: value } },
    } as const;
    const first = serializerFor(source).encodeMessage(message);
    const over = serializerFor(target).encodeMessage(serializerFor(source).decodeMessage(first));
    const back = serializerFor(source).encodeMessage(serializerFor(target).decodeMessage(over));
    assert.deepEqual(back, first, `${source} to ${target}, ${i}`);
  }
});

Deno.test("MessagePack agrees with @msgpack/msgpack on plain values", () => {
  const serializer = serializerFor("msgpack");
  for (const value of PLAIN) {
    assert.deepEqual(decodeMsgpackOracle(serializer.encodeValue(value)), value);
    assert.deepEqual(serializer.encodeValue(value), encodeMsgpackOracle(value));
    assert.deepEqual(serializer.decodeValue(encodeMsgpackOracle(value)), value);
  }
});

Deno.test("CBOR agrees with cborg on plain values", () => {
  const serializer = serializerFor("cbor");
  for (const value of PLAIN) {
    assert.deepEqual(decodeCborOracle(serializer.encodeValue(value)), value);
    assert.deepEqual(serializer.decodeValue(encodeCborOracle(value)), value);
  }
});

/** Values around every border of the encodings that plain libraries keep. */
const PLAIN: readonly unknown[] = [
  0,
  1,
  23,
  24,
  127,
  128,
  255,
  256,
  65535,
  65536,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  -1,
  -24,
  -25,
  -32,
  -33,
  -128,
  -129,
  -256,
  -257,
  -32768,
  -32769,
  -(2 ** 31),
  -(2 ** 31) - 1,
  -(2 ** 53) + 1,
  0.5,
  -1.25,
  1e300,
  "",
  "a".repeat(23),
  "a".repeat(24),
  "é".repeat(31),
  "a".repeat(255),
  "a".repeat(256),
  "é".repeat(40000),
  true,
  false,
  null,
  [],
  {},
  [[[]]],
  { a: { b: [1, 2, { c: null }] } },
  Array.from({ length: 15 }, (_, i) => i),
  Array.from({ length: 16 }, (_, i) => i),
  Array.from({ length: 70000 }, () => 1),
  Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i])),
];

Deno.test("encodeValue() writes integers of any range and typed arrays by their kind", () => {
  const json = (value: unknown) => new TextDecoder().decode(serializerFor("json").encodeValue(value));
  assert.equal(json(new Float64Array([1, 2.5])), "[1.0,2.5]");
  assert.equal(json(new Float32Array([1])), "[1.0]");
  assert.equal(json(new Int32Array([1, -1])), "[1,-1]");
  assert.equal(json(new BigInt64Array([2n ** 60n])), "[1152921504606846976]");
  for (const encoding of ["cbor", "msgpack"] as const) {
    const serializer = serializerFor(encoding);
    const floats = serializer.decodeValue(serializer.encodeValue(new Float64Array([1, 2])), {
      floats: "keep",
    });
    assert.deepEqual(floats, [new Float(1), new Float(2)]);
    const ints = serializer.decodeValue(serializer.encodeValue(new BigInt64Array([-5n, 2n ** 62n])), {
      floats: "keep",
    });
    assert.deepEqual(ints, [-5, 2n ** 62n]);
  }
});

Deno.test("encodeValue() drops undefined members, writes undefined elements as null, and heeds toJSON", () => {
  for (const encoding of ENCODINGS) {
    const serializer = serializerFor(encoding);
    const value = { a: undefined, b: [undefined, 1], when: new Date(0) };
    const expected = { b: [null, 1], when: "1970-01-01T00:00:00.000Z" };
    assert.deepEqual(serializer.decodeValue(serializer.encodeValue(value)), expected);
  }
});

Deno.test("encodeValue() survives a toJSON that encodes something itself", () => {
  for (const encoding of ENCODINGS) {
    const serializer = serializerFor(encoding);
    class Nested {
      toJSON(): number {
        return serializer.encodeValue("x".repeat(100)).length > 0 ? 1 : 0;
      }
    }
    assert.deepEqual(serializer.decodeValue(serializer.encodeValue(["a", new Nested(), "b"])), ["a", 1, "b"]);
  }
});

Deno.test("encodeValue() says where something stands that cannot be sent", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = { again: cycle };
  let deep: unknown = 1;
  for (let i = 0; i < 101; i++) deep = [deep];
  const cases: [unknown, RegExp][] = [
    [{ a: [1, () => 2] }, /Cannot encode "value.a\[1\]": it is a function/],
    [[Symbol("x")], /"value\[0\]": it is a symbol/],
    [cycle, /"value.self.again": it contains itself/],
    [deep, /it nests deeper than 100/],
    [{ s: new Set([1]) }, /"value.s": it is a Set/],
    [[Promise.resolve()], /"value\[0\]": it is a Promise/],
  ];
  for (const encoding of ENCODINGS) {
    for (const [value, message] of cases) {
      assert.throws(() => serializerFor(encoding).encodeValue(value), { name: "TypeError", message });
    }
    const message = {
      type: 70,
      request: 1,
      options: {},
      payload: { kind: "values", args: [() => 1] },
    } as const;
    assert.throws(() => serializerFor(encoding).encodeMessage(message), /Cannot encode "value.args\[0\]"/);
    // And the serializer works on.
    assert.equal(serializerFor(encoding).decodeValue(serializerFor(encoding).encodeValue(5)), 5);
  }
});

Deno.test("JSON floats are written as Python's repr writes them", () => {
  const table: [number, string][] = [
    [1e15, "1000000000000000.0"],
    [1e16, "1e+16"],
    [123456789012345680, "1.2345678901234568e+17"],
    [1e21, "1e+21"],
    [1e100, "1e+100"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1.5e-7, "1.5e-07"],
    [5e-324, "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [-2.5, "-2.5"],
    [0, "0.0"],
    [-0, "-0.0"],
    [100, "100.0"],
  ];
  for (const [value, text] of table) {
    assert.equal(new TextDecoder().decode(serializerFor("json").encodeValue(new Float(value))), text);
  }
});

Deno.test("encodeValue() writes lone surrogates so that every receiver survives", () => {
  assert.equal(new TextDecoder().decode(serializerFor("json").encodeValue("\ud800")), '"\\ud800"');
  assert.equal(serializerFor("cbor").encodeValue("a\udc00").toHex(), "6461efbfbd");
  assert.equal(serializerFor("msgpack").encodeValue("\ud800a").toHex(), "a4efbfbd61");
});

Deno.test("decodeValue() keeps __proto__ as a member and takes the last of duplicate keys", () => {
  for (
    const [encoding, wire] of [
      ["json", '{"__proto__":1,"a":1,"a":2}'],
      ["cbor", "a3695f5f70726f746f5f5f01616101616102"],
      ["msgpack", "83a95f5f70726f746f5f5f01a16101a16102"],
    ] as const
  ) {
    const value = serializerFor(encoding).decodeValue(parsed(wire, encoding));
    assert.deepEqual(Object.entries(Object(value)), [["__proto__", 1], ["a", 2]]);
  }
});

Deno.test("decodeValue() hands out bytes that do not change with the frame", () => {
  for (const [encoding, wire] of [["cbor", "420102"], ["msgpack", "c4020102"]] as const) {
    const frame = parsed(wire, encoding);
    const value = serializerFor(encoding).decodeValue(frame);
    frame.fill(9);
    assert.deepEqual(value, Uint8Array.of(1, 2));
  }
});
