/**
 * What an agent is made of: operations, sessions, parameters, feeds, locks, logging and the runner.
 *
 * An agent is a class whose constructor registers operations and feeds with the `Agent` it is handed.
 *
 * @example The smallest useful agent
 * ```ts
 * import { type Agent, int } from "./mod.ts";
 *
 * export class CounterAgent {
 *   constructor(agent: Agent) {
 *     const feed = agent.registerFeed("counts", { record: true, fields: { value: "int" } });
 *     agent.registerProcess("count", { params: { from: int({ default: 0 }) } }, async (session, { from }) => {
 *       for (let value = from; !session.signal.aborted; value++) {
 *         session.data = { value, timestamp: Date.now() / 1000 };
 *         feed.publish({ blockName: "count", data: { value } });
 *         await session.sleep(1);
 *       }
 *       return "Acquisition exited cleanly.";
 *     });
 *   }
 * }
 * ```
 *
 * @module
 */
export { Float } from "../internal/float.ts";
export { OpCode, SESSION_STATUSES, type SessionStatus } from "../ocs/op_code.ts";
export type { Logger } from "../internal/log.ts";
export type {
  Arguments,
  CallOptions,
  Floats,
  Match,
  RegisterOptions,
  SubscribeOptions,
  WampEvent,
  WampInvocation,
} from "../client/wamp_session.ts";
export { WampError } from "../wamp/errors.ts";
export type { Agent, AgentSubscription, OperationCall } from "./agent.ts";
export {
  type AgentLog,
  createLog,
  LOG_LEVELS,
  type LogLevel,
  type LogOptions,
  type LogRecord,
  type LogSink,
  makeLogger,
  parseLogLevel,
} from "./agent_log.ts";
export { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
export { sleep } from "./sleep.ts";
export type { AggParams } from "../ocs/encoded_feed.ts";
export {
  type DiskReading,
  type DiskRoom,
  type DiskState,
  DiskWatch,
  type DiskWatchOptions,
} from "./disk_watch.ts";
export type { Feed, FeedSpec } from "./feed.ts";
export type { Sample, Samples } from "./samples.ts";
export type { FieldKind } from "./field_kinds.ts";
export { ManualClock } from "../internal/manual_clock.ts";
export type { OperationSpec, ProcessSpec, Run, RunResult, Stopper, TaskSpec } from "./operation.ts";
export { Pacemaker, type PacemakerOptions } from "./pacemaker.ts";
export { ParamError } from "./param_error.ts";
export {
  anything,
  AS_FLOAT,
  AS_INT,
  AS_TEXT,
  type Cast,
  checkParams,
  choice,
  dict,
  flag,
  float,
  type Given,
  int,
  list,
  type Param,
  type ParamOptions,
  type ParamSpecs,
  type ParamType,
  type ParamValues,
  type Strays,
  text,
  tuple,
} from "./params.ts";
export type { AgentClass, AgentProgram } from "./program.ts";
export { type PluginAgent, pluginAgent, type PluginTable } from "./plugin_agent.ts";
export { launchAgent, type RunningAgent, startAgent, type StartAgentOptions } from "./start_agent.ts";
export type { AgentConnectOptions } from "./agent_connect_options.ts";
export type { AgentEnd } from "./agent_core.ts";
export type {
  Authentication,
  CryptosignAuthentication,
  TicketAuthentication,
  WampCraAuthentication,
} from "../client/authentication.ts";
export type { ConnectOptions, OpenTransport } from "../client/connect_options.ts";
export type { FrameTransport } from "../transport/frame_transport.ts";
export type {
  OptionProperty,
  OptionSpec,
  OptionSpecs,
  OptionType,
  OptionValue,
  OptionValues,
} from "../site/option_specs.ts";
export { runAgent, type RunAgentOptions } from "./run_agent.ts";
export {
  type ByteWriter,
  consoleSink,
  consoleTime,
  type FileSink,
  fileTime,
  type LogFileOptions,
  openLogFile,
  WriterSink,
} from "./log_sinks.ts";
export type { Session, SessionData } from "./session.ts";
export { type AcquireOptions, type HeldLock, TimeoutLock } from "./timeout_lock.ts";
export {
  runInWorker,
  type RunInWorkerOptions,
  serveWork,
  type Work,
  type WorkContext,
} from "./worker_task.ts";
