/** The agent as its author sees it. @module */
import type { Clock } from "../internal/clock.ts";
import type {
  CallOptions,
  RegisterOptions,
  SubscribeOptions,
  WampEvent,
  WampInvocation,
} from "../client/wamp_session.ts";
import type { AgentLog } from "./agent_log.ts";
import type { Feed, FeedSpec } from "./feed.ts";
import type { Sample, Samples } from "./samples.ts";
import type { ProcessSpec, Run, TaskSpec } from "./operation.ts";
import type { ParamSpecs, ParamValues } from "./params.ts";
import type { SessionData } from "./session.ts";

/** A topic that an agent listens to, on every join anew. */
export interface AgentSubscription {
  /** Topic or pattern. */
  readonly topic: string;
  /** Ends it for good; quiet while the router is away. */
  unsubscribe(): Promise<void>;
}

/** What happens to an operation of another agent. */
export interface OperationCall {
  /** Address of the other agent, such as `observatory.faker1`. */
  readonly address: string;
  /** What to do with the operation. */
  readonly action: "start" | "stop" | "abort" | "wait" | "status";
  /** Name of the operation. */
  readonly opName: string;
  /** For `start`. */
  readonly params?: unknown;
  /** For `wait`: how long the other agent waits, in seconds; default for ever. */
  readonly timeoutSeconds?: number | undefined;
  /** Where the other agent has an access policy. */
  readonly password?: string | undefined;
}

/**
 * What an agent's class is handed: its name, its log, and where it registers operations and feeds.
 *
 * Register everything in the constructor: the agent joins after it. The framework adds the `heartbeat` feed, the two
 * procedures, reconnecting and the clean end.
 */
export interface Agent {
  /** Name of this agent in its observatory, such as `faker1`. */
  readonly instanceId: string;
  /** `<address root>.<instance id>`. */
  readonly address: string;
  /** What all addresses of the observatory begin with. */
  readonly addressRoot: string;
  /** Its `agent-class`, such as `FakeDataAgent`. */
  readonly agentClass: string;
  /** Start time as text; tells one run of the agent from the next in feeds. */
  readonly agentSessionId: string;
  /** Absolute path of the site file; undefined without one. Paths in options may be relative to its folder. */
  readonly siteFile: string | undefined;
  /** The log of the agent; see `makeLogger` for classes of one's own. */
  readonly log: AgentLog;
  /** Time; a test may hold it still, so use it instead of `Date.now`. */
  readonly clock: Clock;
  /** Aborted when the agent shuts down. */
  readonly signal: AbortSignal;
  /** Which access policy is in force (OCS 11.2). */
  readonly accessPolicy: "none" | "override" | "director";
  /** Switches the heartbeat; true at first. Others take a silent agent for dead after 5 s. */
  heartbeat: boolean;
  /**
   * Whether the agent's work goes on without a router, such as recording; false at first, set it in the constructor.
   * Once it has joined, such an agent stays however long the router is away (`--crossbar-timeout` does not end it), and
   * its operations go on when the router says goodbye. Its startup operations begin 5 s after it was started also where
   * it has not reached a router until then.
   */
  worksWithoutRouter: boolean;
  /** Registered feeds by name. */
  readonly feeds: ReadonlyMap<string, Feed>;

  /**
   * Registers an operation with an end of its own.
   *
   * @throws {TypeError} If the name is taken already.
   */
  registerTask<const S extends ParamSpecs, D extends object = SessionData>(
    name: string,
    spec: TaskSpec<S> & { readonly params: S },
    run: Run<ParamValues<S>, D>,
  ): void;
  /** Registers a task that takes whatever params the caller sends. */
  registerTask<D extends object = SessionData>(
    name: string,
    spec: TaskSpec & { readonly params?: undefined },
    run: Run<unknown, D>,
  ): void;

  /**
   * Registers an operation that runs until it is told to stop: when `session.signal` aborts.
   *
   * @throws {TypeError} If the name is taken already.
   */
  registerProcess<const S extends ParamSpecs, D extends object = SessionData>(
    name: string,
    spec: ProcessSpec<S> & { readonly params: S },
    run: Run<ParamValues<S>, D>,
  ): void;
  /** Registers a process that takes whatever params the caller sends. */
  registerProcess<D extends object = SessionData>(
    name: string,
    spec: ProcessSpec & { readonly params?: undefined },
    run: Run<unknown, D>,
  ): void;

  /** Registers a feed for recorders: its `publish` takes samples. */
  registerFeed(name: string, spec: FeedSpec & { readonly record: true }): Feed<Sample | Samples>;
  /** Registers a feed of any messages. */
  registerFeed(name: string, spec?: FeedSpec): Feed;

  /**
   * Listens to a topic, now or as soon as the agent has joined, and again after each reconnect.
   *
   * A handler that throws is logged. A subscription that the router refuses is logged as Python does it.
   */
  subscribe(
    topic: string,
    handler: (event: WampEvent) => void,
    options?: SubscribeOptions,
  ): AgentSubscription;

  /**
   * Offers a procedure beside the two that every agent has, on joining and again after each reconnect.
   *
   * What the handler throws becomes `wamp.error.runtime_error` with the text of the error, or its own error when it is a
   * `WampError`. Only before the agent has joined, that is in the constructor.
   *
   * @throws {TypeError} If the agent has joined already.
   */
  registerProcedure(
    procedure: string,
    handler: (invocation: WampInvocation) => unknown,
    options?: RegisterOptions,
  ): void;

  /**
   * Ends the agent as SIGTERM does: operations are stopped, the connection is closed.
   *
   * An operation that calls it does not wait for it: the end waits for the operation.
   */
  stop(): Promise<void>;

  /** Calls any procedure; fails at once while the router is away, and after 30 s unless told otherwise. */
  call(procedure: string, args?: readonly unknown[], options?: CallOptions): Promise<unknown>;

  /**
   * Starts, stops, waits for or asks about another agent's operation.
   *
   * @returns Its reply `[code, message, session]`.
   * @throws {Error} If the other agent is not there or its code fails; Python's `call_op` logs and returns `False`.
   */
  callOperation(call: OperationCall): Promise<readonly [number, string, Record<string, unknown>]>;
}
