/** Procedures and subscriptions that outlive a session. @module */
import type { JoinedSession } from "./_joined_session.ts";
import { RegistrationUse } from "./_registration_use.ts";
import { SubscriptionUse } from "./_subscription_use.ts";
import type { UsesOptions } from "./_use_support.ts";
import type { Match, RegisterOptions, WampInvocation } from "./wamp_session.ts";

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
