/** Everything around one autobahn session that has to settle: promises, deadlines, procedures, the end. @module */
import {
  AutobahnError,
  type Deferred,
  type InvocationInfo,
  Registration,
  Result,
  Subscription,
} from "../deps/autobahn.ts";
import type { Clock } from "../internal/clock.ts";
import type { Logger } from "../internal/log.ts";
import { WampError } from "../wamp/mod.ts";
import type { FloatMode } from "./_float_mode.ts";
import { TRANSPORT_LOST } from "./_reasons.ts";
import type { WampSessionTransport } from "./_session_transport.ts";
import {
  type Arguments,
  type Floats,
  type LeaveDetails,
  MultiResult,
  type WampInvocation,
} from "./wamp_session.ts";

/** How a request that autobahn is about to make is bounded and followed. */
export interface RequestPlan {
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

/** A promise of autobahn's that can be failed with an error of ours. */
export interface LiveRequest extends Deferred {
  fail(reason: unknown): void;
}

/** What a machine works with. */
export interface MachineOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly floatMode: FloatMode;
}

/** Everything around one autobahn session that has to settle when it ends. */
export class SessionMachine {
  readonly transport: WampSessionTransport;
  readonly ended: Promise<LeaveDetails>;
  isOver = false;
  readonly floatMode: FloatMode;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #live = new Set<LiveRequest>();
  #armed: RequestPlan | undefined;
  #latest: LiveRequest | undefined;
  #leave: LeaveDetails | undefined;
  #end: (details: LeaveDetails) => void = () => {};

  /** Takes over the transport's end. */
  constructor(
    transport: WampSessionTransport,
    options: MachineOptions,
  ) {
    this.transport = transport;
    this.floatMode = options.floatMode;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.ended = new Promise((resolve) => this.#end = resolve);
    transport.onclose = (code, reason, violation) => this.#closed(code, reason, violation);
  }

  /** The next promise that autobahn makes gets a deadline and fails when the connection does. */
  arm(armed: RequestPlan): void {
    checkTimeout(armed.timeoutMs);
    this.#armed = armed;
    this.#latest = undefined;
  }

  /** What came of the last `arm`. */
  get latest(): LiveRequest | undefined {
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

  #liveDeferred(armed: RequestPlan): LiveRequest {
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
      stopTimer();
      releaseFloats();
      this.#live.delete(live);
      return true;
    };
    const live: LiveRequest = {
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
    const stopTimer = this.#clock.setTimer(armed.timeoutMs, () => {
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
        callerAuthId: textOrNothing(info.caller_authid),
        callerAuthRole: textOrNothing(info.caller_authrole),
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

/** Refuses what is no deadline; `Infinity` is one that never passes. */
function checkTimeout(timeoutMs: number): void {
  if (!(timeoutMs >= 0)) {
    throw new RangeError(`Cannot wait within "${timeoutMs}" ms: expected a number of 0 or more`);
  }
}

/** What autobahn resolves with, as callers get it. */
function resultOf(value: unknown, shape: (value: unknown) => unknown): unknown {
  if (value instanceof Result) {
    const { args, kwargs } = argumentsOf(value, shape);
    return new MultiResult(args, kwargs);
  }
  return value instanceof Subscription || value instanceof Registration ? value : shape(value);
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function argumentsOf(value: unknown, shape: (value: unknown) => unknown): Arguments {
  if (!(value instanceof Result)) return { args: [shape(value)], kwargs: {} };
  const args = value.args.map(shape);
  const kwargs = Object.fromEntries(Object.entries(value.kwargs).map(([key, entry]) => [key, shape(entry)]));
  return { args, kwargs };
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

/** An error in one sentence, whatever was thrown. */
export function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (error instanceof AutobahnError) return `${error.error} ${error.args[0] ?? ""}`;
  return String(error);
}
