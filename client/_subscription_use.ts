/** One topic with its handlers, over sessions. @module */
import type { Subscription as WireSubscription } from "../deps/autobahn.ts";
import type { FloatMode } from "./_float_mode.ts";
import type { JoinedSession } from "./_joined_session.ts";
import { textOf } from "./_session_machine.ts";
import { isLoss, Retry, type UsesOptions } from "./_use_support.ts";
import { NotConnectedError } from "./errors.ts";
import type { Floats, Match, Subscription, WampEvent } from "./wamp_session.ts";

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

function shaped(event: WampEvent, floatMode: FloatMode, floats: Floats | undefined): WampEvent {
  const args = floatMode.shape(event.args, floats);
  const kwargs = floatMode.shape(event.kwargs, floats);
  return args === event.args && kwargs === event.kwargs ? event : { ...event, args, kwargs };
}
