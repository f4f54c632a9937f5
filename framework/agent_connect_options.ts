/** How an agent gets to its router. @module */
import type { Clock } from "../internal/clock.ts";
import type { Authentication } from "../client/authentication.ts";
import type { OpenTransport } from "../client/wamp_connection.ts";

/** Where the router is; the agent connects for ever and reconnects by itself. */
export interface AgentConnectOptions {
  /** WebSocket URL of the router, such as `ws://127.0.0.1:8001/ws`. */
  readonly url: string;
  /** Realm of the router, such as `test_realm`. */
  readonly realm: string;
  /** Default: anonymous. */
  readonly authentication?: Authentication | undefined;
  /** Another way to the router than a WebSocket to `url`, such as the in-process one of our router. */
  readonly openTransport?: OpenTransport | undefined;
  /** How long one attempt may take, for the handshake and for the welcome each. Default 5000 ms. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Larger messages are not sent; default 1 MiB, which is what Python peers take. */
  readonly maxMessageBytes?: number | undefined;
  /** Time of the connection; tests shorten its pauses with it. Default: the machine's. */
  readonly clock?: Clock | undefined;
}
