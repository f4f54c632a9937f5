import assert from "node:assert/strict";
import { type Encoding, Float, type Message, serializerFor } from "../../../wamp/mod.ts";
import { parsed } from "./_wire.ts";

const ENCODINGS: readonly Encoding[] = ["json", "msgpack", "cbor"];

/**
 * What autobahn-python 26.7 sends for Python values, as text for JSON and in hex otherwise. `msgpack` is
 * missing where Python cannot send the value.
 */
const TABLE: readonly { python: string; value: unknown; json: string; msgpack?: string; cbor: string }[] = [
  { python: "1", value: 1, json: "1", msgpack: "01", cbor: "01" },
  {
    python: "1.0",
    value: new Float(1),
    json: "1.0",
    msgpack: "cb3ff0000000000000",
    cbor: "fb3ff0000000000000",
  },
  {
    python: "-0.0",
    value: new Float(-0),
    json: "-0.0",
    msgpack: "cb8000000000000000",
    cbor: "fb8000000000000000",
  },
  { python: "0.1", value: 0.1, json: "0.1", msgpack: "cb3fb999999999999a", cbor: "fb3fb999999999999a" },
  {
    python: "1e16",
    value: new Float(1e16),
    json: "1e+16",
    msgpack: "cb4341c37937e08000",
    cbor: "fb4341c37937e08000",
  },
  {
    python: "1e22",
    value: new Float(1e22),
    json: "1e+22",
    msgpack: "cb4480f0cf064dd592",
    cbor: "fb4480f0cf064dd592",
  },
  { python: "1e-05", value: 1e-5, json: "1e-05", msgpack: "cb3ee4f8b588e368f1", cbor: "fb3ee4f8b588e368f1" },
  {
    python: "2**32",
    value: 2 ** 32,
    json: "4294967296",
    msgpack: "cf0000000100000000",
    cbor: "1b0000000100000000",
  },
  {
    python: "2**53",
    value: 2n ** 53n,
    json: "9007199254740992",
    msgpack: "cf0020000000000000",
    cbor: "1b0020000000000000",
  },
  {
    python: "2**64-1",
    value: 2n ** 64n - 1n,
    json: "18446744073709551615",
    msgpack: "cfffffffffffffffff",
    cbor: "1bffffffffffffffff",
  },
  { python: "2**64", value: 2n ** 64n, json: "18446744073709551616", cbor: "c249010000000000000000" },
  {
    python: "-2**63",
    value: -(2n ** 63n),
    json: "-9223372036854775808",
    msgpack: "d38000000000000000",
    cbor: "3b7fffffffffffffff",
  },
  { python: "True", value: true, json: "true", msgpack: "c3", cbor: "f5" },
  { python: "None", value: null, json: "null", msgpack: "c0", cbor: "f6" },
  { python: '"é"', value: "é", json: '"é"', msgpack: "a2c3a9", cbor: "62c3a9" },
  {
    python: 'b"\\x01\\x02"',
    value: Uint8Array.of(1, 2),
    json: '"\\u0000AQI="',
    msgpack: "c4020102",
    cbor: "420102",
  },
  { python: "nan", value: NaN, json: "NaN", msgpack: "cb7ff8000000000000", cbor: "f97e00" },
  { python: "inf", value: Infinity, json: "Infinity", msgpack: "cb7ff0000000000000", cbor: "f97c00" },
  { python: "-inf", value: -Infinity, json: "-Infinity", msgpack: "cbfff0000000000000", cbor: "f9fc00" },
  { python: "(1, 2)", value: [1, 2], json: "[1,2]", msgpack: "920102", cbor: "820102" },
];

/** The bytes of a row in an encoding. */
function bytesOf(row: typeof TABLE[number], encoding: Encoding): Uint8Array | undefined {
  if (encoding === "json") return new TextEncoder().encode(row.json);
  const hex = row[encoding];
  return hex === undefined ? undefined : Uint8Array.fromHex(hex);
}

for (const row of TABLE) {
  Deno.test(`R103: Python's ${row.python} is written and read as Python does, with its kind`, () => {
    for (const encoding of ENCODINGS) {
      const bytes = bytesOf(row, encoding);
      if (bytes === undefined) continue;
      const serializer = serializerFor(encoding);
      assert.deepEqual(serializer.encodeValue(row.value), bytes, encoding);
      assert.deepEqual(serializer.decodeValue(bytes, { floats: "keep" }), row.value, encoding);
      const plain = row.value instanceof Float ? row.value.value : row.value;
      assert.deepEqual(serializer.decodeValue(bytes), plain, encoding);
    }
  });

  Deno.test(`R103: Python's ${row.python} passes from each serializer to each`, () => {
    for (const source of ENCODINGS) {
      const bytes = bytesOf(row, source);
      if (bytes === undefined) continue;
      const list = source === "json" ? [0x5b, ...bytes, 0x5d] : [source === "cbor" ? 0x81 : 0x91, ...bytes];
      const payload = { kind: "raw", encoding: source, count: 1, tail: Uint8Array.from(list) } as const;
      const event: Message = { type: 36, subscription: 1, publication: 2, details: {}, payload };
      for (const target of ENCODINGS) {
        const expected = bytesOf(row, target);
        if (expected === undefined) continue;
        const encoded = serializerFor(target).encodeMessage(event);
        const end = encoded.length - (target === "json" ? 2 : 0);
        assert.deepEqual(encoded.subarray(end - expected.length, end), expected, `${source} to ${target}`);
      }
    }
  });
}

/** How args get from one encoding to another; a JSON source and target is text, the others are hex. */
const TRANSCODED: readonly [name: string, from: Encoding, args: string, to: Encoding, expected: string][] = [
  [
    "R104: floats of CBOR stay floats in JSON",
    "cbor",
    "84fb3ff0000000000000fb4004000000000000fb4341c37937e08000fb8000000000000000",
    "json",
    "[1.0,2.5,1e+16,-0.0]",
  ],
  ["R105: integer keys become strings in MessagePack", "cbor", "81a10102", "msgpack", "9181a13102"],
  [
    "R105: keys of other kinds become their JSON text",
    "cbor",
    "81a401020203fb3ff00000000000000af5f6",
    "json",
    '[{"1":2,"2":3,"1.0":10,"true":null}]',
  ],
  ["R106: NUL in front of a string is replaced for a JSON receiver", "msgpack", "91a20078", "json", '["�x"]'],
  [
    "a string that looks like bytes in JSON passes as it is",
    "msgpack",
    "91a5004151493d",
    "json",
    '["\\u0000AQI="]',
  ],
  ["bytes of JSON become bin", "json", '["\\u0000AQI="]', "msgpack", "91c4020102"],
  ["bytes of JSON become a byte string", "json", '["\\u0000AQI="]', "cbor", "81420102"],
  ["NUL and no base64 stays text", "json", '["\\u0000?"]', "cbor", "8162003f"],
  [
    "integers outside 64 bit become floats in MessagePack",
    "cbor",
    "81c249010000000000000000",
    "msgpack",
    "91cb43f0000000000000",
  ],
  ["bignums within 64 bit become ints in MessagePack", "cbor", "81c24101", "msgpack", "9101"],
  ["negative bignums become digits", "cbor", "81c349010000000000000000", "json", "[-18446744073709551617]"],
  ["single floats stay single in MessagePack", "cbor", "81fa3fc00000", "msgpack", "91ca3fc00000"],
  ["single floats stay single in CBOR", "msgpack", "91ca3fc00000", "cbor", "81fa3fc00000"],
  ["half floats become floats", "cbor", "82f93e00f93c00", "json", "[1.5,1.0]"],
  [
    "the smallest and largest half floats are read",
    "cbor",
    "82f90001f97bff",
    "json",
    "[5.960464477539063e-08,65504.0]",
  ],
  ["extensions become bytes in JSON", "msgpack", "91d57f0102", "json", '["\\u0000AQI="]'],
  ["extensions become byte strings in CBOR", "msgpack", "91d57f0102", "cbor", "81420102"],
  ["timestamps become tag 1 in CBOR", "msgpack", "91d6ff00000001", "cbor", "81c101"],
  [
    "timestamps with nanoseconds become tag 1 with a float",
    "msgpack",
    "91d7ff7735940000000001",
    "cbor",
    "81c1fb3ff8000000000000",
  ],
  ["tags give their content", "cbor", "82c06161d90102820102", "json", '["a",[1,2]]'],
  ["undefined and simple values become null", "cbor", "82f7f820", "json", "[null,null]"],
  ["undefined of JavaScript codecs becomes null", "msgpack", "91d40000", "json", "[null]"],
  [
    "indefinite lengths become definite",
    "cbor",
    "9f5f41014102ff7f61616162ffbf616101ffff",
    "msgpack",
    "93c4020102a2616281a16101",
  ],
  [
    "key order is kept also for names that look like numbers",
    "json",
    '[{"b":1,"2":2,"1":3}]',
    "msgpack",
    "9183a16201a13202a13103",
  ],
  ["the last of duplicate keys wins", "json", '[{"a":1,"b":2,"a":3}]', "cbor", "81a2616103616202"],
  ["lone surrogates become U+FFFD", "json", '["\\ud800"]', "cbor", "8163efbfbd"],
  ["surrogate pairs become one character", "json", '["\\ud83d\\udd2d"]', "cbor", "8164f09f94ad"],
  ["-0 is an integer in JSON", "json", "[-0,-0.0]", "msgpack", "9200cb8000000000000000"],
  ["overlong exponents are infinite", "json", "[1e999,-1e999]", "cbor", "82f97c00f9fc00"],
  ["exponents make floats", "json", "[1e2,1E2]", "msgpack", "92cb4059000000000000cb4059000000000000"],
  [
    "__proto__ is a key like any other",
    "json",
    '[{"__proto__":{"a":1}}]',
    "msgpack",
    "9181a95f5f70726f746f5f5f81a16101",
  ],
];

for (const [name, from, args, to, expected] of TRANSCODED) {
  Deno.test(`encodeMessage(): ${name} (${from} to ${to})`, () => {
    const payload = { kind: "raw", encoding: from, count: 1, tail: parsed(args, from) } as const;
    const message = serializerFor(to).encodeMessage({ type: 70, request: 1, options: {}, payload });
    const head = to === "json" ? "[70,1,{}," : to === "cbor" ? "84184601a0" : "94460180";
    const text = to === "json" ? new TextDecoder().decode(message) : message.toHex();
    assert.equal(text, head + expected + (to === "json" ? "]" : ""));
  });
}

Deno.test("R107: NaN is null for a browser, from every encoding, and stays NaN for Python", () => {
  const tails = {
    json: '[NaN,-Infinity,"NaN I"]',
    cbor: "83f97e00f9fc00654e614e2049",
    msgpack: "93cb7ff8000000000000cbfff0000000000000a54e614e2049",
  };
  for (const encoding of ENCODINGS) {
    const payload = { kind: "raw", encoding, count: 1, tail: parsed(tails[encoding], encoding) } as const;
    const message: Message = { type: 70, request: 1, options: {}, payload };
    const json = serializerFor("json");
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert.equal(
      text(json.encodeMessage(message, { nonFiniteAsNull: true })),
      '[70,1,{},[null,null,"NaN I"]]',
    );
    assert.equal(text(json.encodeMessage(message)), '[70,1,{},[NaN,-Infinity,"NaN I"]]');
  }
});

Deno.test("R107: whatever stands around NaN stays as it is", () => {
  const cases = [
    [
      '[ 1.50,NaN , -Infinity,{"NaN":Infinity}, "-NaN\\"I" ]',
      '[ 1.50,null , null,{"NaN":null}, "-NaN\\"I" ]',
    ],
    ['["IN \\\\",NaN],{"I":-1E5}', '["IN \\\\",null],{"I":-1E5}'],
    ['["IN"]', '["IN"]'],
  ] as const;
  for (const [sent, received] of cases) {
    const count = sent.includes("],{") ? 2 : 1;
    const payload = { kind: "raw", encoding: "json", count, tail: parsed(sent, "json") } as const;
    const message: Message = { type: 70, request: 1, options: {}, payload };
    const bytes = serializerFor("json").encodeMessage(message, { nonFiniteAsNull: true });
    assert.equal(new TextDecoder().decode(bytes), `[70,1,{},${received}]`);
  }
});

Deno.test("R108: what only one encoding knows passes unchanged within it", () => {
  const tails: readonly [Encoding, string][] = [
    ["cbor", "84d9d9f701c24101f7bf0102ff"],
    ["msgpack", "93d57f0102c70342010203810102"],
    ["json", '[ 1.50, {"a":1,"a":2}, "\\ud800", 1E2 ]'],
  ];
  for (const [encoding, tail] of tails) {
    const serializer = serializerFor(encoding);
    const payload = { kind: "raw", encoding, count: 1, tail: parsed(tail, encoding) } as const;
    const sent = serializer.encodeMessage({ type: 70, request: 1, options: {}, payload });
    const received = serializer.decodeMessage(sent);
    assert.deepEqual(received, { type: 70, request: 1, options: {}, payload });
  }
});
