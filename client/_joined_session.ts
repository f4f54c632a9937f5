/** One WAMP session from WELCOME to its end: autobahn's session with deadlines. @module */
import { type EventInfo, Registration, type Session, Subscription } from "../deps/autobahn.ts";
import type { RequestPlan, SessionMachine } from "./_session_machine.ts";
import { CallTimeoutError } from "./errors.ts";
import type { CallOptions, Floats, LeaveDetails, PublishOptions, WampInvocation } from "./wamp_session.ts";

/** Deadline of a call that names none, in milliseconds. */
const DEFAULT_CALL_TIMEOUT_MS = 30_000;

/** Deadline of SUBSCRIBE, REGISTER, their ends, and acknowledged publications, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;

/** How long a polite end may take. */
export const LEAVE_TIMEOUT_MS = 1000;

/** Nothing to say; shared because autobahn does not change it. */
const NO_OPTIONS = {};
const SENT: Promise<void> = Promise.resolve();

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

  /** How much waits to be sent, if that is too much for another publication or call; 0 otherwise. */
  get excessBytes(): number {
    return this.#machine.transport.excessBytes;
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

function requestDeadline(action: string): RequestPlan {
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
