/** What the router's edge counts for `/info`, `/metrics` and the log. @module */

/** Totals since the start of the router. */
export interface WireCounters {
  /** Connections that became WebSockets or were opened in this process. */
  accepted: number;
  /** Handshakes and connections turned away. */
  refused: number;
  /** Sessions whose queue went above the soft limit. */
  slow: number;
  /** Connections ended because their queue went above the hard limit. */
  overflowed: number;
  /** Connections ended because their peer took nothing for too long. */
  stuck: number;
  /** Connections ended because their peer did not answer a ping. */
  silent: number;
  /** Events dropped because their receiver's queue was above the hard limit. */
  droppedEvents: number;
  /** Messages not delivered because they were larger than their receiver can take. */
  oversized: number;
  /** Messages that could not be encoded. */
  unencodable: number;
  /** WAMP messages that came in. */
  receivedMessages: number;
  /** Their bytes, without the framing of WebSocket. */
  receivedBytes: number;
  /** WAMP messages handed to connections. */
  sentMessages: number;
  /** Their bytes, without the framing of WebSocket. */
  sentBytes: number;
  /** Calls through the HTTP bridge. */
  bridgeCalls: number;
  /** Publications through the HTTP bridge. */
  bridgePublications: number;
  /** Longest lag of the event loop that the self-check has seen, in ms. */
  maxLoopLagMs: number;
  /** Lag of the event loop at the last self-check, in ms. */
  loopLagMs: number;
}

/** Counters at zero. */
export function makeWireCounters(): WireCounters {
  return {
    accepted: 0,
    refused: 0,
    slow: 0,
    overflowed: 0,
    stuck: 0,
    silent: 0,
    droppedEvents: 0,
    oversized: 0,
    unencodable: 0,
    receivedMessages: 0,
    receivedBytes: 0,
    sentMessages: 0,
    sentBytes: 0,
    bridgeCalls: 0,
    bridgePublications: 0,
    maxLoopLagMs: 0,
    loopLagMs: 0,
  };
}
