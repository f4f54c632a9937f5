/** What a router needs of a connection beyond `FrameTransport`. @module */
import type { FrameTransport } from "./frame_transport.ts";
import type { PreparedFrame } from "./prepared_frame.ts";

/**
 * The serving side of a connection: bytes instead of strings, shared frames, pings, and a way to hold a
 * sender back.
 */
export interface ServerTransport extends FrameTransport {
  /** Gets every message as bytes, text checked to be UTF-8; when set, `onmessage` is not called. */
  onbytes: ((payload: Uint8Array, text: boolean) => void) | undefined;
  /** Called for each pong. */
  onpong: ((payload: Uint8Array) => void) | undefined;
  /** Grows whenever anything arrives. Whoever compares it with an earlier value sees signs of life. */
  readonly arrivals: number;
  /** Grows whenever the network took some of the queued bytes. */
  readonly departures: number;
  /** Queues a frame that other connections may share. */
  sendPrepared(frame: PreparedFrame): void;
  /** Sends a ping of at most 125 bytes ahead of the next messages. */
  ping(payload: Uint8Array): void;
  /** Hands out nothing until `release`, and reads no more from the network once enough is held. */
  hold(): void;
  /** Goes on handing out, from the next loop turn. */
  release(): void;
}
