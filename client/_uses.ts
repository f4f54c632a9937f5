/** Procedures and subscriptions that outlive a session. @module */
import type { Registration as WireRegistration, Subscription as WireSubscription } from "../deps/autobahn.ts";
import type { Logger } from "../internal/log.ts";
import { type JoinedSession, TRANSPORT_LOST } from "./_joined_session.ts";
import type { FloatMode } from "./_float_mode.ts";
import { Backoff } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { NotConnectedError } from "./errors.ts";
import { WampError } from "../wamp/mod.ts";
import type {
  Floats,
  Match,
  RegisterOptions,
  Registration,
  Subscription,
  WampEvent,
  WampInvocation,
} from "./wamp_session.ts";

/** What the uses share. */
export interface UsesOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly floatMode: FloatMode;
  /** The session of now. */
  readonly session: () => JoinedSession | undefined;
  readonly onRefused: (procedure: string, error: Error) => void;
}

/** What is to be renewed on every join, in the order of first use. */
export class Uses {
  readonly #options: UsesOptions;
  readonly #table = new Map<string, SubscriptionUse | RegistrationUse>();

  /** Starts empty. */
  constructor(options: UsesOptions) {
    this.#options = options;
  }

  /** The one subscription for a topic and match. */
  subscription(topic: string, match: Match): SubscriptionUse {
    const key = `subscription ${match} ${topic}`;
    const known = this.#table.get(key);
    if (known instanceof SubscriptionUse) return known;
    const use = new SubscriptionUse(topic, match, this.#options, () => this.#table.delete(key));
    this.#table.set(key, use);
    return use;
  }

  /** A new registration; a connection has each procedure once. */
  registration(
    procedure: string,
    handler: (invocation: WampInvocation) => unknown,
    options: RegisterOptions,
  ): RegistrationUse {
    const key = `registration ${options.match ?? "exact"} ${procedure}`;
    if (this.#table.has(key)) {
      throw new TypeError(`Cannot register "${procedure}": this connection has it already`);
    }
    const use = new RegistrationUse(
      procedure,
      handler,
      options,
      this.#options,
      () => this.#table.delete(key),
    );
    this.#table.set(key, use);
    return use;
  }

  /** Renews everything on a new session: sent in order, answers awaited together. Never rejects. */
  async renew(session: JoinedSession): Promise<void> {
    await Promise.all([...this.#table.values()].map((use) => use.renew(session)));
  }

  /** The session is gone: nothing is live, nothing is tried. */
  lost(): void {
    for (const use of this.#table.values()) use.lost();
  }
}

/** Something that is tried again and again on one session, with growing pauses. */
class Retry {
  readonly #options: UsesOptions;
  readonly #backoff: Backoff;
  #stop: (() => void) | undefined;

  constructor(options: UsesOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  later(again: () => void): void {
    this.end();
    this.#stop = this.#options.clock.setTimer(this.#backoff.next(), again);
  }

  end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  reset(): void {
    this.end();
    this.#backoff.reset();
  }
}

interface Handler {
  readonly call: (event: WampEvent) => void;
  readonly floats: Floats | undefined;
  readonly release: () => void;
}

/** One topic or pattern with all its handlers: one subscription on the wire. */
export class SubscriptionUse {
  readonly topic: string;
  readonly match: Match;
  readonly #options: UsesOptions;
  readonly #forget: () => void;
  readonly #handlers = new Set<Handler>();
  readonly #retry: Retry;
  #wire: WireSubscription | undefined;
  #session: JoinedSession | undefined;
  #ready: Promise<void> | undefined;

  /** Nothing is sent before the first handler. */
  constructor(topic: string, match: Match, options: UsesOptions, forget: () => void) {
    this.topic = topic;
    this.match = match;
    this.#options = options;
    this.#forget = forget;
    this.#retry = new Retry(options);
  }

  /** Adds a handler and waits until the topic is subscribed to. */
  async add(call: (event: WampEvent) => void, floats: Floats | undefined): Promise<Subscription> {
    const handler = { call, floats, release: this.#options.floatMode.enter(floats) };
    this.#handlers.add(handler);
    const remove = () => this.#remove(handler);
    try {
      await (this.#ready ??= this.#subscribe());
    } catch (error) {
      this.#ready = undefined;
      this.#handlers.delete(handler);
      handler.release();
      if (this.#handlers.size === 0) this.#forget();
      throw error;
    }
    return { topic: this.topic, match: this.match, unsubscribe: remove, [Symbol.asyncDispose]: remove };
  }

  /** Subscribes on a new session. A refusal is logged and tried again. */
  async renew(session: JoinedSession): Promise<void> {
    if (this.#handlers.size === 0) return this.#forget();
    try {
      this.#ready = this.#subscribe();
      await this.#ready;
      this.#retry.reset();
    } catch (error) {
      this.#ready = undefined;
      if (isLoss(error) || !session.isOpen) return;
      this.#options.logger.warn(`Cannot subscribe to "${this.topic}" again: ${textOf(error)}`);
      this.#retry.later(() => void this.renew(session));
    }
  }

  /** The session is gone. */
  lost(): void {
    this.#retry.end();
    this.#wire = undefined;
    this.#session = undefined;
    this.#ready = undefined;
  }

  async #subscribe(): Promise<void> {
    const session = this.#options.session();
    if (session === undefined) {
      throw new NotConnectedError(`Cannot subscribe to "${this.topic}": not connected`);
    }
    const wire = await session.subscribe(this.topic, this.match, (args, kwargs, event) => {
      this.#dispatch({
        args,
        kwargs,
        topic: event.topic,
        publication: event.publication,
        retained: event.retained === true,
      });
    });
    this.#wire = wire;
    this.#session = session;
    wire.on_unsubscribe.then((reason) => {
      if (this.#wire !== wire) return;
      this.#wire = undefined;
      this.#ready = undefined;
      this.#options.logger.warn(
        `The router ended the subscription to "${this.topic}": ${reason}; trying again`,
      );
      this.#retry.later(() => void this.renew(session));
    });
  }

  #dispatch(event: WampEvent): void {
    const { floatMode } = this.#options;
    for (const handler of this.#handlers) {
      try {
        handler.call(shaped(event, floatMode, handler.floats));
      } catch (error) {
        this.#options.logger.error(`A handler of "${event.topic}" failed: ${textOf(error)}`);
      }
    }
  }

  async #remove(handler: Handler): Promise<void> {
    handler.release();
    if (!this.#handlers.delete(handler) || this.#handlers.size > 0) return;
    // A SUBSCRIBE under way is waited for: an UNSUBSCRIBE that overtakes a newer SUBSCRIBE would end that one.
    await this.#ready?.catch(() => {});
    if (this.#handlers.size > 0) return;
    this.#retry.end();
    this.#forget();
    const wire = this.#wire;
    this.#wire = undefined;
    this.#ready = undefined;
    if (wire === undefined) return;
    try {
      await this.#session?.unsubscribe(wire);
    } catch (error) {
      if (!isLoss(error)) this.#options.logger.warn(`Cannot unsubscribe "${this.topic}": ${textOf(error)}`);
    }
  }
}

/** One procedure. */
export class RegistrationUse {
  readonly procedure: string;
  readonly #handler: (invocation: WampInvocation) => unknown;
  readonly #floats: Floats | undefined;
  readonly #release: () => void;
  readonly #wireOptions: Readonly<Record<string, unknown>>;
  readonly #options: UsesOptions;
  readonly #forget: () => void;
  readonly #retry: Retry;
  #wire: WireRegistration | undefined;
  #session: JoinedSession | undefined;
  #ready: Promise<void> | undefined;
  #ended = false;

  /** Nothing is sent before `first`. */
  constructor(
    procedure: string,
    handler: (invocation: WampInvocation) => unknown,
    register: RegisterOptions,
    options: UsesOptions,
    forget: () => void,
  ) {
    this.procedure = procedure;
    this.#handler = handler;
    this.#options = options;
    this.#forget = forget;
    this.#retry = new Retry(options);
    const { match, invoke, forceReregister, floats } = register;
    this.#floats = floats;
    this.#release = options.floatMode.enter(floats);
    this.#wireOptions = {
      ...(match === undefined || match === "exact" ? {} : { match }),
      ...(invoke === undefined ? {} : { invoke }),
      ...(forceReregister ? { force_reregister: true } : {}),
    };
  }

  /** The first REGISTER: refused is refused. */
  async first(): Promise<Registration> {
    try {
      this.#ready = this.#register();
      await this.#ready;
    } catch (error) {
      this.#ended = true;
      this.#release();
      this.#forget();
      throw error;
    }
    const unregister = () => this.#unregister();
    return { procedure: this.procedure, unregister, [Symbol.asyncDispose]: unregister };
  }

  /** Registers on a new session; a refusal is reported and tried again (it may be our own dead predecessor). */
  async renew(session: JoinedSession): Promise<void> {
    if (this.#ended) return;
    try {
      this.#ready = this.#register();
      await this.#ready;
      this.#retry.reset();
    } catch (error) {
      if (isLoss(error) || !session.isOpen) return;
      this.#options.logger.warn(`Cannot register "${this.procedure}" again: ${textOf(error)}; trying again`);
      this.#options.onRefused(this.procedure, error instanceof Error ? error : new Error(String(error)));
      this.#retry.later(() => void this.renew(session));
    }
  }

  /** The session is gone. */
  lost(): void {
    this.#retry.end();
    this.#wire = undefined;
    this.#session = undefined;
  }

  async #register(): Promise<void> {
    const session = this.#options.session();
    if (session === undefined) {
      throw new NotConnectedError(`Cannot register "${this.procedure}": not connected`);
    }
    const wire = await session.register(this.procedure, this.#wireOptions, this.#handler, this.#floats);
    this.#wire = wire;
    this.#session = session;
    wire.on_unregister.then((reason) => {
      if (this.#wire !== wire || this.#ended) return;
      this.#wire = undefined;
      this.#options.logger.warn(
        `The router ended the registration of "${this.procedure}": ${reason}; trying again`,
      );
      this.#options.onRefused(
        this.procedure,
        new WampError("wamp.error.unregistered", [`The router ended the registration: ${reason}`]),
      );
      this.#retry.later(() => void this.renew(session));
    });
  }

  async #unregister(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    this.#retry.end();
    this.#forget();
    await this.#ready?.catch(() => {});
    const wire = this.#wire;
    this.#wire = undefined;
    if (wire === undefined) return;
    try {
      await this.#session?.unregister(wire);
    } catch (error) {
      if (!isLoss(error)) {
        this.#options.logger.warn(`Cannot unregister "${this.procedure}": ${textOf(error)}`);
      }
    }
  }
}

function shaped(event: WampEvent, floatMode: FloatMode, floats: Floats | undefined): WampEvent {
  const args = floatMode.shape(event.args, floats);
  const kwargs = floatMode.shape(event.kwargs, floats);
  return args === event.args && kwargs === event.kwargs ? event : { ...event, args, kwargs };
}

function isLoss(error: unknown): boolean {
  return error instanceof NotConnectedError || (error instanceof WampError && error.uri === TRANSPORT_LOST);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
