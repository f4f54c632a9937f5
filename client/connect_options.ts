/** How a connection is made and kept. @module */
import type { Clock } from "../internal/clock.ts";
import type { Logger } from "../internal/log.ts";
import type { FrameTransport } from "../transport/frame_transport.ts";
import type { Authentication } from "./authentication.ts";
import type { Floats, LeaveDetails, WampSession } from "./wamp_session.ts";

/** Opens one connection to the router; the caller of it closes what it gives. */
export type OpenTransport = (
  options: {
    readonly subprotocols: readonly string[];
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
) => Promise<FrameTransport>;

/** Where and how to connect. */
export interface ConnectOptions {
  /** WebSocket URL of the router, such as `ws://127.0.0.1:8001/ws`. */
  readonly url: string;
  /** The realm to join; OCS sites use `test_realm` unless told otherwise. */
  readonly realm: string;
  /**
   * Authorities that the certificate of a `wss://` router may be signed by, each as PEM text. Default: those that the
   * machine knows, and those in the file that the environment variable `DENO_CERT` names.
   */
  readonly caCerts?: readonly string[] | undefined;
  /** Default: anonymous. */
  readonly authentication?: Authentication | undefined;
  /**
   * For `connectWamp`: how long to try until the first session is joined. Default 10,000 ms; `Infinity` tries
   * for ever.
   */
  readonly timeoutMs?: number | undefined;
  /** How long one attempt may take, for the handshake and for WELCOME each. Default 5000 ms. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Longest pause between two attempts, give or take a tenth. Default 30,000 ms. */
  readonly maxPauseMs?: number | undefined;
  /** Whether to connect again after a loss or refusal; default always. `connectWamp`'s deadline holds all the same. */
  readonly reconnect?: boolean | ((leave: LeaveDetails) => boolean) | undefined;
  /** `keep` hands out integral floats as `Float`, for recorders; `plain` (default) as numbers. */
  readonly floats?: Floats | undefined;
  /** Larger messages are not sent; default 1 MiB, which is what Python peers take. */
  readonly maxMessageBytes?: number | undefined;
  /**
   * Bytes that may wait to be sent. Above it, once that has lasted a second, publications and calls are refused with
   * `BackpressureError`; a burst may fill half of `hardQueueBytes` before. Default 1 MiB.
   */
  readonly softQueueBytes?: number | undefined;
  /** Above so many waiting bytes the connection is ended and made anew. Default 16 MiB. */
  readonly hardQueueBytes?: number | undefined;
  /** So does a router that takes not one byte for this long while more than `softQueueBytes` wait. Default 15,000 ms. */
  readonly stuckMs?: number | undefined;
  /** Serializers to offer, best first. Default all three, CBOR first. */
  readonly subprotocols?: readonly string[] | undefined;
  /** Another way to the router than a WebSocket to `url`, such as the in-process one of our router. */
  readonly openTransport?: OpenTransport | undefined;
  /** Called on each join, when procedures and subscriptions of before have been renewed. */
  readonly onJoin?: ((session: WampSession) => void) | undefined;
  /** Called when a session that had been joined is over. */
  readonly onLeave?: ((leave: LeaveDetails) => void) | undefined;
  /** Called for every attempt that did not lead to a session. */
  readonly onAttemptFailed?: ((error: Error) => void) | undefined;
  /** Called for each refusal of a procedure that is being renewed. */
  readonly onRegistrationRefused?: ((procedure: string, error: Error) => void) | undefined;
  /** Gives up connecting and closes the connection. */
  readonly signal?: AbortSignal | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** Time of the connection, its pauses and deadlines; tests move or shorten it. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Numbers of [0, 1) for the pauses. */
  readonly random?: (() => number) | undefined;
}
