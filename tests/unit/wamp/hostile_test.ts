import assert from "node:assert/strict";
import { CborCodec } from "../../../wamp/cbor.ts";
import { JsonCodec } from "../../../wamp/json.ts";
import { type Encoding, ProtocolViolation, serializerFor } from "../../../wamp/mod.ts";
import { MsgpackCodec } from "../../../wamp/msgpack.ts";
import { scanCbor } from "../../../wamp/cbor_scan.ts";
import { scanJson, skipSpace } from "../../../wamp/json_scan.ts";
import { scanMsgpack } from "../../../wamp/msgpack_scan.ts";
import { Random, randomValue } from "../../helpers/random_values.ts";
import { parsed } from "./_wire.ts";

const ENCODINGS: readonly Encoding[] = ["json", "msgpack", "cbor"];
const CODECS = { json: new JsonCodec(), msgpack: new MsgpackCodec(), cbor: new CborCodec() };

/** How many mutated messages a run makes; `task soak` makes more. */
const MUTATIONS = Deno.env.get("OCS_SOAK") === "1" ? 2_000_000 : 30_000;

/** Whether the scanner takes the bytes for exactly one value. */
function scans(bytes: Uint8Array, encoding: Encoding): boolean {
  try {
    if (encoding === "cbor") return scanCbor(bytes, 0, 0) === bytes.length;
    if (encoding === "msgpack") return scanMsgpack(bytes, 0, 0) === bytes.length;
    return skipSpace(bytes, scanJson(bytes, skipSpace(bytes, 0), 0)) === bytes.length;
  } catch (error) {
    assert(error instanceof SyntaxError, String(error));
    return false;
  }
}

/** Whether the decoder does, in every mode. */
function decodes(bytes: Uint8Array, encoding: Encoding): boolean {
  const results = (["plain", "keep", "model"] as const).map((mode) => {
    const reader = CODECS[encoding].values(bytes, mode);
    try {
      reader.value();
    } catch (error) {
      assert(error instanceof SyntaxError, String(error));
      return false;
    }
    return reader.at === bytes.length;
  });
  assert(new Set(results).size === 1, "The modes differ");
  return results[0] ?? false;
}

function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = [...bytes];
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(copy.length);
    switch (random.below(4)) {
      case 0:
        copy[at] = random.below(256);
        break;
      case 1:
        copy.splice(at, random.below(4));
        break;
      case 2:
        copy.splice(
          at,
          0,
          random.below(256),
          random.pick([0xff, 0x9f, 0xbf, 0x5f, 0x7f, 0xf7, 0xc2, 0xc1, 0x22, 0x5b]),
        );
        break;
      default:
        copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    if (copy.length === 0) copy.push(0);
  }
  return Uint8Array.from(copy);
}

for (const encoding of ENCODINGS) {
  Deno.test(`the ${encoding} scanner accepts exactly what the decoder accepts`, () => {
    const random = new Random(3);
    let accepted = 0;
    for (let i = 0; i < MUTATIONS / 3; i++) {
      const bytes = mutated(randomBytes(encoding, random), random);
      const scanned = scans(bytes, encoding);
      assert.equal(scanned, decodes(bytes, encoding), bytes.toHex());
      if (scanned) accepted++;
    }
    // Both sides of the rule were tried.
    assert(accepted > MUTATIONS / 100 && accepted < MUTATIONS / 3, `${accepted} accepted`);
  });

  Deno.test(`R113: mutated ${encoding} messages give a message or a ProtocolViolation, and can be forwarded`, () => {
    const random = new Random(4);
    const serializer = serializerFor(encoding);
    let accepted = 0;
    for (let i = 0; i < MUTATIONS / 3; i++) {
      const value = [16, 1, { acknowledge: true, x: 1.5 }, "a.b", [randomValue(random, {}, 3)], {
        k: randomValue(random, {}, 4),
      }];
      const bytes = mutated(serializer.encodeValue(value), random);
      let message;
      try {
        message = serializer.decodeMessage(bytes);
      } catch (error) {
        assert(error instanceof ProtocolViolation, `${error} for ${bytes.toHex()}`);
        continue;
      }
      accepted++;
      if (message.type === 0) continue;
      for (const target of ENCODINGS) {
        const other = serializerFor(target);
        other.decodeMessage(other.encodeMessage(message));
      }
    }
    assert(accepted > MUTATIONS / 300, `${accepted} accepted`);
  });

  Deno.test(`every cut of a valid ${encoding} value is refused by scanner and decoder`, () => {
    const random = new Random(5);
    for (let i = 0; i < 200; i++) {
      // A list, because a number of JSON may be cut and still be one.
      const bytes = serializerFor(encoding).encodeValue([randomValue(random, { bignums: false }, 3)]);
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        assert.equal(scans(cut, encoding), false, cut.toHex());
        assert.equal(decodes(cut, encoding), false, cut.toHex());
      }
    }
  });
}

/** A random valid value of an encoding. */
function randomBytes(encoding: Encoding, random: Random): Uint8Array {
  return serializerFor(encoding).encodeValue(randomValue(random, { bignums: encoding !== "msgpack" }, 2));
}

/** Nested lists in each encoding. */
function nested(depth: number, encoding: Encoding): Uint8Array {
  if (encoding === "json") return new TextEncoder().encode("[".repeat(depth) + "]".repeat(depth));
  const bytes = new Uint8Array(depth).fill(encoding === "cbor" ? 0x81 : 0x91);
  bytes[depth - 1] = encoding === "cbor" ? 0x80 : 0x90;
  return bytes;
}

Deno.test("R34: nesting to 100 passes, and 101, 200 and 100,000 are refused", () => {
  for (const encoding of ENCODINGS) {
    const serializer = serializerFor(encoding);
    serializer.decodeValue(nested(100, encoding));
    assert.equal(scans(nested(100, encoding), encoding), true);
    for (const depth of [101, 200, 100_000]) {
      assert.throws(() => serializer.decodeValue(nested(depth, encoding)), /deeper than 100/);
      assert.equal(scans(nested(depth, encoding), encoding), false);
      const message = serializer.encodeMessage({
        type: 70,
        request: 1,
        options: {},
        payload: { kind: "raw", encoding, count: 1, tail: nested(depth, encoding) },
      });
      assert.throws(() => serializer.decodeMessage(message), ProtocolViolation);
    }
    // Args nested to the limit come out of one side's encoder and into the other's decoder.
    const payload = { kind: "raw", encoding, count: 1, tail: nested(100, encoding) } as const;
    for (const target of ENCODINGS) {
      const other = serializerFor(target);
      other.decodeMessage(other.encodeMessage({ type: 70, request: 1, options: {}, payload }));
    }
  }
});

/** Bytes that must be refused wherever they stand. */
const MALFORMED: readonly [name: string, Encoding, string][] = [
  ["tags without end", "cbor", "c0".repeat(200) + "01"],
  ["maps in keys without end", "cbor", "a1".repeat(200)],
  ["indefinite lists without end", "cbor", "9f".repeat(100_000)],
  ["a list of 2^31", "cbor", "9a80000000"],
  ["a list of 2^63", "cbor", "9b8000000000000000"],
  ["a map of 2^63", "cbor", "bb8000000000000000"],
  ["a text of 2^31", "cbor", "7a80000000"],
  ["bytes of 2^63", "cbor", "5b8000000000000000"],
  ["bytes of 2^64-1", "cbor", "5bffffffffffffffff"],
  ["a list of 2^31 with one element", "cbor", "9a8000000001"],
  ["reserved additional information", "cbor", "1c"],
  ["a break outside", "cbor", "ff"],
  ["a break as an element", "cbor", "8201ff"],
  ["a break between key and value", "cbor", "bf01ff"],
  ["an indefinite integer", "cbor", "1f00"],
  ["an indefinite tag", "cbor", "df00"],
  ["a simple value below 32 in two bytes", "cbor", "f810"],
  ["a chunk of another type", "cbor", "5f6161ff"],
  ["a chunk of indefinite length", "cbor", "5f5f4101ffff"],
  ["a bignum that is a number", "cbor", "c201"],
  ["a bignum of 10,000 bytes", "cbor", "c2592710" + "ff".repeat(10_000)],
  ["text that is not UTF-8", "cbor", "62c328"],
  ["a key that is not UTF-8", "cbor", "a162c32801"],
  ["an encoded surrogate", "cbor", "63eda080"],
  ["an overlong form", "cbor", "62c080"],
  ["code points above 10ffff", "cbor", "64f4908080"],
  ["the byte c1", "msgpack", "c1"],
  ["a list of 2^31", "msgpack", "dd80000000"],
  ["a map of 2^32-1", "msgpack", "dfffffffff"],
  ["bytes of 2^31", "msgpack", "c680000000"],
  ["a text of 2^32-1", "msgpack", "dbffffffff"],
  ["an extension of 2^31", "msgpack", "c98000000001"],
  ["text that is not UTF-8", "msgpack", "a2c328"],
  ["a cut extension", "msgpack", "d60100"],
  ["text that is not UTF-8", "json", "22c32822"],
  ["an encoded surrogate", "json", "22eda08022"],
  ["a UTF-8 byte order mark", "json", "efbbbf31"],
  ["NUL", "json", "00"],
  ...[
    "",
    " ",
    "nul",
    "nan",
    "Nan",
    "infinity",
    "+1",
    "01",
    "-",
    "-a",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x1",
    "1_0",
    "--1",
    "-NaN",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1",
    "1]",
    "{",
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    "{1:2}",
    "{a:1}",
    '{"a" 1}',
    "[1}",
    "'a'",
    '"a',
    '"\\x"',
    '"\\u12g4"',
    '"\\u123',
    '"\t"',
    "1 2",
    "[1]x",
    "// c",
    "truefalse",
    "undefined",
  ].map((text): [string, Encoding, string] => [`"${text}"`, "json", new TextEncoder().encode(text).toHex()]),
];

for (const [name, encoding, hex] of MALFORMED) {
  Deno.test(`R34: ${encoding} ${name} is refused by scanner, decoder and message decoder`, () => {
    const bytes = parsed(hex, "cbor");
    assert.equal(scans(bytes, encoding), false);
    assert.equal(decodes(bytes, encoding), false);
    assert.throws(() => serializerFor(encoding).decodeValue(bytes), SyntaxError);
    const head = { json: "[70,1,{},[", msgpack: "944601 80 91", cbor: "84184601a081" }[encoding];
    const message = Uint8Array.of(
      ...parsed(head, encoding),
      ...bytes.subarray(0, 100_000),
      ...(encoding === "json" ? [0x5d, 0x5d] : []),
    );
    // What is white space or two values alone may be fine inside a list.
    if (hex === "" || hex === "20") return;
    assert.throws(() => serializerFor(encoding).decodeMessage(message), ProtocolViolation);
  });
}

Deno.test("R34: integer bombs of 10 MB are refused at once and small ones are read", () => {
  const json = serializerFor("json");
  const digits = new Uint8Array(10_000_000).fill(0x39);
  assert.throws(() => json.decodeValue(digits), /too many digits/);
  assert.equal(json.decodeValue(digits.subarray(0, 4300)), 10n ** 4300n - 1n);
  assert.throws(
    () => json.decodeMessage(Uint8Array.of(...parsed("[70,1,{},[", "json"), ...digits.subarray(0, 90_000))),
    ProtocolViolation,
  );
  // A type or id of many digits is no id either.
  assert.throws(
    () => json.decodeMessage(Uint8Array.of(0x5b, ...digits.subarray(0, 90_000))),
    ProtocolViolation,
  );
});

Deno.test("R34: declared lengths cost no memory", () => {
  const before = Deno.memoryUsage().external + Deno.memoryUsage().heapUsed;
  for (let i = 0; i < 1000; i++) {
    for (const [, encoding, hex] of MALFORMED) {
      if (hex.length > 40) continue;
      try {
        serializerFor(encoding).decodeValue(parsed(hex, "cbor"));
      } catch (error) {
        assert(error instanceof SyntaxError);
      }
    }
  }
  const grown = Deno.memoryUsage().external + Deno.memoryUsage().heapUsed - before;
  assert(grown < 128 * 1024 * 1024, `${grown} bytes`);
});
