import assert from "node:assert/strict";
import {
  CloseCode,
  closePayload,
  encodeFrame,
  FrameError,
  FrameParser,
  Opcode,
  putHeader,
  type WebSocketItem,
} from "../../../transport/websocket_framing.ts";
import { clientFrame } from "./client_frame.ts";

const MAX = 1000;
const utf8 = new TextEncoder();

function parser(maxMessageBytes = MAX): FrameParser {
  return new FrameParser({ masked: true, maxMessageBytes });
}

function parseAll(
  bytes: Uint8Array,
  { piece = bytes.length, limit = MAX }: { piece?: number; limit?: number } = {},
) {
  const p = parser(limit);
  const items: WebSocketItem[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    p.push(bytes.slice(at, at + piece));
    for (let item = p.next(); item !== undefined; item = p.next()) {
      // Payloads are views; what the parser does later must not change them.
      items.push(item.kind === "close" ? item : { ...item, payload: item.payload.slice() });
    }
  }
  assert.equal(p.heldBytes, 0);
  return items;
}

function refused(bytes: Uint8Array, code: number, text: RegExp): void {
  const p = parser();
  p.push(bytes.slice());
  assert.throws(() => {
    while (p.next() !== undefined);
  }, (error) => error instanceof FrameError && error.code === code && text.test(error.message));
  p.push(clientFrame(Opcode.BINARY, utf8.encode("later")));
  assert.equal(p.next(), undefined, "a parser that failed hands out nothing more");
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("FrameParser cuts the same messages out of pieces of any size", () => {
  const sizes = [0, 1, 63, 64, 65, 125, 126, 127, 300, 999];
  const stream = joined(
    ...sizes.map((size) => clientFrame(Opcode.BINARY, new Uint8Array(size).map((_, i) => i * 7))),
    clientFrame(Opcode.TEXT, utf8.encode("grüße")),
  );
  for (const piece of [1, 2, 3, 7, 64, 1000, stream.length]) {
    const items = parseAll(stream, { piece });
    assert.deepEqual(
      items.slice(0, -1),
      sizes.map((size) => ({ kind: "binary", payload: new Uint8Array(size).map((_, i) => i * 7) })),
    );
    assert.deepEqual(items.at(-1), { kind: "text", payload: utf8.encode("grüße") });
  }
});

Deno.test("FrameParser reads 16 and 64 bit lengths", () => {
  const items = parseAll(
    joined(
      clientFrame(Opcode.BINARY, new Uint8Array(65535).fill(1)),
      clientFrame(Opcode.BINARY, new Uint8Array(65536).fill(2)),
    ),
    { piece: 10_000, limit: 100_000 },
  );
  assert.deepEqual(items.map((item) => item.kind === "close" ? 0 : item.payload.length), [65535, 65536]);
});

Deno.test("R9: FrameParser hands out a ping between fragments before the message", () => {
  const items = parseAll(joined(
    clientFrame(Opcode.TEXT, utf8.encode("[1,"), { final: false }),
    clientFrame(Opcode.PING, utf8.encode("p")),
    clientFrame(Opcode.CONTINUATION, new Uint8Array(0), { final: false }),
    clientFrame(Opcode.CONTINUATION, utf8.encode("2]")),
  ));
  assert.deepEqual(items, [
    { kind: "ping", payload: utf8.encode("p") },
    { kind: "text", payload: utf8.encode("[1,2]") },
  ]);
});

Deno.test("FrameParser checks UTF-8 over the whole of a fragmented text", () => {
  const bytes = utf8.encode("aä");
  const items = parseAll(joined(
    clientFrame(Opcode.TEXT, bytes.subarray(0, 2), { final: false }),
    clientFrame(Opcode.CONTINUATION, bytes.subarray(2)),
  ));
  assert.deepEqual(items, [{ kind: "text", payload: bytes }]);
  refused(clientFrame(Opcode.TEXT, new Uint8Array([0xc3])), CloseCode.BAD_TEXT, /UTF-8/);
  refused(clientFrame(Opcode.TEXT, new Uint8Array([0xed, 0xa0, 0x80])), CloseCode.BAD_TEXT, /UTF-8/);
  assert.deepEqual(parseAll(clientFrame(Opcode.BINARY, new Uint8Array([0xc3]))).length, 1);
});

Deno.test("FrameParser reports a close frame and nothing behind it", () => {
  const items = parseAll(
    clientFrame(Opcode.CLOSE, joined(new Uint8Array([0x03, 0xe9]), utf8.encode("gone"))),
  );
  assert.deepEqual(items, [{ kind: "close", code: 1001, reason: "gone" }]);
  assert.deepEqual(parseAll(clientFrame(Opcode.CLOSE, new Uint8Array(0))), [{
    kind: "close",
    code: 1005,
    reason: "",
  }]);
  const p = parser();
  p.push(joined(clientFrame(Opcode.CLOSE, new Uint8Array(0)), clientFrame(Opcode.BINARY, utf8.encode("x"))));
  assert.equal(p.next()?.kind, "close");
  assert.equal(p.next(), undefined);
});

Deno.test("FrameParser refuses frames that break RFC 6455 with code 1002", () => {
  const code = CloseCode.PROTOCOL_ERROR;
  const payload = utf8.encode("x");
  refused(clientFrame(Opcode.BINARY, payload, { masked: false }), code, /not masked/);
  for (const rsv of [0x10, 0x20, 0x40]) {
    refused(clientFrame(Opcode.BINARY, payload, { rsv }), code, /reserved bits/);
  }
  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
    refused(clientFrame(opcode, payload), code, /unknown code/);
  }
  refused(clientFrame(Opcode.PING, payload, { final: false }), code, /Control frame is fragmented/);
  refused(clientFrame(Opcode.PING, new Uint8Array(126)), code, /above 125/);
  refused(clientFrame(Opcode.CONTINUATION, payload), code, /without a message/);
  refused(
    joined(clientFrame(Opcode.TEXT, payload, { final: false }), clientFrame(Opcode.TEXT, payload)),
    code,
    /inside a fragmented/,
  );
  refused(clientFrame(Opcode.CLOSE, new Uint8Array([3])), code, /invalid code/);
  for (const bad of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535]) {
    refused(clientFrame(Opcode.CLOSE, new Uint8Array([bad >> 8, bad & 255])), code, /invalid code/);
  }
  refused(clientFrame(Opcode.CLOSE, new Uint8Array([3, 232, 0xff])), CloseCode.BAD_TEXT, /reason/);
  refused(new Uint8Array([0x82, 0xfe, 0, 5, 0, 0, 0, 0]), code, /shortest/);
  refused(new Uint8Array([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0]), code, /shortest/);
  refused(new Uint8Array([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), code, /highest bit/);
});

Deno.test("R12: FrameParser refuses a message above the limit before its payload arrives", () => {
  refused(
    clientFrame(Opcode.BINARY, new Uint8Array(MAX + 1)),
    CloseCode.TOO_LARGE,
    /1001 bytes is above the limit of 1000/,
  );
  // Only the head of a frame of 2^40 bytes: no memory is taken for it.
  refused(new Uint8Array([0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0]), CloseCode.TOO_LARGE, /above the limit/);
  refused(
    joined(
      clientFrame(Opcode.BINARY, new Uint8Array(600), { final: false }),
      clientFrame(Opcode.CONTINUATION, new Uint8Array(401)),
    ),
    CloseCode.TOO_LARGE,
    /1001 bytes/,
  );
  assert.equal(parseAll(clientFrame(Opcode.BINARY, new Uint8Array(MAX))).length, 1);
});

Deno.test("encodeFrame() and putHeader() write the shortest header", () => {
  for (const [size, header] of [[0, 2], [125, 2], [126, 4], [65535, 4], [65536, 10]] as const) {
    const frame = encodeFrame(Opcode.BINARY, new Uint8Array(size).fill(9));
    assert.equal(frame.length, header + size);
    const p = new FrameParser({ masked: false, maxMessageBytes: 100_000 });
    p.push(frame.slice());
    assert.deepEqual(p.next(), { kind: "binary", payload: new Uint8Array(size).fill(9) });
  }
  const buffer = new Uint8Array(10 + 3);
  assert.equal(putHeader(buffer, { start: 10, end: 13, opcode: Opcode.TEXT }), 8);
  assert.deepEqual([...buffer.subarray(8, 10)], [0x81, 3]);
});

Deno.test("closePayload() cuts a reason at a character's edge and leaves out codes that may not be sent", () => {
  const payload = closePayload(1002, "ä".repeat(100));
  assert.equal(payload.length, 2 + 122);
  assert.equal(new TextDecoder("utf-8", { fatal: true }).decode(payload.subarray(2)), "ä".repeat(61));
  for (const code of [0, 1004, 1005, 1006, 1015, 5000]) assert.equal(closePayload(code, "x").length, 0);
});

Deno.test("FrameParser survives a stream of small pieces without copying its message again and again", () => {
  const p = parser(1 << 22);
  const frame = clientFrame(Opcode.BINARY, new Uint8Array(1 << 22));
  for (let at = 0; at < frame.length; at += 100) {
    p.push(frame.slice(at, at + 100));
    if (at + 100 < frame.length) assert.equal(p.next(), undefined);
  }
  assert.equal(p.next()?.kind, "binary");
});
