/**
 * Sessions with a WAMP router, and clients of agents on top of them.
 *
 * @example Call a procedure
 * ```ts no-run
 * import { connectWamp } from "./mod.ts";
 *
 * await using connection = await connectWamp({ url: "ws://127.0.0.1:8001/ws", realm: "test_realm" });
 * const api = await connection.call("observatory.faker1", ["get_api"]);
 * console.log(api);
 * ```
 *
 * @module
 */
export type { Logger } from "../internal/log.ts";
export { Float } from "../internal/float.ts";
export type { FrameTransport } from "../transport/frame_transport.ts";
export { WampError } from "../wamp/mod.ts";
export type { Authentication, TicketAuthentication, WampCraAuthentication } from "./authentication.ts";
export type { Clock } from "./clock.ts";
export { CallTimeoutError, JoinError, NotConnectedError } from "./errors.ts";
export { type ConnectOptions, connectWamp, type OpenTransport, WampConnection } from "./wamp_connection.ts";
export {
  type Arguments,
  type CallOptions,
  type ConnectionState,
  type Floats,
  type LeaveDetails,
  type Match,
  MultiResult,
  type PublishOptions,
  type RegisterOptions,
  type Registration,
  type SubscribeOptions,
  type Subscription,
  type WampEvent,
  type WampInvocation,
  type WampSession,
} from "./wamp_session.ts";
