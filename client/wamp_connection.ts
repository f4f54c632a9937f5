/** A row of sessions over reconnects that looks like one session. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { type Logger, SILENT } from "../internal/log.ts";
import { pause } from "../internal/pause.ts";
import { toError } from "../internal/to_error.ts";
import { authExtra } from "./authentication.ts";
import { joinSession } from "./_join_session.ts";
import type { JoinedSession } from "./_joined_session.ts";
import { FloatMode } from "./_float_mode.ts";
import { DEFAULT_OUTGOING_LIMITS } from "./_outgoing_watch.ts";
import { TRANSPORT_LOST } from "./_reasons.ts";
import { ReconnectPolicy } from "./_reconnect_policy.ts";
import { Uses } from "./_uses.ts";
import type { ConnectOptions, OpenTransport } from "./connect_options.ts";
import { BackpressureError, JoinError, NotConnectedError } from "./errors.ts";
import type {
  CallOptions,
  ConnectionState,
  LeaveDetails,
  PublishOptions,
  RegisterOptions,
  Registration,
  SubscribeOptions,
  Subscription,
  WampEvent,
  WampInvocation,
  WampSession,
} from "./wamp_session.ts";

export type { ConnectOptions, OpenTransport } from "./connect_options.ts";

/** What the client offers, best first. */
const SUBPROTOCOLS = ["wamp.2.cbor", "wamp.2.msgpack", "wamp.2.json"];

/**
 * Connects to a router and joins a realm.
 *
 * @returns A connection that is joined; it reconnects by itself from then on. The caller closes it.
 * @throws {JoinError} If there is no session within `timeoutMs`; it names the last failure.
 *
 * @example Publish one event
 * ```ts no-run
 * await using connection = await connectWamp({ url: "ws://127.0.0.1:8001/ws", realm: "test_realm" });
 * await connection.publish("observatory.example", ["Hello"], { acknowledge: true });
 * ```
 */
export async function connectWamp(options: ConnectOptions): Promise<WampConnection> {
  const connection = new WampConnection(options);
  try {
    await connection.joined(options.timeoutMs);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * A connection that is kept up: it starts to connect when it is made and reconnects until it is closed.
 *
 * Procedures and subscriptions are renewed on every join. While it is not joined, everything fails at once
 * with `NotConnectedError` and nothing is queued; whatever waits when a session is lost is rejected with a
 * `WampError` of the URI `wamp.close.transport_lost`. While the router reads too slowly, publications and calls fail
 * with `BackpressureError`.
 */
export class WampConnection implements WampSession, AsyncDisposable {
  /** The realm it joins. */
  readonly realm: string;
  /** Where it connects to. */
  readonly url: string;
  readonly #options: ConnectOptions;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #floatMode: FloatMode;
  readonly #uses: Uses;
  readonly #policy: ReconnectPolicy;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #state: ConnectionState = "connecting";
  #session: JoinedSession | undefined;
  #refused = 0;
  #lastFailure: Error | undefined;
  #lastLeave: LeaveDetails | undefined;

  /** Starts connecting. */
  constructor(options: ConnectOptions) {
    // A key that is none is the caller's fault, and not one of each attempt.
    authExtra(options.authentication);
    this.#options = options;
    this.url = options.url;
    this.realm = options.realm;
    this.#logger = options.logger ?? SILENT;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    const random = options.random ?? Math.random;
    this.#policy = new ReconnectPolicy({
      random,
      maxPauseMs: options.maxPauseMs,
      clock: this.#clock,
      logger: this.#logger,
      url: this.url,
    });
    this.#floatMode = new FloatMode(options.floats ?? "plain");
    this.#uses = new Uses({
      logger: this.#logger,
      clock: this.#clock,
      random,
      floatMode: this.#floatMode,
      session: () => this.#session,
      onRefused: (procedure, error) => options.onRegistrationRefused?.(procedure, error),
    });
    const { signal } = options;
    const abort = () => void this.close();
    if (signal?.aborted) this.#closing.abort(signal.reason);
    else signal?.addEventListener("abort", abort, { once: true });
    this.#done = this.#run().finally(() => signal?.removeEventListener("abort", abort));
  }

  /** Where it stands. */
  get state(): ConnectionState {
    // The end of a session is told to listeners a moment after it stops taking calls.
    return this.#state === "joined" && this.#session?.isOpen !== true ? "waiting" : this.#state;
  }

  /** Id of the session; undefined while not joined. */
  get id(): number | undefined {
    return this.#session?.id;
  }

  /** Details of WELCOME; undefined while not joined. */
  get welcome(): Readonly<Record<string, unknown>> | undefined {
    return this.#session?.details;
  }

  /** Why the last attempt to join failed; undefined after a success. */
  get lastFailure(): Error | undefined {
    return this.#lastFailure;
  }

  /** Publications and calls that were refused with `BackpressureError` so far, all sessions together. */
  get refused(): number {
    return this.#refused;
  }

  /** Has a listener told of every change of state; returns what ends that. */
  onStateChange(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Waits until a session is joined.
   *
   * @param timeoutMs Default 10,000; `Infinity` must be asked for.
   * @throws {JoinError} If that does not happen in time, or the connection is closed.
   */
  joined(timeoutMs = 10_000): Promise<void> {
    if (this.state === "joined") return Promise.resolve();
    const failed = (what: string) => {
      const last = this.#lastFailure;
      const reason = last instanceof JoinError ? last.reason : TRANSPORT_LOST;
      const text = last === undefined ? what : `${what}; last failure: ${last.message}`;
      return new JoinError(
        `Cannot join realm "${this.realm}" at ${this.url}: ${text}`,
        reason,
        last === undefined ? {} : { cause: last },
      );
    };
    if (this.#state === "closed") return Promise.reject(failed("the connection is closed"));
    return new Promise((resolve, reject) => {
      const stopTimer = this.#clock.setTimer(
        timeoutMs,
        () => end(failed(`no session within ${timeoutMs / 1000} s`)),
      );
      const stopListening = this.onStateChange((state) => {
        if (state === "joined") end();
        if (state === "closed") end(failed("the connection was closed"));
      });
      const end = (error?: JoinError) => {
        stopTimer();
        stopListening();
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  }

  /** Calls a procedure; see `WampSession`. */
  call(procedure: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    try {
      return this.#unclogged(`call "${procedure}"`).call(procedure, args, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Publishes an event.
   *
   * The promise may be ignored: a rejection that nobody looks at does no harm.
   */
  publish(topic: string, args: readonly unknown[] = [], options: PublishOptions = {}): Promise<void> {
    let promise: Promise<void>;
    try {
      promise = this.#unclogged(`publish to "${topic}"`).publish(topic, args, options);
      if (!options.acknowledge) return promise;
    } catch (error) {
      promise = Promise.reject(error);
    }
    promise.catch(() => {});
    return promise;
  }

  /** Subscribes to a topic or pattern; see `WampSession`. */
  async subscribe(
    topic: string,
    handler: (event: WampEvent) => void,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    this.#current(`subscribe to "${topic}"`);
    const use = this.#uses.subscription(topic, options.match ?? "exact");
    return await use.add(handler, options.floats);
  }

  /** Registers a procedure; see `WampSession`. */
  async register(
    procedure: string,
    handler: (invocation: WampInvocation) => unknown,
    options: RegisterOptions = {},
  ): Promise<Registration> {
    this.#current(`register "${procedure}"`);
    const use = this.#uses.registration(procedure, handler, options);
    return await use.first();
  }

  /** Leaves the session politely and connects again, with the usual pauses. */
  async rejoin(reason = "wamp.close.normal"): Promise<void> {
    await this.#session?.leave(reason);
  }

  /** Leaves politely (within a second), and stays away. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#done;
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #current(action: string): JoinedSession {
    const session = this.#session;
    if (session?.isOpen) return session;
    const why = this.#lastFailure?.message ?? this.#lastLeave?.message ?? "";
    throw new NotConnectedError(
      `Cannot ${action}: not connected to ${this.url} (${this.state}${why === "" ? "" : `, ${why}`})`,
    );
  }

  /** The session, unless what it has to send already is too much. */
  #unclogged(action: string): JoinedSession {
    const session = this.#current(action);
    const waiting = session.excessBytes;
    if (waiting === 0) return session;
    this.#refused++;
    throw new BackpressureError(
      `Cannot ${action}: the router at ${this.url} reads too slowly (${waiting} bytes wait to be sent)`,
      waiting,
    );
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#become("connecting");
      const leave = await this.#oneSession(signal);
      if (signal.aborted || !this.#shouldReconnect(leave)) break;
      this.#become("waiting");
      await pause(this.#policy.pauseMs(leave), { clock: this.#clock, signal });
    }
    this.#become("closed");
  }

  /** One attempt, and the session that comes of it to its end. */
  async #oneSession(signal: AbortSignal): Promise<LeaveDetails> {
    let session: JoinedSession;
    try {
      session = await this.#join(signal);
    } catch (error) {
      const failure = toError(error);
      this.#lastFailure = failure;
      const reason = failure instanceof JoinError ? failure.reason : TRANSPORT_LOST;
      if (!signal.aborted) {
        this.#policy.failed(failure, reason);
        this.#notify(() => this.#options.onAttemptFailed?.(failure));
      }
      return { reason, message: failure.message };
    }
    const leaveOnAbort = () => void session.leave();
    signal.addEventListener("abort", leaveOnAbort, { once: true });
    if (signal.aborted) leaveOnAbort();
    this.#lastFailure = undefined;
    this.#session = session;
    this.#policy.joined();
    this.#uses.renew(session).then(() => {
      if (this.#session === session && session.isOpen && !signal.aborted) {
        this.#become("joined");
        this.#notify(() => this.#options.onJoin?.(this));
      }
    });
    const leave = await session.ended;
    signal.removeEventListener("abort", leaveOnAbort);
    this.#session = undefined;
    this.#lastLeave = leave;
    this.#uses.lost();
    this.#policy.left(leave);
    this.#notify(() => this.#options.onLeave?.(leave));
    return leave;
  }

  async #join(signal: AbortSignal): Promise<JoinedSession> {
    const timeoutMs = this.#options.attemptTimeoutMs ?? 5000;
    const subprotocols = this.#options.subprotocols ?? SUBPROTOCOLS;
    const open = this.#options.openTransport ?? webSocketTo(this.url, this.#options.caCerts);
    const frames = await open({ subprotocols, timeoutMs, signal });
    return await joinSession(frames, {
      realm: this.realm,
      authentication: this.#options.authentication,
      floatMode: this.#floatMode,
      maxMessageBytes: this.#options.maxMessageBytes ?? 1024 * 1024,
      outgoing: {
        softQueueBytes: this.#options.softQueueBytes ?? DEFAULT_OUTGOING_LIMITS.softQueueBytes,
        hardQueueBytes: this.#options.hardQueueBytes ?? DEFAULT_OUTGOING_LIMITS.hardQueueBytes,
        stuckMs: this.#options.stuckMs ?? DEFAULT_OUTGOING_LIMITS.stuckMs,
      },
      timeoutMs,
      signal,
      logger: this.#logger,
      clock: this.#clock,
    });
  }

  #shouldReconnect(leave: LeaveDetails): boolean {
    const { reconnect = true } = this.#options;
    return typeof reconnect === "boolean" ? reconnect : reconnect(leave);
  }

  #become(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) this.#notify(() => listener(state));
  }

  #notify(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#logger.error(`A connection listener failed: ${toError(error).message}`);
    }
  }
}

function webSocketTo(url: string, caCerts: readonly string[] | undefined): OpenTransport {
  return async (options) => {
    // Loaded when needed: a connection inside this process has no use for it.
    const { openWebSocket } = await import("../transport/client_transport.ts");
    return await openWebSocket(url, { ...options, caCerts });
  };
}
