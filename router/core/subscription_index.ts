/** All subscriptions of a realm, and which of them a topic reaches. @module */
import type { Dict } from "../../wamp/message.ts";
import type { MatchPolicy } from "../../wamp/uri.ts";
import { isoTime, type RealmParts } from "./realm_parts.ts";
import { Subscription } from "./subscriptions.ts";
import { UriIndex } from "./uri_index.ts";

/** A topic with the subscriptions it reaches, remembered until a subscription comes or goes. */
export interface TopicEntry {
  /** Event details for pattern subscriptions; one object per topic, so that it can be encoded once. */
  readonly details: Dict;
  /** Exact first, then prefixes from the shortest, then wildcards. */
  readonly subscriptions: readonly Subscription[];
}

/** The subscriptions of a realm. */
export class SubscriptionIndex {
  readonly #parts: RealmParts;
  readonly #index = new UriIndex<Subscription>();
  readonly #byId = new Map<number, Subscription>();
  readonly #topics = new Map<string, TopicEntry>();

  /** Makes an empty index. */
  constructor(parts: RealmParts) {
    this.#parts = parts;
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** How many topics are remembered. */
  get cachedTopics(): number {
    return this.#topics.size;
  }

  /** Lookups done so far, for tests of the cost. */
  get steps(): number {
    return this.#index.steps;
  }

  /** All subscriptions. */
  all(): Iterable<Subscription> {
    return this.#byId.values();
  }

  /** The subscription with this id. */
  byId(id: number): Subscription | undefined {
    return this.#byId.get(id);
  }

  /** The subscription of exactly this pair. */
  get(uri: string, match: MatchPolicy): Subscription | undefined {
    return this.#index.get(uri, match);
  }

  /** What is remembered of a topic. */
  cached(topic: string): TopicEntry | undefined {
    return this.#topics.get(topic);
  }

  /** The subscriptions that a valid topic reaches. */
  entry(topic: string): TopicEntry {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const entry = { details: Object.freeze({ topic }), subscriptions: this.#index.matching(topic) };
    if (this.#topics.size >= this.#parts.limits.topicCache) this.#topics.clear();
    this.#topics.set(topic, entry);
    return entry;
  }

  /** The subscriptions that a topic reaches, without remembering them. */
  matching(topic: string): Subscription[] {
    return this.#index.matching(topic);
  }

  /** Whether a subscription matches a topic. */
  matches(subscription: Subscription, topic: string): boolean {
    return this.entry(topic).subscriptions.includes(subscription);
  }

  /** Makes the subscription of a pair that has none. */
  create(uri: string, match: MatchPolicy): Subscription {
    let id = this.#parts.random.id();
    while (this.#byId.has(id)) id = this.#parts.random.id();
    const subscription = new Subscription(id, uri, match, isoTime(this.#parts.clock.now()));
    this.#byId.set(id, subscription);
    this.#index.add(uri, match, subscription);
    this.#forget(subscription);
    return subscription;
  }

  /** Removes a subscription that nobody holds. */
  delete(subscription: Subscription): void {
    this.#byId.delete(subscription.id);
    this.#index.remove(subscription.uri, subscription.match);
    this.#forget(subscription);
  }

  // An exact subscription concerns one topic; a pattern may concern any.
  #forget(subscription: Subscription): void {
    if (subscription.match === "exact") this.#topics.delete(subscription.uri);
    else this.#topics.clear();
  }
}
