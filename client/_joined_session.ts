/** One WAMP session from WELCOME to its end: autobahn's session with deadlines and an end for everything. @module */
import {
  AutobahnError,
  type Deferred,
  type EventInfo,
  type InvocationInfo,
  Registration,
  Result,
  Session,
  Subscription,
} from "../deps/autobahn.ts";
import type { Logger } from "../internal/log.ts";
import type { FrameTransport } from "../transport/frame_transport.ts";
import { serializerFor, WampError } from "../wamp/mod.ts";
import type { FloatMode } from "./_float_mode.ts";
import { abortText, WampSessionTransport } from "./_session_transport.ts";
import { answerChallenge, type Authentication, authMethods } from "./authentication.ts";
import { type Clock, timerMs } from "./clock.ts";
import { CallTimeoutError, JoinError } from "./errors.ts";
import {
  type Arguments,
  type CallOptions,
  type Floats,
  type LeaveDetails,
  MultiResult,
  type PublishOptions,
  type WampInvocation,
} from "./wamp_session.ts";

/** Reason of a session whose connection broke; never sent. */
export const TRANSPORT_LOST = "wamp.close.transport_lost";

/** Deadline of a call that names none, in milliseconds. */
export const DEFAULT_CALL_TIMEOUT_MS = 30_000;

/** Deadline of SUBSCRIBE, REGISTER, their ends, and acknowledged publications, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** How long a polite end may take. */
const LEAVE_TIMEOUT_MS = 1000;

/** Nothing to say; shared because autobahn does not change it. */
const NO_OPTIONS = {};
const SENT: Promise<void> = Promise.resolve();

/** What a session works with. */
export interface JoinOptions {
  readonly realm: string;
  readonly authentication: Authentication | undefined;
  readonly floatMode: FloatMode;
  readonly maxMessageBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock: Clock;
}

interface Armed {
  readonly timeoutMs: number;
  /** Makes the error of a deadline that has passed. */
  readonly timedOut: () => Error;
  /** Called once the promise has failed with that error. */
  readonly afterTimeout?: () => void;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((result: Arguments) => void) | undefined;
  readonly floats?: Floats | undefined;
  /** Takes what came after the deadline. */
  readonly onLate?: (value: unknown) => void;
}

interface Live extends Deferred {
  fail(reason: unknown): void;
}

/** A joined session. Made by `joinSession`. */
export class JoinedSession {
  readonly id: number;
  /** Details of WELCOME. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Resolves when the session is over, whoever ended it. Never rejects. */
  readonly ended: Promise<LeaveDetails>;

  readonly #session: Session;
  readonly #machine: SessionMachine;

  /** Wraps a session that has just been welcomed. */
  constructor(session: Session, machine: SessionMachine, details: Readonly<Record<string, unknown>>) {
    this.#session = session;
    this.#machine = machine;
    this.id = session.id ?? 0;
    this.details = details;
    this.ended = machine.ended;
  }

  /** True until a GOODBYE or the end of the connection. */
  get isOpen(): boolean {
    return this.#session.isOpen && !this.#machine.isOver;
  }

  /** Calls a procedure. */
  call(procedure: string, args: readonly unknown[], options: CallOptions): Promise<unknown> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_CALL_TIMEOUT_MS;
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    let cancel = () => {};
    this.#machine.arm({
      timeoutMs,
      onProgress: options.onProgress,
      floats: options.floats,
      timedOut: () => {
        const text = `Cannot call "${procedure}": no answer within ${timeoutMs / 1000} s`;
        return new CallTimeoutError(text, procedure, timeoutMs);
      },
      afterTimeout: () => cancel(),
    });
    const wireOptions = options.onProgress === undefined ? {} : { receive_progress: true };
    const promise = this.#session.call(procedure, args, options.kwargs, wireOptions);
    const live = this.#machine.latest;
    cancel = () => {
      if (this.isOpen) promise.cancel({ mode: "killnowait" });
    };
    if (signal !== undefined) {
      const abort = () => {
        live?.fail(signal.reason);
        cancel();
      };
      signal.addEventListener("abort", abort, { once: true });
      const forget = () => signal.removeEventListener("abort", abort);
      promise.then(forget, forget);
    }
    return promise;
  }

  /** Publishes; the promise is a ready one unless an acknowledgement was asked for. */
  publish(topic: string, args: readonly unknown[], options: PublishOptions): Promise<void> {
    const { kwargs, acknowledge, excludeMe, retain } = options;
    let wireOptions: Record<string, unknown> = NO_OPTIONS;
    if (acknowledge || retain || excludeMe === false) {
      wireOptions = {};
      if (acknowledge) wireOptions.acknowledge = true;
      if (excludeMe === false) wireOptions.exclude_me = false;
      if (retain) wireOptions.retain = true;
    }
    if (!acknowledge) {
      this.#session.publish(topic, args, kwargs, wireOptions);
      return SENT;
    }
    this.#machine.arm(requestDeadline(`publish to "${topic}"`));
    return discardValue(this.#session.publish(topic, args, kwargs, wireOptions));
  }

  /** Sends SUBSCRIBE. */
  async subscribe(
    topic: string,
    match: string,
    handler: (args: unknown[], kwargs: Record<string, unknown>, event: EventInfo) => void,
  ): Promise<Subscription> {
    this.#machine.arm({
      ...requestDeadline(`subscribe to "${topic}"`),
      onLate: (late) => late instanceof Subscription && this.unsubscribe(late).catch(() => {}),
    });
    const subscription = await this.#session.subscribe(topic, handler, match === "exact" ? {} : { match });
    // autobahn resolves SUBSCRIBE with a subscription and nothing else.
    return subscription as Subscription;
  }

  /** Sends REGISTER. */
  async register(
    procedure: string,
    options: Readonly<Record<string, unknown>>,
    handler: (invocation: WampInvocation) => unknown,
    floats: Floats | undefined,
  ): Promise<Registration> {
    this.#machine.arm({
      ...requestDeadline(`register "${procedure}"`),
      onLate: (late) => late instanceof Registration && this.unregister(late).catch(() => {}),
    });
    const registration = await this.#session.register(
      procedure,
      this.#machine.endpoint(handler, floats),
      options,
    );
    // autobahn resolves REGISTER with a registration and nothing else.
    return registration as Registration;
  }

  /** Sends UNSUBSCRIBE; quiet when the session is over. */
  async unsubscribe(subscription: Subscription): Promise<void> {
    if (!this.isOpen || !subscription.active) return;
    this.#machine.arm(requestDeadline(`unsubscribe from "${subscription.topic}"`));
    await this.#session.unsubscribe(subscription);
  }

  /** Sends UNREGISTER; quiet when the session is over. */
  async unregister(registration: Registration): Promise<void> {
    if (!this.isOpen || !registration.active) return;
    this.#machine.arm(requestDeadline(`unregister "${registration.procedure}"`));
    await this.#session.unregister(registration);
  }

  /** Says GOODBYE, waits for the answer for at most a second, closes. */
  async leave(reason = "wamp.close.normal"): Promise<void> {
    if (this.isOpen) this.#session.leave(reason);
    await this.#machine.finish(LEAVE_TIMEOUT_MS);
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.#machine.terminate();
  }
}

/** Everything around one autobahn session that has to settle when it ends. */
export class SessionMachine {
  readonly transport: WampSessionTransport;
  readonly ended: Promise<LeaveDetails>;
  isOver = false;
  readonly floatMode: FloatMode;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #live = new Set<Live>();
  #armed: Armed | undefined;
  #latest: Live | undefined;
  #leave: LeaveDetails | undefined;
  #end: (details: LeaveDetails) => void = () => {};

  /** Takes over the transport's end. */
  constructor(
    transport: WampSessionTransport,
    options: Pick<JoinOptions, "clock" | "logger" | "floatMode">,
  ) {
    this.transport = transport;
    this.floatMode = options.floatMode;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.ended = new Promise((resolve) => this.#end = resolve);
    transport.onclose = (code, reason, violation) => this.#closed(code, reason, violation);
  }

  /** The next promise that autobahn makes gets a deadline and fails when the connection does. */
  arm(armed: Armed): void {
    timerMs(armed.timeoutMs, "wait");
    this.#armed = armed;
    this.#latest = undefined;
  }

  /** What came of the last `arm`. */
  get latest(): Live | undefined {
    return this.#latest;
  }

  /** autobahn's source of promises. */
  readonly defer = (): Deferred => {
    const armed = this.#armed;
    this.#armed = undefined;
    if (armed === undefined) return plainDeferred();
    const live = this.#liveDeferred(armed);
    this.#latest = live;
    return live;
  };

  #liveDeferred(armed: Armed): Live {
    let resolvePromise: (value: unknown) => void = () => {};
    let rejectPromise: (reason: unknown) => void = () => {};
    const promise = new Promise<unknown>((resolve, reject) => {
      resolvePromise = resolve;
      rejectPromise = reject;
    });
    let settled = false;
    const releaseFloats = this.floatMode.enter(armed.floats);
    const shape = (value: unknown) => this.floatMode.shape(value, armed.floats);
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      stopTimer?.();
      releaseFloats();
      this.#live.delete(live);
      return true;
    };
    const live: Live = {
      promise,
      resolve: (value) => {
        if (settled) return armed.onLate?.(value);
        const result = resultOf(value, shape);
        if (settle()) resolvePromise(result);
      },
      reject: (reason) => live.fail(asError(reason)),
      notify: (value) => {
        if (settled) return;
        try {
          armed.onProgress?.(argumentsOf(value, shape));
        } catch (error) {
          this.#logger.error(`A progress handler failed: ${textOf(error)}`);
        }
      },
      fail: (reason) => {
        if (settle()) rejectPromise(reason);
      },
    };
    this.#live.add(live);
    const deadline = timerMs(armed.timeoutMs, "wait");
    const stopTimer = deadline === undefined ? undefined : this.#clock.setTimer(deadline, () => {
      live.fail(armed.timedOut());
      armed.afterTimeout?.();
    });
    return live;
  }

  /** A procedure as autobahn calls it. */
  endpoint(handler: (invocation: WampInvocation) => unknown, floats: Floats | undefined) {
    return async (
      args: unknown[],
      kwargs: Record<string, unknown>,
      info: InvocationInfo,
    ): Promise<unknown> => {
      const open = this.transport.invocations.get(args);
      const { progress } = info;
      const invocation: WampInvocation = {
        args: this.floatMode.shape(args, floats),
        kwargs: this.floatMode.shape(kwargs, floats),
        procedure: info.procedure,
        caller: typeof info.caller === "number" ? info.caller : undefined,
        get signal() {
          return open?.signal ?? AbortSignal.abort();
        },
        progress: progress === null ? undefined : (...values) => progress(values),
      };
      try {
        const result = await handler(invocation);
        // autobahn writes undefined as it is; WAMP has null.
        if (result instanceof MultiResult) return new Result(result.args, result.kwargs);
        return result === undefined ? null : result;
      } catch (error) {
        throw asAutobahnError(error, open?.isAborted ?? false);
      }
    };
  }

  /** Notes why the session is going; the first reason stays. */
  leaving(details: LeaveDetails): void {
    this.#leave ??= details;
  }

  /** Closes politely, and by force after the time. */
  async finish(timeoutMs: number): Promise<void> {
    if (this.isOver) return;
    const stop = this.#clock.setTimer(timeoutMs, () => this.transport.terminate());
    if (this.transport.left) this.transport.close(1000);
    await this.ended;
    stop();
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.transport.terminate();
  }

  #closed(code: number, reason: string, violation: string | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    const text = violation !== undefined
      ? `the router broke the protocol (${violation})`
      : `the connection closed with code ${code}${reason === "" ? "" : ` (${reason})`}`;
    const lost = new WampError(TRANSPORT_LOST, [`The session with the router ended: ${text}`]);
    for (const live of [...this.#live]) live.fail(lost);
    this.#end(this.#leave ?? { reason: TRANSPORT_LOST, message: text });
  }
}

/**
 * Says HELLO on an open connection and waits for WELCOME.
 *
 * @throws {JoinError} If the router refuses, the time runs out or the signal is aborted; the connection is
 * closed then.
 */
export function joinSession(frames: FrameTransport, options: JoinOptions): Promise<JoinedSession> {
  const { logger, clock } = options;
  const encoding = frames.subprotocol.split(".")[2];
  if (encoding !== "cbor" && encoding !== "msgpack" && encoding !== "json") {
    frames.terminate();
    const text = `Cannot speak "${frames.subprotocol}": expected wamp.2.cbor, wamp.2.msgpack or wamp.2.json`;
    return Promise.reject(new JoinError(text, "wamp.error.protocol_violation"));
  }
  const transport = new WampSessionTransport({
    frames,
    serializer: serializerFor(encoding),
    floatMode: options.floatMode,
    maxMessageBytes: options.maxMessageBytes,
    logger,
  });
  const machine = new SessionMachine(transport, options);
  return new Promise((resolve, reject) => {
    let refusal: JoinError | undefined;
    const session = new Session(
      transport,
      machine.defer,
      (_session, method, extra) => answerChallenge(options.authentication, method, extra),
      // Procedures' errors have gone to the caller, handlers' have been logged where they were caught.
      (error) => logger.debug?.(`A handler failed: ${textOf(error)}`),
      (error) => logger.debug?.(`autobahn: ${textOf(error)}`),
    );
    const stopTimer = clock.setTimer(options.timeoutMs, () => {
      refusal ??= new JoinError(
        `Cannot join realm "${options.realm}": no WELCOME within ${options.timeoutMs / 1000} s`,
        TRANSPORT_LOST,
      );
      transport.terminate();
    });
    const abort = () => {
      refusal ??= new JoinError(`Cannot join realm "${options.realm}": it was given up`, TRANSPORT_LOST, {
        cause: options.signal.reason,
      });
      transport.terminate();
    };
    const settle = () => {
      stopTimer();
      options.signal.removeEventListener("abort", abort);
    };
    session.onjoin = (details) => {
      settle();
      joined = true;
      resolve(new JoinedSession(session, machine, details));
    };
    let joined = false;
    session.onleave = (reason, details) => {
      const message = abortText(details);
      machine.leaving({ reason, message });
      if (!joined) {
        refusal ??= new JoinError(
          `Cannot join realm "${options.realm}": ${reason}${message === "" ? "" : ` (${message})`}`,
          reason,
        );
      }
      machine.finish(LEAVE_TIMEOUT_MS);
    };
    machine.ended.then((leave) => {
      settle();
      reject(
        refusal ?? new JoinError(`Cannot join realm "${options.realm}": ${leave.message}`, leave.reason),
      );
    });
    options.signal.addEventListener("abort", abort, { once: true });
    if (options.signal.aborted) return abort();
    const { authentication } = options;
    session.join(options.realm, authMethods(authentication), authentication?.authId);
  });
}

/** What autobahn resolves with, as callers get it. */
function resultOf(value: unknown, shape: (value: unknown) => unknown): unknown {
  if (value instanceof Result) {
    const { args, kwargs } = argumentsOf(value, shape);
    return new MultiResult(args, kwargs);
  }
  return value instanceof Subscription || value instanceof Registration ? value : shape(value);
}

function argumentsOf(value: unknown, shape: (value: unknown) => unknown): Arguments {
  if (!(value instanceof Result)) return { args: [shape(value)], kwargs: {} };
  const args = value.args.map(shape);
  const kwargs = Object.fromEntries(Object.entries(value.kwargs).map(([key, entry]) => [key, shape(entry)]));
  return { args, kwargs };
}

function requestDeadline(action: string): Armed {
  return {
    timeoutMs: REQUEST_TIMEOUT_MS,
    timedOut: () =>
      new CallTimeoutError(
        `Cannot ${action}: no answer from the router within ${REQUEST_TIMEOUT_MS / 1000} s`,
        action,
        REQUEST_TIMEOUT_MS,
      ),
  };
}

async function discardValue(promise: Promise<unknown> | undefined): Promise<void> {
  await promise;
}

function plainDeferred(): Deferred {
  let resolve: (value?: unknown) => void = () => {};
  let reject: (reason?: unknown) => void = () => {};
  const promise = new Promise<unknown>((resolvePromise, rejectPromise) => {
    resolve = resolvePromise;
    reject = rejectPromise;
  });
  return { promise, resolve, reject, notify() {} };
}

function asError(reason: unknown): unknown {
  if (reason instanceof AutobahnError) return new WampError(reason.error, reason.args, reason.kwargs);
  return reason instanceof Error ? reason : new Error(textOf(reason));
}

/** What a procedure threw, as what is sent: Python's rule is the runtime error with the text. */
function asAutobahnError(error: unknown, aborted: boolean): AutobahnError {
  if (error instanceof WampError) return new AutobahnError(error.uri, error.args, error.kwargs);
  if (aborted) return new AutobahnError("wamp.error.canceled", [textOf(error)]);
  return new AutobahnError("wamp.error.runtime_error", [textOf(error)]);
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (error instanceof AutobahnError) return `${error.error} ${error.args[0] ?? ""}`;
  return String(error);
}
