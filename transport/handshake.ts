/** Pure parts of the WebSocket opening handshake. @module */
import { hash } from "node:crypto";

const ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Computes `Sec-WebSocket-Accept` (RFC 6455, 4.2.2). */
export function acceptKey(key: string): string {
  return hash("sha1", key + ACCEPT_SALT, "base64");
}

/** Tells whether a `Sec-WebSocket-Key` is 16 bytes in base64 (RFC 6455, 4.2.1). */
export function isHandshakeKey(key: string): boolean {
  return /^[A-Za-z0-9+/]{22}==$/.test(key);
}

/**
 * Splits `Sec-WebSocket-Protocol` into its tokens; autobahn-python puts no space behind the comma.
 *
 * @param header The header's lines, joined with commas.
 */
export function parseProtocolOffer(header: string): string[] {
  return header.split(",").map((token) => token.trim()).filter((token) => token !== "");
}

/** Writes the answer that switches protocols; as bytes, because a socket takes text five times slower. */
export function switchingProtocols(key: string, subprotocol: string): Uint8Array {
  const protocolLine = subprotocol === "" ? "" : `Sec-WebSocket-Protocol: ${subprotocol}\r\n`;
  return new TextEncoder().encode(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptKey(key)}\r\n${protocolLine}\r\n`,
  );
}
