import assert from "node:assert/strict";
import {
  CBOR_SERIALIZER,
  type Encoding,
  Float,
  JSON_SERIALIZER,
  type Message,
  serializerFor,
  toPlain,
} from "../../../wamp/mod.ts";
import { Slab } from "../../../wamp/slab.ts";
import { NameTable } from "../../../wamp/utf8.ts";

const ENCODINGS: readonly Encoding[] = ["json", "msgpack", "cbor"];

Deno.test("encodeMessage() never writes into an earlier message", () => {
  for (const encoding of ENCODINGS) {
    const serializer = serializerFor(encoding);
    const made: { bytes: Uint8Array; copy: Uint8Array }[] = [];
    for (let i = 0; i < 2000; i++) {
      const payload = { kind: "values", args: ["x".repeat((i * 37) % 3000), i] } as const;
      const headroomBytes = i % 15;
      const bytes = serializer.encodeMessage({ type: 70, request: i, options: {}, payload }, {
        headroomBytes,
      });
      assert.deepEqual(bytes.subarray(0, headroomBytes), new Uint8Array(headroomBytes));
      made.push({ bytes, copy: bytes.slice() });
    }
    for (const { bytes, copy } of made) assert.deepEqual(bytes, copy);
  }
});

Deno.test("encodeMessage() transcodes a payload once however many messages carry it", () => {
  const tail = CBOR_SERIALIZER.encodeValue([1.5, "a"]).slice();
  const payload = { kind: "raw", encoding: "cbor", count: 1, tail } as const;
  const event: Message = { type: 36, subscription: 1, publication: 2, details: {}, payload };
  const first = JSON_SERIALIZER.encodeMessage(event);
  // Whoever decoded it again would see this.
  tail.fill(0x80);
  assert.deepEqual(JSON_SERIALIZER.encodeMessage(event), first);
  assert.equal(new TextDecoder().decode(first), '[36,1,2,{},[1.5,"a"]]');
});

Deno.test("Slab.take() cuts zeroed bytes of any size that do not overlap", () => {
  const slab = new Slab();
  const pieces: Uint8Array[] = [];
  for (const length of [0, 1, 1023, 1024, 1025, 16384, 16385, 70000, 5, 16000, 16000, 16000, 16000, 16000]) {
    const piece = slab.take(length);
    assert.deepEqual(piece, new Uint8Array(length));
    piece.fill(pieces.length + 1);
    pieces.push(piece);
  }
  for (const [i, piece] of pieces.entries()) assert(piece.every((byte) => byte === i + 1));
});

Deno.test("NameTable.decode() never mistakes one name for another", () => {
  const names = new NameTable();
  const encoder = new TextEncoder();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 5000; i++) {
      const name = `observatory.agent${i}.feeds.${i % 7 === 0 ? "é" : "temps"}`;
      const bytes = encoder.encode(`x${name}y`);
      assert.equal(names.decode(bytes, 1, bytes.length - 1), name);
    }
  }
  assert.throws(() => names.decode(Uint8Array.of(0xff), 0, 1), SyntaxError);
});

Deno.test("toPlain() replaces every Float, also NaN, and copies nothing else", () => {
  const plain = { a: [1, NaN, { b: "x" }] };
  assert.equal(toPlain(plain), plain);
  assert.deepEqual(toPlain({ a: [new Float(1), new Float(NaN)], b: plain }), { a: [1, NaN], b: plain });
});
