/** An agent's presence on the router: joined, registered, subscribed, or on the way there. @module */
import type { Clock } from "../internal/clock.ts";
import { WampConnection } from "../client/wamp_connection.ts";
import type { LeaveDetails } from "../client/wamp_session.ts";
import { explainHolder, explainRefusal } from "./_explain_refusal.ts";
import { answering, type Procedure } from "./_procedures.ts";
import type { AgentConnectOptions } from "./agent_connect_options.ts";
import type { AgentLog } from "./agent_log.ts";
import { errorText } from "./run_outcome.ts";
import type { StartupSubscriptions } from "./startup_subscriptions.ts";

/** What a presence is made of, and whom it tells. */
export interface PresenceOptions {
  readonly connection: AgentConnectOptions;
  readonly address: string;
  /** Tells this run of the agent from another one that has its address. */
  readonly agentSessionId: string;
  readonly procedures: readonly Procedure[];
  readonly subscriptions: StartupSubscriptions;
  readonly log: AgentLog;
  readonly clock: Clock;
  /** Seconds of absence, after having been there once, until `onGiveUp`; 0 never. */
  readonly giveUpAfterSeconds: number;
  /** The address is ours: calls reach the agent. */
  readonly onRegistered: () => void;
  /** Everything is in place. */
  readonly onPresent: () => void;
  /** The address is ours no longer: the session is over (with why), or somebody else has it. */
  readonly onAbsent: (leave: LeaveDetails | undefined) => void;
  /** Absent for too long. `wasRegistered` is false for an agent that never got its address. */
  readonly onGiveUp: (wasRegistered: boolean) => void;
}

// Pause between attempts to get what was refused.
const PAUSE_SECONDS = 2;
const ASK_MS = 2000;
// A router that is back should have its agents back: with pauses that grow, an agent of 10 s patience would give up
// after an outage of 9 s without having looked since the fifth.
const MAX_PAUSE_MS = 1000;
// The attempt that is under way or due when patience ends is waited for.
const LAST_ATTEMPT_SECONDS = 1.5;

/** Keeps an agent on the router: registers and subscribes on joining, and gives up when that takes too long. */
export class Presence {
  readonly connection: WampConnection;
  readonly #options: PresenceOptions;
  #registered = false;
  // A renewal was refused: somebody else may have the address now.
  #inDoubt = false;
  #complete = false;
  #settling = false;
  #closed = false;
  #cancelWatchdog: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;

  /** Begins to connect, and goes on trying for ever until the router is there. */
  constructor(options: PresenceOptions) {
    this.#options = options;
    this.connection = new WampConnection({
      ...options.connection,
      logger: options.log,
      maxPauseMs: MAX_PAUSE_MS,
      onLeave: (leave) => this.#left(leave),
      onRegistrationRefused: (procedure, error) => this.#refused(procedure, error),
    });
    this.connection.onStateChange((state) => {
      if (state === "joined") this.#settleIn();
    });
    if (this.connection.state === "joined") this.#settleIn();
  }

  /** From now on nothing is tried again and nobody gives up. */
  stopTrying(): void {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#cancelWatchdog?.();
  }

  /** Leaves and closes, within about a second. */
  async close(): Promise<void> {
    this.stopTrying();
    await this.connection.close();
  }

  #settleIn(): void {
    if (this.#settling || this.#closed) return;
    this.#settling = true;
    this.#cancelRetry?.();
    this.#settle()
      .catch((error) => {
        this.#options.log.error(`Failed to settle in: ${errorText(error)}`);
        return false;
      })
      .then((complete) => {
        this.#settling = false;
        if (!complete) return this.#retryLater();
        this.#complete = true;
        this.#cancelWatchdog?.();
        this.#cancelWatchdog = undefined;
        this.#options.onPresent();
      });
  }

  /** The session is there: registers, then subscribes (OCS 5.2). Says whether all is in place. */
  async #settle(): Promise<boolean> {
    const { log, subscriptions, onRegistered } = this.#options;
    log.info(`session joined: session_id=${this.connection.id} realm=${this.connection.realm}`);
    // After the first time the connection renews procedures and subscriptions before it counts as joined.
    this.#registered ||= await this.#register();
    if (!this.#registered) return false;
    if (this.#inDoubt && !await this.#isOurs()) return false;
    this.#inDoubt = false;
    onRegistered();
    return await subscriptions.subscribeAll(this.connection) && this.connection.state === "joined";
  }

  async #register(): Promise<boolean> {
    const { procedures, address, log } = this.#options;
    const registered: AsyncDisposable[] = [];
    for (const { procedure, handler, options } of procedures) {
      try {
        registered.push(await this.connection.register(procedure, answering(handler), options));
      } catch (error) {
        if (this.#closed) return false;
        for (const one of registered) await one[Symbol.asyncDispose]();
        await explainRefusal(error, { connection: this.connection, address, log });
        return false;
      }
    }
    return true;
  }

  /** Whether our address leads to us; the connection goes on trying to register where it does not. */
  async #isOurs(): Promise<boolean> {
    const { address, agentSessionId, log } = this.#options;
    const feeds = await this.connection.call(address, ["get_feeds"], { timeoutMs: ASK_MS }).catch(() => null);
    if (JSON.stringify(feeds)?.includes(JSON.stringify(agentSessionId))) return true;
    await explainHolder({ connection: this.connection, address, log });
    return false;
  }

  #refused(procedure: string, error: Error): void {
    // Python's line once; the connection tells of each further attempt.
    if (!this.#inDoubt) {
      this.#options.log.error(`Failed to register basic handlers!  Error: ${error.message} ("${procedure}")`);
    }
    this.#inDoubt = true;
    this.#complete = false;
    this.#options.onAbsent(undefined);
    this.#retryLater();
  }

  #left(leave: LeaveDetails): void {
    const { log, onAbsent } = this.#options;
    log.info(`session left: reason=${leave.reason} message=${leave.message}`);
    this.#complete = false;
    onAbsent(leave);
    if (this.#closed) return;
    log.info("waiting for reconnection");
    this.#watch();
  }

  #retryLater(): void {
    this.#watch();
    this.#cancelRetry?.();
    if (this.#closed) return;
    this.#cancelRetry = this.#options.clock.setTimer(PAUSE_SECONDS * 1000, () => {
      if (this.connection.state === "joined") this.#settleIn();
    });
  }

  /** Gives up unless all is in place in time. Looks again at the end, which Python's watchdog fails to (OCS 5.4). */
  #watch(): void {
    const { giveUpAfterSeconds: limit, log, clock, onGiveUp } = this.#options;
    if (limit === 0 || this.#cancelWatchdog !== undefined || this.#closed) return;
    log.info(`waiting at least ${limit} more seconds before giving up`);
    this.#cancelWatchdog = clock.setTimer((limit + LAST_ATTEMPT_SECONDS) * 1000, () => {
      this.#cancelWatchdog = undefined;
      if (this.#complete) return;
      log.error(`Not joined and registered within ${limit} s; giving up`);
      onGiveUp(this.#registered);
    });
  }
}
