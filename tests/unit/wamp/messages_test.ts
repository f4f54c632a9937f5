import assert from "node:assert/strict";
import { decodeMsgpackOracle, encodeMsgpackOracle } from "../../helpers/oracles.ts";
import {
  type Encoding,
  JSON_SERIALIZER,
  type Message,
  MSGPACK_SERIALIZER,
  NO_PAYLOAD,
  ProtocolViolation,
  serializerFor,
  textPayload,
  WampError,
} from "../../../wamp/mod.ts";
import { parsed } from "./_wire.ts";

const ENCODINGS: readonly Encoding[] = ["json", "msgpack", "cbor"];

/** One of each message with its wire form. */
const MESSAGES: readonly [string, Message][] = [
  ['[1,"r",{}]', { type: 1, realm: "r", details: {} }],
  ['[2,9007199254740991,{"roles":{}}]', { type: 2, session: 9007199254740991, details: { roles: {} } }],
  ['[3,{"message":"x"},"wamp.error.no_such_realm"]', {
    type: 3,
    details: { message: "x" },
    reason: "wamp.error.no_such_realm",
  }],
  ['[4,"ticket",{}]', { type: 4, method: "ticket", extra: {} }],
  ['[5,"secret",{}]', { type: 5, signature: "secret", extra: {} }],
  ['[6,{},"wamp.close.normal"]', { type: 6, details: {}, reason: "wamp.close.normal" }],
  ['[8,48,3,{},"a.b",["x"]]', {
    type: 8,
    requestType: 48,
    request: 3,
    details: {},
    error: "a.b",
    payload: textPayload("x"),
  }],
  ['[16,1,{"acknowledge":true},"a.b",[1.5]]', {
    type: 16,
    request: 1,
    options: { acknowledge: true },
    topic: "a.b",
    payload: { kind: "values", args: [1.5] },
  }],
  ["[17,1,2]", { type: 17, request: 1, publication: 2 }],
  ['[32,1,{},"a..b"]', { type: 32, request: 1, options: {}, topic: "a..b" }],
  ["[33,1,2]", { type: 33, request: 1, subscription: 2 }],
  ["[34,1,2]", { type: 34, request: 1, subscription: 2 }],
  ["[35,1]", { type: 35, request: 1 }],
  ['[35,0,{"subscription":2}]', { type: 35, request: 0, details: { subscription: 2 } }],
  ["[36,1,2,{}]", { type: 36, subscription: 1, publication: 2, details: {}, payload: NO_PAYLOAD }],
  ['[48,1,{},"a.b",[],{"x":1}]', {
    type: 48,
    request: 1,
    options: {},
    procedure: "a.b",
    payload: { kind: "values", kwargs: { x: 1 } },
  }],
  ["[49,1,{}]", { type: 49, request: 1, options: {} }],
  ["[50,1,{},[null]]", { type: 50, request: 1, details: {}, payload: { kind: "values", args: [null] } }],
  ['[64,1,{},"a.b"]', { type: 64, request: 1, options: {}, procedure: "a.b" }],
  ["[65,1,2]", { type: 65, request: 1, registration: 2 }],
  ["[66,1,2]", { type: 66, request: 1, registration: 2 }],
  ["[67,1]", { type: 67, request: 1 }],
  ['[67,0,{"reason":"x"}]', { type: 67, request: 0, details: { reason: "x" } }],
  ["[68,1,2,{}]", { type: 68, request: 1, registration: 2, details: {}, payload: NO_PAYLOAD }],
  ['[69,1,{"mode":"kill"}]', { type: 69, request: 1, options: { mode: "kill" } }],
  ["[70,1,{}]", { type: 70, request: 1, options: {}, payload: NO_PAYLOAD }],
];

for (const [wire, message] of MESSAGES) {
  Deno.test(`encodeMessage() and decodeMessage() know ${wire} in every encoding`, () => {
    assert.equal(new TextDecoder().decode(JSON_SERIALIZER.encodeMessage(message)), wire);
    assert.deepEqual(decodeMsgpackOracle(MSGPACK_SERIALIZER.encodeMessage(message)), JSON.parse(wire));
    for (const encoding of ENCODINGS) {
      const serializer = serializerFor(encoding);
      const bytes = serializer.encodeMessage(message);
      const decoded = serializer.decodeMessage(bytes);
      assert.deepEqual(serializer.encodeMessage(decoded), bytes, encoding);
      if (!("payload" in decoded && "payload" in message)) assert.deepEqual(decoded, message);
      else assert.deepEqual({ ...decoded, payload: 0 }, { ...message, payload: 0 });
    }
  });

  Deno.test(`decodeMessage() refuses every beginning of ${wire} that is cut`, () => {
    for (const encoding of ENCODINGS) {
      const serializer = serializerFor(encoding);
      const bytes = serializer.encodeMessage(message);
      for (let length = 0; length < bytes.length; length++) {
        assert.throws(() => serializer.decodeMessage(bytes.subarray(0, length)), ProtocolViolation);
      }
      assert.throws(() => serializer.decodeMessage(Uint8Array.of(...bytes, 0x30)), ProtocolViolation);
    }
  });
}

/** JSON messages that break a rule, and what the refusal names. */
const VIOLATIONS: readonly [name: string, wire: string, text: RegExp][] = [
  ["R32: not a list", "{}", /message: it is not a list/],
  ["R32: an empty list", "[]", /message: it is an empty list/],
  ["R32: a type that is a string", '["1"]', /message: its type is not an integer/],
  ["R32: the unknown type 99", "[99,1]", /its type 99 is unknown/],
  ["R32: type 0", "[0,1]", /its type 0 is unknown/],
  ["R32: type 1024", "[1024]", /its type 1024 is unknown/],
  ["R32: an extra element", "[17,1,2,3]", /PUBLISHED: it has more elements/],
  ["R32: an extra element behind kwargs", '[16,1,{},"a",[],{},1]', /PUBLISH: it has more elements/],
  ["R32: null as options", '[32,1,null,"a"]', /SUBSCRIBE: "options" is not a dict/],
  ["R32: a missing field", "[32,1,{}]", /SUBSCRIBE: "topic" is missing/],
  ["R29: a negative id", '[32,-1,{},"a"]', /SUBSCRIBE: "request" is not an integer/],
  ["R29: an id above 2^53", '[32,9007199254740993,{},"a"]', /"request" is not an integer/],
  ["R29: a string as id", '[32,"1",{},"a"]', /"request" is not an integer/],
  ["R29: a float as id in JSON", '[32,1.0,{},"a"]', /"request" is not an integer/],
  ["a topic that is a number", "[32,1,{},1]", /SUBSCRIBE: "topic" is not a string/],
  ["R33: kwargs that are a list", '[16,1,{},"a",[],[]]', /PUBLISH: "kwargs" is not a dict/],
  ["args that are a string", '[16,1,{},"a","x"]', /PUBLISH: "args" is not a list/],
  ["R34: bytes that are no JSON", '[16,1,{},"a",[nul]]', /PUBLISH: /],
  ["a raw control character", '[1,"\u0018",{}]', /HELLO: /],
  ["revocation details that are a list", "[35,0,[]]", /UNSUBSCRIBED: "details" is not a dict/],
];

for (const [name, wire, text] of VIOLATIONS) {
  Deno.test(`${name} is a ProtocolViolation that names message and field`, () => {
    const bytes = new TextEncoder().encode(wire);
    assert.throws(() => JSON_SERIALIZER.decodeMessage(bytes), { name: "ProtocolViolation", message: text });
    let value: unknown;
    try {
      value = JSON.parse(wire);
    } catch {
      return;
    }
    // The same in the binary encodings, but for what is legal there.
    if (["1.0", "\u0018", "9007199254740993"].some((part) => wire.includes(part))) return;
    assert.throws(() => MSGPACK_SERIALIZER.decodeMessage(encodeMsgpackOracle(value)), ProtocolViolation);
    const cbor = serializerFor("cbor");
    assert.throws(() => cbor.decodeMessage(cbor.encodeValue(value)), {
      name: "ProtocolViolation",
      message: text,
    });
  });
}

Deno.test("R32: HEARTBEAT, EVENT_RECEIVED and other extensions are carried as Extension", () => {
  for (const code of [7, 256, 337, 1023]) {
    for (const encoding of ENCODINGS) {
      const serializer = serializerFor(encoding);
      const decoded = serializer.decodeMessage(serializer.encodeValue([code, 1, { a: [] }]));
      assert.deepEqual(decoded, { type: 0, code });
    }
  }
});

Deno.test("R29: the id 2^53 arrives and leaves as an integer", () => {
  for (const encoding of ENCODINGS) {
    const serializer = serializerFor(encoding);
    const bytes = serializer.encodeValue([17, 2n ** 53n, 57]);
    const message = serializer.decodeMessage(bytes);
    assert.deepEqual(message, { type: 17, request: 2 ** 53, publication: 57 });
    assert.deepEqual(serializer.encodeMessage(message), bytes);
    assert.throws(
      () => serializer.decodeMessage(serializer.encodeValue([17, 2n ** 53n + 1n, 1])),
      ProtocolViolation,
    );
    assert.throws(
      () => serializer.decodeMessage(serializer.encodeValue([17, 2n ** 64n - 1n, 1])),
      ProtocolViolation,
    );
  }
});

Deno.test("R30: integral floats are accepted as ids from MessagePack and CBOR, others are not", () => {
  const floats: [Encoding, string][] = [
    ["msgpack", "93 11 cb4340000000000000 ca3f800000"],
    ["cbor", "83 11 fb4340000000000000 f93c00"],
  ];
  for (const [encoding, wire] of floats) {
    const message = serializerFor(encoding).decodeMessage(parsed(wire, encoding));
    assert.deepEqual(message, { type: 17, request: 2 ** 53, publication: 1 });
  }
  for (
    const [encoding, wire] of [["msgpack", "93 11 cb3ff8000000000000 01"], [
      "cbor",
      "83 11 f97e00 01",
    ]] as const
  ) {
    assert.throws(() => serializerFor(encoding).decodeMessage(parsed(wire, encoding)), ProtocolViolation);
  }
});

Deno.test("R31: unknown options are kept and undefined ones are absent", () => {
  const wires: [Encoding, string][] = [
    ["cbor", "84 1820 01 a2 65785f666f6f 01 646e6f6e65 f7 6161"],
    ["msgpack", "94 20 01 82 a5785f666f6f 01 a46e6f6e65 d40000 a161"],
  ];
  for (const [encoding, wire] of wires) {
    const message = serializerFor(encoding).decodeMessage(parsed(wire, encoding));
    assert.deepEqual(message, { type: 32, request: 1, options: { x_foo: 1 }, topic: "a" });
  }
});

Deno.test("decodeMessage() refuses options whose keys are no strings, but not such payloads", () => {
  for (
    const [encoding, options, payload] of [
      ["cbor", "8446 01 a10102", "84 1846 01 a0 81a10102"],
      ["msgpack", "9346 01 810102", "94 46 01 80 91810102"],
    ] as const
  ) {
    const serializer = serializerFor(encoding);
    assert.throws(() => serializer.decodeMessage(parsed(options, encoding)), ProtocolViolation);
    const message = serializer.decodeMessage(parsed(payload, encoding));
    assert(message.type === 70);
    assert.deepEqual(serializer.decodePayload(message.payload), { args: [{ "1": 2 }], kwargs: {} });
  }
});

Deno.test("R33, R55: null args become an empty list, null kwargs are left out", () => {
  const cases = [
    ["[70,1,{},null]", "[70,1,{},[]]"],
    ['[70,1,{},null,{"a":1}]', '[70,1,{},[],{"a":1}]'],
    ["[70,1,{},[1],null]", "[70,1,{},[1]]"],
    ["[70,1,{},[ 1 ] , { } ]", "[70,1,{},[ 1 ] , { }]"],
    ["[70,1,{}]", "[70,1,{}]"],
  ] as const;
  for (const [received, sent] of cases) {
    const message = JSON_SERIALIZER.decodeMessage(new TextEncoder().encode(received));
    assert.equal(new TextDecoder().decode(JSON_SERIALIZER.encodeMessage(message)), sent);
    for (const encoding of ["msgpack", "cbor"] as const) {
      const serializer = serializerFor(encoding);
      const binary = serializer.decodeMessage(serializer.encodeValue(JSON.parse(received)));
      assert.deepEqual(serializer.encodeMessage(binary), serializer.encodeValue(JSON.parse(sent)));
      // From one encoding to another the same.
      assert.deepEqual(serializer.encodeMessage(message), serializer.encodeValue(JSON.parse(sent)));
    }
  }
});

Deno.test("decodePayload() gives args and kwargs whatever the payload is made of", () => {
  for (const encoding of ENCODINGS) {
    const bytes = serializerFor(encoding).encodeValue([70, 1, {}, [1, "x"], { a: 1.5 }]);
    const message = serializerFor(encoding).decodeMessage(bytes);
    assert(message.type === 70);
    const expected = { args: [1, "x"], kwargs: { a: 1.5 } };
    for (const other of ENCODINGS) {
      assert.deepEqual(serializerFor(other).decodePayload(message.payload), expected);
    }
  }
  assert.deepEqual(JSON_SERIALIZER.decodePayload(NO_PAYLOAD), { args: [], kwargs: {} });
  assert.deepEqual(JSON_SERIALIZER.decodePayload(textPayload("x")), { args: ["x"], kwargs: {} });
});

Deno.test("encodeMessage() leaves room in front", () => {
  for (const encoding of ENCODINGS) {
    const serializer = serializerFor(encoding);
    for (const [, message] of MESSAGES) {
      const bytes = serializer.encodeMessage(message, { headroomBytes: 14 });
      assert.deepEqual(bytes.subarray(14), serializer.encodeMessage(message));
      assert.deepEqual(bytes.subarray(0, 14), new Uint8Array(14));
    }
  }
});

Deno.test("decodeMessage() never touches Object.prototype", () => {
  for (const encoding of ENCODINGS) {
    const serializer = serializerFor(encoding);
    const bytes = serializer.encodeValue([1, "r", JSON.parse('{"__proto__":{"polluted":1}}')]);
    const message = serializer.decodeMessage(bytes);
    assert(message.type === 1);
    assert.deepEqual(Object.keys(message.details), ["__proto__"]);
    assert.equal(Object.getPrototypeOf(message.details), Object.prototype);
    assert.equal("polluted" in {}, false);
    assert.deepEqual(serializer.encodeMessage(message), bytes);
  }
});

Deno.test("WampError carries URI, args and kwargs and reads well", () => {
  const error = new WampError("a.b", ["text", 1], { x: 1 });
  assert.equal(error.message, "a.b: text");
  assert.deepEqual([error.uri, error.args, error.kwargs], ["a.b", ["text", 1], { x: 1 }]);
  assert.equal(new WampError("a.b").message, "a.b");
});
