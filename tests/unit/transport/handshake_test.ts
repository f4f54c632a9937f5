import assert from "node:assert/strict";
import {
  acceptKey,
  isHandshakeKey,
  parseProtocolOffer,
  switchingProtocols,
} from "../../../transport/handshake.ts";

Deno.test("acceptKey() computes the example of RFC 6455", () => {
  assert.equal(acceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

Deno.test("isHandshakeKey() takes 16 bytes in base64 and nothing else", () => {
  assert.equal(isHandshakeKey("dGhlIHNhbXBsZSBub25jZQ=="), true);
  for (const key of ["", "dGhlIHNhbXBsZQ==", "dGhlIHNhbXBsZSBub25jZQ==\r\nX: y", "!".repeat(24)]) {
    assert.equal(isHandshakeKey(key), false);
  }
});

Deno.test("R1, R2: parseProtocolOffer() splits with and without spaces", () => {
  assert.deepEqual(parseProtocolOffer("a,b,c"), ["a", "b", "c"]);
  assert.deepEqual(parseProtocolOffer("a, b ,\tc,"), ["a", "b", "c"]);
  assert.deepEqual(parseProtocolOffer(""), []);
});

Deno.test("switchingProtocols() names a subprotocol only when there is one", () => {
  const text = (subprotocol: string) => new TextDecoder().decode(switchingProtocols("k", subprotocol));
  assert.match(text("wamp.2.json"), /\r\nSec-WebSocket-Protocol: wamp\.2\.json\r\n\r\n$/);
  assert.doesNotMatch(text(""), /Protocol:/);
});
