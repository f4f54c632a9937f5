/** Every bound of the router's edge, with its default. @module */

/** What happens to a session whose queue is above the hard limit. */
export type OverflowPolicy = "disconnect" | "drop_events";

/** Bounds of connections, queues and the HTTP bridge; those of the core are `CoreLimits`. */
export interface RouterLimits {
  /** Largest message a client may send, in bytes; above it the connection closes with 1009. Default 16 MiB. */
  readonly maxMessageBytes: number;
  /**
   * Largest message sent to a peer that names itself AutobahnPython, in bytes. Default 1 MiB, which is where its
   * `ApplicationRunner` drops the connection.
   */
  readonly maxPythonMessageBytes: number;
  /** A session with more queued than this is called slow, in bytes. Default 1 MiB. */
  readonly softQueueBytes: number;
  /** A session with more queued than this is dealt with as `overflow` says, in bytes. Default 16 MiB. */
  readonly hardQueueBytes: number;
  /** `disconnect` (default) ends the session; `drop_events` drops and counts its newest events. */
  readonly overflow: OverflowPolicy;
  /** A peer that was silent for this long gets a ping, in ms; 0 turns pings off. Default 10,000. */
  readonly pingIntervalMs: number;
  /** A peer that stays silent for this long after a ping is gone, in ms. Default 5,000. */
  readonly pingTimeoutMs: number;
  /** A peer that takes nothing of its queue for this long is gone, in ms. Default 15,000. */
  readonly stuckMs: number;
  /** Time for a client's part of the TLS handshake, in ms. Default 10,000. */
  readonly tlsHandshakeMs: number;
  /** Time between two looks whether the certificate was renewed, in ms. Default 60,000. */
  readonly certificateCheckMs: number;
  /** Open connections, HTTP ones included; more are turned away. Default 4,096. */
  readonly connections: number;
  /**
   * An HTTP connection without a request, or that does not take what was written to it, is closed after this time, in
   * ms; a body may take as long. Default 65,000.
   */
  readonly idleHttpMs: number;
  /** Calls under way through the HTTP bridge; more get status 503. Default 1,000. */
  readonly bridgeCalls: number;
  /** Files of a web page that are being sent; more get status 503. Default 256. */
  readonly webTransfers: number;
  /** Largest body of an HTTP request, in bytes; above it status 413. Default 16 MiB. */
  readonly maxBodyBytes: number;
  /** Time between two measurements of the loop's lag, in ms; 0 turns them off. Default 5,000. */
  readonly selfCheckMs: number;
}

const MIB = 1024 * 1024;

/** The defaults of every limit. */
export const DEFAULT_ROUTER_LIMITS: RouterLimits = {
  maxMessageBytes: 16 * MIB,
  maxPythonMessageBytes: MIB,
  softQueueBytes: MIB,
  hardQueueBytes: 16 * MIB,
  overflow: "disconnect",
  pingIntervalMs: 10_000,
  pingTimeoutMs: 5_000,
  stuckMs: 15_000,
  tlsHandshakeMs: 10_000,
  certificateCheckMs: 60_000,
  connections: 4096,
  idleHttpMs: 65_000,
  bridgeCalls: 1000,
  webTransfers: 256,
  maxBodyBytes: 16 * MIB,
  selfCheckMs: 5_000,
};
