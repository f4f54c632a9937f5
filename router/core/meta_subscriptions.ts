/** `wamp.subscription.*` (spec 6.1). @module */
import { checkUri, isReservedUri } from "../../wamp/uri.ts";
import { subscriptionDetails } from "./broker.ts";
import { idsByMatch, type MetaHandler, MetaRefusal, type MetaRequest } from "./meta_request.ts";
import { TRUSTED_ROLE } from "./permissions.ts";
import type { Session } from "./session.ts";
import type { Subscription } from "./subscriptions.ts";

/** Handlers by procedure. */
export const SUBSCRIPTION_PROCEDURES: Readonly<Record<string, MetaHandler>> = {
  "wamp.subscription.list": (request) => ({
    value: idsByMatch([...request.view.broker.index.all()].filter((entry) => isVisible(request, entry))),
  }),
  "wamp.subscription.lookup": (request) => {
    const found = request.view.broker.index.get(request.text(0), request.match(1));
    return { value: found !== undefined && isVisible(request, found) ? found.id : null };
  },
  "wamp.subscription.match": (request) => {
    const topic = request.text(0);
    if (checkUri(topic) !== undefined) return { value: null };
    const found = request.view.broker.index.matching(topic).filter((entry) => isVisible(request, entry));
    return { value: found.length === 0 ? null : found.map(({ id }) => id) };
  },
  "wamp.subscription.get": (request) => ({ value: subscriptionDetails(wanted(request)) }),
  "wamp.subscription.list_subscribers": (request) => ({ value: subscribers(request).map(({ id }) => id) }),
  "wamp.subscription.count_subscribers": (request) => ({ value: subscribers(request).length }),
  "wamp.subscription.remove_subscriber": (request) => {
    const subscription = wanted(request);
    const subscriber = subscribers(request).find(({ id }) => id === request.id(1));
    if (subscriber === undefined) {
      throw new MetaRefusal(
        "wamp.error.no_such_session",
        `session ${request.id(1)} is not a subscriber of subscription ${subscription.id}`,
      );
    }
    const reason = request.reason("wamp.error.unsubscribed");
    return { value: null, then: () => request.view.broker.revoke(subscriber, subscription, reason) };
  },
  "wamp.subscription.get_events": () => {
    const text = "this router keeps no event history";
    throw new MetaRefusal("wamp.error.history_unavailable", text, { message: text });
  },
};

/** Whoever is not trusted does not learn who listens to the router itself. */
function isVisible(request: MetaRequest, subscription: Subscription): boolean {
  return request.caller.role.name === TRUSTED_ROLE || !isReservedUri(subscription.uri);
}

function wanted(request: MetaRequest): Subscription {
  const id = request.id(0);
  const subscription = request.view.broker.index.byId(id);
  if (subscription !== undefined && isVisible(request, subscription)) return subscription;
  throw new MetaRefusal(
    "wamp.error.no_such_subscription",
    `no subscription with ID ${id} exists on this broker`,
  );
}

function subscribers(request: MetaRequest): Session[] {
  return wanted(request).receivers.filter(({ internal }) => !internal);
}
