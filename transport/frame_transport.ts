/** What client and router need of a connection, whatever carries it. @module */

/**
 * An ordered two-way pipe of WebSocket-like messages, seen from one side.
 *
 * Handlers are set once, right after the pipe was opened and before control returns to the event loop.
 */
export interface FrameTransport {
  /** The WAMP subprotocol agreed on, such as `wamp.2.cbor`. */
  readonly subprotocol: string;
  /** Bytes handed over and not yet taken by the network. */
  readonly bufferedBytes: number;
  /** A text frame for JSON, a binary frame otherwise. */
  onmessage: ((frame: string | Uint8Array) => void) | undefined;
  /** Called exactly once, whoever closed. Code 1006 when the connection broke. */
  onclose: ((code: number, reason: string) => void) | undefined;
  /** Hands one message over; silently ignored once closed. */
  send(frame: string | Uint8Array): void;
  /** Starts a closing handshake; a reason is cut to 123 bytes. Ends by itself after at most 1 s. */
  close(code: number, reason: string): void;
  /** Ends at once and frees everything, also when the peer reads no more. */
  terminate(): void;
}
