/**
 * Clients of agents, and the sessions with a WAMP router below them.
 *
 * @example Start a task, wait for it, read what it found
 * ```ts no-run
 * import { OCSClient } from "./mod.ts";
 *
 * await using faker = await OCSClient.connect("faker1");
 * const task = faker.operation("delay_task");
 * console.log(await task.start({ delay: 2 }));
 * const [status, message, session] = await task.wait({ timeoutSeconds: 10 });
 * console.log(status, message, session);
 * ```
 *
 * @example Call any procedure
 * ```ts no-run
 * import { connectWamp } from "./mod.ts";
 *
 * await using connection = await connectWamp({ url: "ws://127.0.0.1:8001/ws", realm: "test_realm" });
 * console.log(await connection.call("observatory.faker1", ["get_api"]));
 * ```
 *
 * @module
 */
export type { Logger } from "../internal/log.ts";
export { Float } from "../internal/float.ts";
export type { FrameTransport } from "../transport/frame_transport.ts";
export {
  type AccessControl,
  type AgentApi,
  type AggParams,
  type ApiOperation,
  type EncodedFeed,
  type EncodedSession,
  type NoHistory,
  OCSReply,
  type OCSReplyOptions,
  OpCode,
  type OperationInfo,
  type OperationKind,
  type Privs,
  type ReplySession,
  ResponseCode,
  type Sample,
  SESSION_STATUSES,
  type SessionMessage,
  type SessionStatus,
} from "../ocs/mod.ts";
export { ActiveSet, type Member, TooFewError } from "./active_set.ts";
export type {
  AgentTypes,
  AnyOperation,
  DataOf,
  FeedsOf,
  MemberOf,
  OperationsOf,
  OperationTypes,
  ParamsOf,
  PropertyName,
} from "./agent_types.ts";
export type {
  Authentication,
  CryptosignAuthentication,
  TicketAuthentication,
  WampCraAuthentication,
} from "./authentication.ts";
export type { Clock } from "../internal/clock.ts";
export { BoundedStream, type StreamOptions, type StreamSource } from "./bounded_stream.ts";
export { checkFinished, runToEnd } from "./check_finished.ts";
export { cleanUp, type CleanupAction, type CleanupOptions, Cleanups, withCleanup } from "./cleaning.ts";
export type { ClientSite, SiteChoice } from "./client_site.ts";
export type { ConnectOptions, OpenTransport } from "./connect_options.ts";
export { connectIfThere, discoverAgents, type DiscoverOptions } from "./discover_agents.ts";
export { type Endable, endOperation, type EndOptions } from "./end_operation.ts";
export {
  BackpressureError,
  CallTimeoutError,
  CleanupError,
  ConditionError,
  ControlClientError,
  type ControlClientErrorOptions,
  JoinError,
  NotConnectedError,
  OperationFailedError,
  OperationLostError,
  OperationRefusedError,
  OperationsError,
  ScriptInterruptedError,
} from "./errors.ts";
export {
  type AcquireExclusiveOptions,
  ExclusiveAccessClient,
  type ExclusiveAccessReply,
  type ExclusiveGrantOptions,
  type ExclusiveResult,
} from "./exclusive_access.ts";
export { fanOut, type InTurnOptions, type Outcome, type ParamsFor, runAll, runInTurn } from "./fan_out.ts";
export { FeedClient, type FeedEventItem, type FeedSample, type FeedSource } from "./feed_client.ts";
export { type HeldExclusive, holdExclusive, type HoldExclusiveOptions } from "./hold_exclusive.ts";
export { readKeyFile } from "./key_file.ts";
export { readLogin } from "./site_login.ts";
export type { SiteLogin } from "../site/mod.ts";
export type { ClientOptions } from "./client_options.ts";
export { type ConnectedClient, OCSClient, OCSClient as MatchedClient } from "./ocs_client.ts";
export type {
  OperationClient,
  ProcessClient,
  RequestOptions,
  RunningOperation,
  RunningOptions,
  TaskClient,
  WaitOptions,
} from "./operation_client.ts";
export {
  type SomeOperation,
  type Startable,
  startAll,
  stopAll,
  type Stoppable,
  waitAll,
} from "./parallel.ts";
export { type PublishedFile, PysmurfPublisher, type PysmurfPublisherOptions } from "./pysmurf_publisher.ts";
export type { AroundRequest, ClientRequest, RequestAction, RequestGuard } from "./request_guard.ts";
export { type Collectable, type CollectOptions, runAndCollect } from "./run_and_collect.ts";
export { runScript, type RunScriptOptions } from "./run_script.ts";
export { type AllRunning, type Runnable, runningAll } from "./running_all.ts";
export { type VerifyOptions, verifyRunning } from "./running_operation.ts";
export { type Rung, Script, type ScriptOptions } from "./script.ts";
export { startStreams, stopStreams, type StreamingOptions, type Streams } from "./streams.ts";
export { type SuperviseOptions, superviseUntil } from "./supervise_until.ts";
export { type FlagOptions, until, untilFlag, type UntilOptions, type Watchable } from "./until.ts";
export { type UtcTime, waitUntilTime, type WaitUntilTimeOptions } from "./wait_until_time.ts";
export { connectWamp, WampConnection } from "./wamp_connection.ts";
export { WampError } from "../wamp/mod.ts";
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
