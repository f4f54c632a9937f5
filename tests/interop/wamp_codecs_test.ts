import assert from "node:assert/strict";
import { CBOR_SERIALIZER, type Encoding, serializerFor } from "../../wamp/mod.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { Random, randomValue } from "../helpers/random_values.ts";

const ENCODINGS: readonly Encoding[] = ["json", "msgpack", "cbor"];
const VALUES = 500;

const test = await testsWith("Python peers", pythonPeers);

const CODECS = `
import datetime, decimal, json, sys, uuid
from autobahn.wamp.serializer import JsonObjectSerializer, MsgPackObjectSerializer, CBORObjectSerializer
codecs = {"json": JsonObjectSerializer(), "msgpack": MsgPackObjectSerializer(), "cbor": CBORObjectSerializer()}
`;

/** Reads values as a WAMP peer in Python does and writes them again; answers with those that changed. */
const CHANGED = `${CODECS}
changed = []
for i, (encoding, text) in enumerate(json.load(open(sys.argv[1]))):
    try:
        [value] = codecs[encoding].unserialize(bytes.fromhex(text))
        back = codecs[encoding].serialize(value).hex()
    except Exception as error:
        value, back = error, ""
    if back != text:
        changed.append([i, encoding, text[:300], back[:300], repr(value)[:300]])
print(json.dumps([i + 1, changed[:5]]))
`;

/** Reads values and answers with what they are in Python. */
const READ = `${CODECS}
print(json.dumps([repr(codecs[encoding].unserialize(bytes.fromhex(text))[0]) for encoding, text in json.load(open(sys.argv[1]))]))
`;

/** Values of kinds that only Python has, written by its own codec. */
const WRITE = `${CODECS}
values = [
    {1: 2, 2.5: 3, True: 4, None: 5}, (1, (2.0,)), 2**64, -2**64 - 1, 2**200, b"\\x00\\x01" * 3,
    datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc), {1, 2}, decimal.Decimal("1.5"), uuid.UUID(int=5),
    float("nan"), float("-inf"), [1.0, 2.5, 1e16, -0.0, 5e-324], "\\x00x", "\\x00AQI=", {"": {"é": []}},
]
print(json.dumps([codecs["cbor"].serialize(value).hex() for value in values]))
`;

/** Runs a script on encoded values. */
async function ask(
  peers: PythonPeers,
  script: string,
  cases: readonly (readonly [Encoding, Uint8Array])[],
): Promise<unknown> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const encoded = cases.map(([encoding, bytes]) => [encoding, bytes.toHex()]);
    await Deno.writeTextFile(file, JSON.stringify(encoded));
    return await pythonJson({ peers, name: "Python's codecs", script, args: [file] });
  } finally {
    await Deno.remove(file);
  }
}

test("R103: autobahn-python reads our values and writes the very same bytes", async (peers) => {
  const random = new Random(6);
  const cases: [Encoding, Uint8Array][] = [];
  for (let i = 0; i < VALUES; i++) {
    for (const encoding of ENCODINGS) {
      const value = randomValue(random, { bignums: encoding !== "msgpack" });
      cases.push([encoding, serializerFor(encoding).encodeValue(value)]);
    }
  }
  assert.deepEqual(await ask(peers, CHANGED, cases), [cases.length, []]);
  for (const [encoding, bytes] of cases) {
    const serializer = serializerFor(encoding);
    assert.deepEqual(serializer.encodeValue(serializer.decodeValue(bytes, { floats: "keep" })), bytes);
  }
});

test("R104, R105, R106: autobahn-python reads what becomes of its own CBOR values in JSON and MessagePack", async (peers) => {
  const written = await pythonJson({ peers, name: "values of Python", script: WRITE });
  assert(Array.isArray(written));
  const cases: [Encoding, Uint8Array][] = [];
  for (const hex of written) {
    const tail = Uint8Array.of(0x81, ...Uint8Array.fromHex(String(hex)));
    const sent = CBOR_SERIALIZER.encodeMessage({
      type: 70,
      request: 1,
      options: {},
      payload: { kind: "raw", encoding: "cbor", count: 1, tail },
    });
    const message = CBOR_SERIALIZER.decodeMessage(sent);
    for (const encoding of ["json", "msgpack"] as const) {
      cases.push([encoding, serializerFor(encoding).encodeMessage(message)]);
    }
  }
  const answer = await ask(peers, READ, cases);
  assert(Array.isArray(answer));
  const read = answer.map((repr) => String(repr).replace(/^\[70, 1, \{\}, \[(.*)\]\]$/s, "$1"));
  const [json, msgpack] = [read.filter((_, i) => i % 2 === 0), read.filter((_, i) => i % 2 === 1)];
  assert.deepEqual(json, [
    "{'1': 4, '2.5': 3, 'null': 5}",
    "[1, [2.0]]",
    "18446744073709551616",
    "-18446744073709551617",
    `${2n ** 200n}`,
    "b'\\x00\\x01\\x00\\x01\\x00\\x01'",
    "'2025-01-01T00:00:00Z'",
    "[1, 2]",
    "[-1, 15]",
    "b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x05'",
    "nan",
    "-inf",
    "[1.0, 2.5, 1e+16, -0.0, 5e-324]",
    "'\ufffdx'",
    "b'\\x01\\x02'",
    "{'': {'é': []}}",
  ]);
  assert.deepEqual(msgpack, [
    "{'1': 4, '2.5': 3, 'null': 5}",
    "[1, [2.0]]",
    "1.8446744073709552e+19",
    "-1.8446744073709552e+19",
    "1.6069380442589903e+60",
    "b'\\x00\\x01\\x00\\x01\\x00\\x01'",
    "'2025-01-01T00:00:00Z'",
    "[1, 2]",
    "[-1, 15]",
    "b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x05'",
    "nan",
    "-inf",
    "[1.0, 2.5, 1e+16, -0.0, 5e-324]",
    "'\\x00x'",
    "'\\x00AQI='",
    "{'': {'é': []}}",
  ]);
});
