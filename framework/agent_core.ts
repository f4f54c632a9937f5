/** The running side of an agent: its connection, its two procedures, its feeds, its beginning and end. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import type {
  CallOptions,
  LeaveDetails,
  RegisterOptions,
  SubscribeOptions,
  WampEvent,
  WampInvocation,
} from "../client/wamp_session.ts";
import { NotConnectedError } from "../client/errors.ts";
import { agentAddress, feedTopic, opsProcedure } from "../ocs/addresses.ts";
import { pyFloatRepr } from "../ocs/python_float.ts";
import { pyStr } from "../ocs/python_text.ts";
import type { Agent, AgentSubscription, OperationCall } from "./agent.ts";
import { AgentAccess } from "./agent_access.ts";
import type { AgentConnectOptions } from "./agent_connect_options.ts";
import type { AgentLog } from "./agent_log.ts";
import { type Feed, type FeedSpec, OwnedFeed } from "./feed.ts";
import type { Sample, Samples } from "./samples.ts";
import { disposeOwner } from "./_dispose_owner.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Operations } from "./operations.ts";
import type { ProcessSpec, Run, TaskSpec } from "./operation.ts";
import { Presence } from "./presence.ts";
import { StartupSubscriptions } from "./startup_subscriptions.ts";
import { basicProcedures, type Procedure } from "./_procedures.ts";
import { errorText } from "./run_outcome.ts";

/** How an agent is reached and reaches its router. */
export interface AgentCoreOptions {
  readonly instanceId: string;
  readonly addressRoot: string;
  readonly agentClass: string;
  readonly log: AgentLog;
  readonly clock?: Clock | undefined;
  /** `none`, `override:PW2,PW3` or `director:ID`; default none. */
  readonly accessPolicy?: string | null | undefined;
  /** Absolute path of the site file, where there is one. */
  readonly siteFile?: string | undefined;
  /** Where the router is. */
  readonly connection: AgentConnectOptions;
  /**
   * The agent ends itself when it has been away from the router, after having been there, for so many seconds; 0 never.
   * Default 10.
   */
  readonly crossbarTimeoutSeconds?: number | undefined;
  /** Operations get so long to end on shutdown. Default 8 s, so that all is over within 10. */
  readonly stopWithinSeconds?: number | undefined;
}

/** Why an agent ended. */
export type AgentEnd = "stopped" | "router away" | "not registered";

const DISPOSE_SECONDS = 1;
/** Work that needs no router waits so long for it at first, so that of two agents with one address only one begins. */
const ROUTER_PATIENCE_MS = 5000;

/** The framework's side of an `Agent`. */
export class AgentCore implements Agent, AsyncDisposable {
  readonly instanceId: string;
  readonly addressRoot: string;
  readonly address: string;
  readonly agentClass: string;
  readonly agentSessionId: string;
  readonly siteFile: string | undefined;
  readonly log: AgentLog;
  readonly clock: Clock;
  heartbeat = true;
  worksWithoutRouter = false;
  /** Resolves when the agent is over, however that came. */
  readonly ended: Promise<AgentEnd>;
  readonly #options: AgentCoreOptions;
  readonly #access: AgentAccess;
  readonly #operations: Operations;
  readonly #feeds = new Map<string, OwnedFeed>();
  readonly #subscriptions: StartupSubscriptions;
  readonly #procedures: Procedure[] = [];
  readonly #heart: Heartbeat;
  readonly #shutdown = new AbortController();
  readonly #settleEnd: (end: AgentEnd) => void;
  readonly #ready = Promise.withResolvers<void>();
  #presence: Presence | undefined;
  #owner: object | undefined;
  #startedUp = false;
  #cancelStartAlone = (): void => {};
  #stopping: Promise<void> | undefined;

  /**
   * Makes an agent that does nothing yet.
   *
   * @throws {RangeError} If the access policy is none that exists, or the instance id cannot be part of an address.
   */
  constructor(options: AgentCoreOptions) {
    if (!/^[^\s#]+$/.test(options.instanceId)) {
      throw new RangeError(
        `Cannot start an agent called "${options.instanceId}": expected an instance id without spaces and "#"`,
      );
    }
    this.#options = options;
    this.instanceId = options.instanceId;
    this.addressRoot = options.addressRoot;
    this.address = agentAddress(options.addressRoot, options.instanceId);
    this.agentClass = options.agentClass;
    this.siteFile = options.siteFile;
    this.log = options.log;
    this.clock = options.clock ?? SYSTEM_CLOCK;
    this.agentSessionId = pyFloatRepr(this.clock.now());
    const { log, clock } = this;
    if (/[.,!]/.test(options.instanceId)) {
      log.warn(
        `Instance id "${options.instanceId}": recorders and clients do not find agents with ".", "," or "!"`,
      );
    }
    const agent = { agentClass: this.agentClass, instanceId: this.instanceId };
    this.#access = new AgentAccess({ policy: options.accessPolicy, agent, log, clock });
    this.#operations = new Operations({ access: this.#access, log, clock });
    this.#subscriptions = new StartupSubscriptions(log);
    this.#heart = new Heartbeat(() => this.#beat(), clock);
    const { promise, resolve } = Promise.withResolvers<AgentEnd>();
    this.ended = promise;
    this.#settleEnd = resolve;
    const { directorId } = this.#access;
    if (directorId !== undefined) {
      const director = agentAddress(this.addressRoot, directorId);
      this.subscribe(feedTopic(director, "controls"), ({ args: [event] }) => {
        if (Array.isArray(event)) this.#access.update(event[0]);
      });
    }
  }

  /** Aborted when the agent shuts down. */
  get signal(): AbortSignal {
    return this.#shutdown.signal;
  }

  /** Which access policy is in force. */
  get accessPolicy(): "none" | "override" | "director" {
    return this.#access.policyName;
  }

  /** Registered feeds by name. */
  get feeds(): ReadonlyMap<string, Feed> {
    return this.#feeds;
  }

  /** Resolves when the agent has joined for the first time and answers calls; rejects when it ends before. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Registers a task. */
  // The public overloads tie the params of `run` to their declarations; in here they are whatever the check gives.
  registerTask(name: string, spec: TaskSpec, run: Run<never, never>): void {
    // `run` is only ever called with params that passed `spec.params`, and a session whose data it owns.
    this.#operations.register("task", name, { spec, run: run as unknown as Run<unknown> });
  }

  /** Registers a process. */
  registerProcess(name: string, spec: ProcessSpec, run: Run<never, never>): void {
    // As above.
    this.#operations.register("process", name, { spec, run: run as unknown as Run<unknown> });
  }

  /** Registers a feed. */
  registerFeed(name: string, spec: FeedSpec & { readonly record: true }): Feed<Sample | Samples>;
  registerFeed(name: string, spec?: FeedSpec): Feed;
  registerFeed(name: string, spec: FeedSpec = {}): Feed {
    // The rest of the topic is ours; this part must be one component of it.
    if (!/^[^\s.#]+$/.test(name) || this.#feeds.has(name)) {
      throw new TypeError(
        `Cannot register feed "${name}": expected a name without dots and spaces that is not taken`,
      );
    }
    const owner = {
      address: this.address,
      agentClass: this.agentClass,
      agentSessionId: this.agentSessionId,
      log: this.log,
      clock: this.clock,
      publish: (topic: string, args: readonly unknown[]) =>
        this.#presence?.connection.publish(topic, args) ??
          Promise.reject(new NotConnectedError("the agent has not joined yet")),
    };
    const feed = new OwnedFeed(owner, name, spec);
    this.#feeds.set(name, feed);
    return feed;
  }

  /** Listens to a topic. */
  subscribe(
    topic: string,
    handler: (event: WampEvent) => void,
    options?: SubscribeOptions,
  ): AgentSubscription {
    return this.#subscriptions.add(topic, handler, options);
  }

  /** Offers a procedure of one's own. */
  registerProcedure(
    procedure: string,
    handler: (invocation: WampInvocation) => unknown,
    options?: RegisterOptions,
  ): void {
    if (this.#presence !== undefined) {
      throw new TypeError(`Cannot register procedure "${procedure}": the agent has been started already`);
    }
    this.#procedures.push({ procedure, handler, options });
  }

  /** Calls any procedure. */
  async call(procedure: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    if (this.#presence === undefined) {
      throw new NotConnectedError(`Cannot call "${procedure}": the agent has not been started yet`);
    }
    return await this.#presence.connection.call(procedure, args, options);
  }

  /** Calls another agent's operation. */
  async callOperation(
    { address, action, opName, params, timeoutSeconds, password }: OperationCall,
  ): Promise<readonly [number, string, Record<string, unknown>]> {
    const waits = action === "wait" ? (timeoutSeconds ?? Infinity) : 0;
    const reply = await this.call(opsProcedure(address), [action, opName], {
      // As Python's call_op sends it: params and timeout by name, null where there is nothing.
      kwargs: {
        params: params ?? null,
        timeout: timeoutSeconds ?? null,
        ...(password === undefined || password === "" ? {} : { password }),
      },
      timeoutMs: 30_000 + waits * 1000,
    });
    if (!Array.isArray(reply) || reply.length !== 3) {
      throw new TypeError(
        `Cannot ${action} "${opName}" of ${address}: it answered ${pyStr(reply)}, expected three`,
      );
    }
    const [code, message, session] = reply;
    return [Number(code), pyStr(message), session];
  }

  /**
   * Begins: connects, and goes on trying for ever until the router is there.
   *
   * @param owner The author's object; disposed of at the end when it can be.
   */
  connect(owner?: object): void {
    this.#owner = owner;
    this.registerFeed("heartbeat");
    this.log.info(`ocs: starting ${this.agentClass} @ ${this.address}`);
    const { log, clock, address, agentClass, agentSessionId } = this;
    const basic = basicProcedures({
      address,
      agentClass,
      operations: this.#operations,
      feeds: this.#feeds,
      access: this.#access,
    });
    this.#presence = new Presence({
      connection: this.#options.connection,
      address,
      agentSessionId,
      procedures: [...basic, ...this.#procedures],
      subscriptions: this.#subscriptions,
      log,
      clock,
      giveUpAfterSeconds: this.#options.crossbarTimeoutSeconds ?? 10,
      onRegistered: () => this.#heart.start(),
      onPresent: () => this.#present(),
      onAbsent: (leave) => this.#absent(leave),
      onGiveUp: (wasRegistered) => this.#gaveUp(wasRegistered),
    });
    if (this.worksWithoutRouter) this.#startAloneLater();
  }

  /**
   * Ends: stops operations with full credentials, publishes what feeds still hold, leaves and closes.
   *
   * Over within `stopWithinSeconds` and 2 s, whatever hangs. May be called again; all callers wait for the same end.
   */
  stop(end: AgentEnd = "stopped"): Promise<void> {
    return this.#stopping ??= this.#stop(end);
  }

  /** Stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(end: AgentEnd): Promise<void> {
    this.#shutdown.abort();
    this.#cancelStartAlone();
    this.#presence?.stopTrying();
    const late = await this.#operations.endAll(this.#options.stopWithinSeconds ?? 8);
    if (late.length > 0) this.log.error(`Operations did not end in time: ${late.join(", ")}`);
    for (const feed of this.#feeds.values()) feed.flush();
    this.#heart.stop();
    try {
      await disposeOwner(this.#owner, { withinSeconds: DISPOSE_SECONDS, clock: this.clock });
    } catch (error) {
      this.log.error(`Error at the end of ${this.agentClass}: ${errorText(error)}`);
    }
    await this.#presence?.close();
    this.#operations[Symbol.dispose]();
    this.#ready.promise.catch(() => {});
    this.#ready.reject(new Error(`Cannot run ${this.address}: it ended (${end}) before it had joined`));
    this.#settleEnd(end);
  }

  async #pollDirector(directorId: string): Promise<void> {
    const director = agentAddress(this.addressRoot, directorId);
    try {
      await this.call(`${director}.agent_poll`, [], {
        kwargs: { instance_id: this.instanceId, agent_class: this.agentClass },
      });
    } catch {
      this.log.error(`Failed to request access rules from access director at ${director}`);
    }
  }

  /** Everything is in place, for the first time or again. */
  #present(): void {
    this.#startUp();
    this.#ready.resolve();
    if (this.#access.directorId !== undefined) void this.#pollDirector(this.#access.directorId);
  }

  #startUp(): void {
    if (this.#startedUp) return;
    this.#startedUp = true;
    this.#cancelStartAlone();
    this.#operations.startStartupOperations();
  }

  #startAloneLater(): void {
    this.#cancelStartAlone = this.clock.setTimer(ROUTER_PATIENCE_MS, () => this.#startAlone());
  }

  /** Peer ocs: a recorder that is started while the router is down records nothing until that is there. */
  #startAlone(): void {
    // Where there is a router that refuses the address, another agent has it and does the work.
    if (this.#presence?.connection.state === "joined") return this.#startAloneLater();
    this.log.warn("The router is not there; the work begins without it");
    this.#startUp();
  }

  /** Operations go on unless the router said a normal goodbye (OCS 5.4). */
  #absent(leave: LeaveDetails | undefined): void {
    if (this.#heart.running) this.log.info("stopping heartbeat");
    this.#heart.stop();
    if (this.worksWithoutRouter || this.signal.aborted) return;
    if (leave?.reason === "wamp.close.normal") void this.#operations.endAll(0);
  }

  #gaveUp(wasRegistered: boolean): void {
    // Peer ocs (smurf B26): a recorder ended in the middle of an acquisition.
    if (wasRegistered && this.worksWithoutRouter) {
      return this.log.warn("The router is away; the work goes on without it");
    }
    void this.stop(wasRegistered ? "router away" : "not registered");
  }

  #beat(): void {
    if (!this.heartbeat) return;
    this.log.debug(` ${this.clock.now().toFixed(1)} ${this.address} heartbeat `);
    this.#feeds.get("heartbeat")?.publish(this.#operations.opCodes());
  }
}
