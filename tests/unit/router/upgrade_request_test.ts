import assert from "node:assert/strict";
import { parseUpgrade } from "../../../router/upgrade_request.ts";

const LINES = [
  "Host: localhost:8001",
  "Connection: keep-alive, Upgrade",
  "Upgrade: WebSocket",
  "Sec-WebSocket-Key:dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Protocol: wamp.2.cbor.batched,wamp.2.cbor",
  "Sec-WebSocket-Protocol:  wamp.2.json  ",
  "Sec-WebSocket-Version: 13",
];

function request({ first = "GET /ws?a=b HTTP/1.1", lines = LINES, behind = "" } = {}) {
  const text = `${[first, ...lines].join("\r\n")}\r\n\r\n`;
  return {
    bytes: Uint8Array.from(text + behind, (character) => character.charCodeAt(0)),
    headBytes: text.length,
  };
}

Deno.test("parseUpgrade() reads a handshake and leaves what comes behind it", () => {
  const { bytes, headBytes } = request({ behind: "\x81\x80frame" });
  const parsed = parseUpgrade(bytes);
  assert.equal(parsed?.headBytes, headBytes);
  assert.equal(parsed?.request.target, "/ws?a=b");
  assert.equal(parsed?.request.header("upgrade"), "WebSocket");
  assert.equal(parsed?.request.header("sec-websocket-key"), "dGhlIHNhbXBsZSBub25jZQ==");
  assert.equal(
    parsed?.request.header("sec-websocket-protocol"),
    "wamp.2.cbor.batched,wamp.2.cbor,wamp.2.json",
  );
  assert.equal(parsed?.request.header("origin"), undefined);
});

Deno.test("parseUpgrade() leaves everything unusual to the HTTP parser", () => {
  const without = (name: string) => LINES.filter((line) => !line.startsWith(name));
  const cases: Record<string, Uint8Array> = {
    "other method": request({ first: "POST /ws HTTP/1.1" }).bytes,
    "HTTP/1.0": request({ first: "GET /ws HTTP/1.0" }).bytes,
    "absolute target": request({ first: "GET http://x/ws HTTP/1.1" }).bytes,
    "space in target": request({ first: "GET /w s HTTP/1.1" }).bytes,
    "no host": request({ lines: without("Host") }).bytes,
    "no upgrade": request({ lines: without("Upgrade") }).bytes,
    "no connection": request({ lines: without("Connection") }).bytes,
    "a body": request({ lines: [...LINES, "Content-Length: 0"] }).bytes,
    "chunks": request({ lines: [...LINES, "Transfer-Encoding: chunked"] }).bytes,
    "two hosts": request({ lines: [...LINES, "Host: other"] }).bytes,
    "two keys": request({ lines: [...LINES, "Sec-WebSocket-Key: x"] }).bytes,
    "folded line": request({ lines: [...LINES, "X: y", " z"] }).bytes,
    "space before colon": request({ lines: [...LINES, "X : y"] }).bytes,
    "no colon": request({ lines: [...LINES, "X"] }).bytes,
    "NUL": request({ lines: [...LINES, "X: \0"] }).bytes,
    "bare LF": request({ lines: [...LINES, "X: y\nZ: w"] }).bytes,
    "bare CR": request({ lines: [...LINES, "X: y\rZ: w"] }).bytes,
    "not ASCII": request({ lines: [...LINES, "X: \xe4"] }).bytes,
    "too long": request({ lines: [...LINES, `X: ${"y".repeat(9000)}`] }).bytes,
    "cut off": request().bytes.subarray(0, -1),
    "empty": new Uint8Array(0),
  };
  for (const [what, bytes] of Object.entries(cases)) assert.equal(parseUpgrade(bytes), undefined, what);
});
