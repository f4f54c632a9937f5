/** Subscriptions and publications of a realm (spec 3). @module */
import type { Dict, Event, Publish, Subscribe, Unsubscribe } from "../../wamp/message.ts";
import type { Payload } from "../../wamp/payload.ts";
import { checkUri, isReservedUri, type MatchPolicy } from "../../wamp/uri.ts";
import { errorReply, NO_DETAILS, refusalText } from "./errors_out.ts";
import { ReceiverFilter } from "./exclusion.ts";
import type { MetaSink } from "./meta_sink.ts";
import { optionFault } from "./option_rules.ts";
import { type RealmParts, SparseLog } from "./realm_parts.ts";
import { RetainedStore } from "./retained.ts";
import type { Session } from "./session.ts";
import { SubscriptionIndex, type TopicEntry } from "./subscription_index.ts";
import type { Subscription } from "./subscriptions.ts";
import { patternFault, shortUri } from "./uri_rules.ts";

/** What a fan-out needs besides topic and payload. */
interface FanOut {
  readonly publication: number;
  readonly exclude: Session | undefined;
  readonly filter: ReceiverFilter | undefined;
  readonly disclosed: Dict;
}

/** The broker of one realm. Every method answers through the session's link; a returned text is a violation. */
export class Broker {
  readonly #parts: RealmParts;
  readonly #meta: MetaSink;
  readonly #log: SparseLog;
  /** Every subscription. */
  readonly index: SubscriptionIndex;
  /** Every retained event. */
  readonly retained: RetainedStore;

  /** Makes a broker without subscriptions. */
  constructor(parts: RealmParts, meta: MetaSink) {
    this.#parts = parts;
    this.#meta = meta;
    this.#log = new SparseLog(parts.clock, parts.logger);
    this.index = new SubscriptionIndex(parts);
    this.retained = new RetainedStore(parts.limits);
  }

  /** Handles PUBLISH. */
  publish(session: Session, message: Publish): string | undefined {
    const { options, topic, payload } = message;
    const violation = optionFault("PUBLISH", options);
    if (violation !== undefined) return violation;
    const acknowledge = options.acknowledge === true;
    const known = this.index.cached(topic);
    if (known === undefined) {
      const fault = checkUri(topic);
      if (fault !== undefined) {
        return this.#refuse(
          session,
          message,
          "wamp.error.invalid_uri",
          () => `publish with invalid topic URI: ${fault}`,
        );
      }
    }
    if (isReservedUri(topic)) {
      return this.#refuse(
        session,
        message,
        "wamp.error.invalid_uri",
        () => `publish with restricted topic URI '${topic}'`,
      );
    }
    const decision = session.role.decide("publish", topic);
    if (!decision.allowed) {
      return this.#refuse(
        session,
        message,
        "wamp.error.not_authorized",
        () => refusalText(session, "publish", topic),
      );
    }
    const publication = this.#parts.ids.publication();
    this.#parts.counters.publications++;
    if (acknowledge) session.send({ type: 17, request: message.request, publication });
    const disclose = decision.disclosePublisher ?? options.disclose_me === true;
    const fanOut: FanOut = {
      publication,
      exclude: options.exclude_me === false ? undefined : session,
      filter: ReceiverFilter.of(options, this.#parts.behaviour.emptyEligible),
      disclosed: disclose ? publisherDetails(session) : NO_DETAILS,
    };
    this.#deliver(known ?? this.index.entry(topic), payload, fanOut);
    if (options.retain === true) this.#retain(topic, payload, fanOut);
    return undefined;
  }

  /** Publishes what the router itself has to say: meta events, testaments. */
  publishOwn(topic: string, payload: () => Payload, options: Dict = NO_DETAILS): void {
    const entry = this.index.entry(topic);
    if (entry.subscriptions.length === 0 && options.retain !== true) return;
    const fanOut: FanOut = {
      publication: this.#parts.ids.publication(),
      exclude: undefined,
      filter: ReceiverFilter.of(options, this.#parts.behaviour.emptyEligible),
      disclosed: NO_DETAILS,
    };
    const made = payload();
    this.#deliver(entry, made, fanOut);
    if (options.retain === true) this.#retain(topic, made, fanOut);
  }

  /** Handles SUBSCRIBE. */
  subscribe(session: Session, message: Subscribe): string | undefined {
    const { options, topic, request } = message;
    const violation = optionFault("SUBSCRIBE", options);
    if (violation !== undefined) return violation;
    const match = matchOf(options);
    const fault = patternFault(topic, match, this.#parts.limits);
    if (fault !== undefined) {
      session.send(
        errorReply(
          32,
          request,
          "wamp.error.invalid_uri",
          `subscribe for invalid topic URI: ${fault}`,
        ),
      );
      return undefined;
    }
    if (!session.role.decide("subscribe", topic).allowed) {
      session.send(
        errorReply(32, request, "wamp.error.not_authorized", refusalText(session, "subscribe", topic)),
      );
      return undefined;
    }
    let subscription = this.index.get(topic, match);
    if (subscription === undefined || !session.subscriptions.has(subscription.id)) {
      const limit = this.#parts.limits.subscriptionsPerSession;
      if (session.subscriptions.size >= limit) {
        session.send(
          errorReply(
            32,
            request,
            "wamp.error.unavailable",
            `subscribe to topic '${topic}' refused: the session has ${limit} subscriptions, which is the limit`,
          ),
        );
        return undefined;
      }
    }
    const isNew = subscription === undefined;
    subscription ??= this.index.create(topic, match);
    const { id } = subscription;
    const isMember = session.subscriptions.has(id);
    if (!isMember) {
      subscription.add(session);
      session.subscriptions.add(id);
    }
    session.send({ type: 33, request, subscription: id });
    if (options.get_retained === true) this.#deliverRetained(session, subscription);
    if (isMember || topic.startsWith("wamp.")) return undefined;
    if (isNew) {
      this.#meta("wamp.subscription.on_create", () => [session.id, subscriptionDetails(subscription)]);
    }
    this.#meta("wamp.subscription.on_subscribe", () => [session.id, id]);
    return undefined;
  }

  /** Handles UNSUBSCRIBE. */
  unsubscribe(session: Session, message: Unsubscribe): string | undefined {
    const subscription = this.index.byId(message.subscription);
    if (subscription === undefined || !session.subscriptions.has(subscription.id)) {
      session.send(
        errorReply(
          34,
          message.request,
          "wamp.error.no_such_subscription",
          `unsubscribe for subscription ${message.subscription} that this session does not hold`,
        ),
      );
      return undefined;
    }
    this.#leave(session, subscription, () => session.send({ type: 35, request: message.request }));
    return undefined;
  }

  /** Takes a subscription from a session that did not ask for it (spec 3.9). */
  revoke(session: Session, subscription: Subscription, reason: string): void {
    this.#leave(session, subscription, () => {
      if (!session.revocable.subscriptions) return;
      session.send({ type: 35, request: 0, details: { subscription: subscription.id, reason } });
    });
  }

  /** Removes a session that is gone from all its subscriptions. */
  removeSession(session: Session): void {
    for (const id of [...session.subscriptions]) {
      const subscription = this.index.byId(id);
      if (subscription !== undefined) this.#leave(session, subscription, () => {});
    }
  }

  #leave(session: Session, subscription: Subscription, reply: () => void): void {
    session.subscriptions.delete(subscription.id);
    subscription.remove(session);
    const deleted = subscription.size === 0 && subscription.retained === undefined;
    if (deleted) this.index.delete(subscription);
    reply();
    if (subscription.uri.startsWith("wamp.")) return;
    this.#meta("wamp.subscription.on_unsubscribe", () => [session.id, subscription.id]);
    if (deleted) this.#meta("wamp.subscription.on_delete", () => [session.id, subscription.id]);
  }

  // The same message object goes to every receiver of a subscription: the wire layer encodes it once.
  #deliver(entry: TopicEntry, payload: Payload, fanOut: FanOut): void {
    const { publication, exclude, filter, disclosed } = fanOut;
    const patternDetails = disclosed === NO_DETAILS ? entry.details : { ...entry.details, ...disclosed };
    let sent = 0;
    for (const subscription of entry.subscriptions) {
      const event: Event = {
        type: 36,
        subscription: subscription.id,
        publication,
        details: subscription.match === "exact" ? disclosed : patternDetails,
        payload,
      };
      for (const receiver of subscription.receivers) {
        if (receiver === exclude || (filter !== undefined && !filter.passes(receiver))) continue;
        receiver.link.send(event);
        sent++;
      }
    }
    this.#parts.counters.events += sent;
  }

  #retain(topic: string, payload: Payload, fanOut: FanOut): void {
    const { publication, disclosed, filter } = fanOut;
    const { kept, dropped } = this.retained.keep({ topic, publication, disclosed, filter }, payload);
    for (const old of dropped) {
      this.#parts.counters.droppedRetained++;
      if (old === kept) continue;
      const subscription = this.index.get(old.topic, "exact");
      if (subscription === undefined) continue;
      subscription.retained = undefined;
      if (subscription.size === 0) this.index.delete(subscription);
    }
    if (dropped.includes(kept)) return;
    const subscription = this.index.get(topic, "exact") ?? this.index.create(topic, "exact");
    subscription.retained = kept;
  }

  #deliverRetained(session: Session, subscription: Subscription): void {
    const isExact = subscription.match === "exact";
    const own = subscription.retained === undefined ? [] : [subscription.retained];
    for (const event of isExact ? own : this.retained.all()) {
      if (event.filter?.passes(session) === false) continue;
      if (!isExact && !this.index.matches(subscription, event.topic)) continue;
      this.#parts.counters.events++;
      session.send({
        type: 36,
        subscription: subscription.id,
        publication: event.publication,
        details: { ...(isExact ? {} : { topic: event.topic }), ...event.disclosed, retained: true },
        payload: event.payload,
      });
    }
  }

  #refuse(session: Session, message: Publish, error: string, text: () => string): undefined {
    if (message.options.acknowledge === true) {
      session.send(errorReply(16, message.request, error, text()));
      return undefined;
    }
    this.#parts.counters.droppedPublications++;
    this.#log.warn(`${session.id} ${shortUri(message.topic)}`, () => `Publication dropped: ${text()}`);
    return undefined;
  }
}

/** The match option, which has been checked. */
export function matchOf(options: Dict): MatchPolicy {
  return options.match === "prefix" || options.match === "wildcard" ? options.match : "exact";
}

/** What the meta API tells of a subscription. */
export function subscriptionDetails(subscription: Subscription): Dict {
  const { id, created, uri, match } = subscription;
  return { id, created, uri, match };
}

function publisherDetails(session: Session): Dict {
  const { authid, role } = session.identity;
  return { publisher: session.id, publisher_authid: authid, publisher_authrole: role.name };
}
