/** A subscription: the pair of topic and match, shared by all its subscribers. @module */
import type { MatchPolicy } from "../../wamp/uri.ts";
import type { RetainedEvent } from "./retained.ts";
import type { Session } from "./session.ts";

/** One (topic, match) with its subscribers in order of subscription. */
export class Subscription {
  /** Subscription id. */
  readonly id: number;
  /** Topic or pattern. */
  readonly uri: string;
  /** How `uri` is compared. */
  readonly match: MatchPolicy;
  /** ISO 8601 UTC. */
  readonly created: string;
  /** The event kept for those who come later; exact subscriptions only. */
  retained: RetainedEvent | undefined;
  readonly #members = new Set<Session>();
  #receivers: readonly Session[] | undefined;

  /** Makes a subscription without subscribers. */
  constructor(id: number, uri: string, match: MatchPolicy, created: string) {
    this.id = id;
    this.uri = uri;
    this.match = match;
    this.created = created;
  }

  /** How many sessions hold it. */
  get size(): number {
    return this.#members.size;
  }

  /** The subscribers; the list is made once per change, not once per event. */
  get receivers(): readonly Session[] {
    return this.#receivers ??= [...this.#members];
  }

  /** Adds a subscriber. */
  add(session: Session): void {
    this.#members.add(session);
    this.#receivers = undefined;
  }

  /** Removes a subscriber. */
  remove(session: Session): void {
    this.#members.delete(session);
    this.#receivers = undefined;
  }
}
