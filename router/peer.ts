/** The router core's view of a connection. @module */
import type { Message } from "../wamp/message.ts";

/** What is known of a connection before it joins. */
export interface PeerInfo {
  /** Where it came from, such as `tcp4:127.0.0.1:40112` or `memory`. */
  readonly address: string;
  /** Name of the subprotocol, such as `wamp.2.cbor.batched`. */
  readonly subprotocol: string;
  /** The path it connected to (`/ws`); decides which authentication is offered. */
  readonly path: string;
  /** HTTP header fields that matter, lower case: `user-agent`, `origin`. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The core's way out: one per connection, made by the wire layer (or a test).
 *
 * The same message object is handed to every receiver of one publication, so a wire layer encodes it once.
 */
export interface PeerLink {
  readonly info: PeerInfo;
  /**
   * Queues a message. Never throws and never calls back into the core before it returns: a link over its limit
   * ends its session later (`CoreSession.lost`), an in-process peer answers in a later turn.
   */
  send(message: Message): void;
  /**
   * Closes after what is queued has been written. The core calls it at most once and is done with the link then;
   * a `CoreSession.lost` afterwards is welcome and changes nothing.
   */
  close(code: number, reason: string): void;
  /** Probes the peer with a ping; resolves false when it does not answer within the time. */
  probe(timeoutMs: number): Promise<boolean>;
  /**
   * When the peer was last heard of: any frame, pongs included. Milliseconds of the same monotonic clock that the core
   * was given (`Clock.monotonicMs`); the time of opening before the first frame.
   *
   * The core asks when a REGISTER collides, to tell a dead predecessor from a live holder.
   */
  readonly lastReceivedMs: number;
  /** False when the peer reads so slowly that it should get no further invocations. */
  readonly writable: boolean;
}
