/** What WELCOME says (spec 2.6). @module */
import type { Welcome } from "../../wamp/message.ts";
import type { Session } from "./session.ts";

/** Makes a dict of features that are all true. */
function features(names: readonly string[]): { readonly features: Readonly<Record<string, boolean>> } {
  return Object.freeze({ features: Object.freeze(Object.fromEntries(names.map((name) => [name, true]))) });
}

// autobahn-python refuses any other role and any feature that is no bool.
const ROLES = Object.freeze({
  broker: features([
    "publisher_identification",
    "publisher_exclusion",
    "subscriber_blackwhite_listing",
    "pattern_based_subscription",
    "event_retention",
    "session_meta_api",
    "subscription_meta_api",
    "subscription_revocation",
  ]),
  dealer: features([
    "caller_identification",
    "pattern_based_registration",
    "shared_registration",
    "call_timeout",
    "call_canceling",
    "progressive_call_results",
    "session_meta_api",
    "registration_meta_api",
    "registration_revocation",
    "testament_meta_api",
  ]),
});

/** Makes the WELCOME of a session. */
export function welcomeOf(session: Session, agent: string): Welcome {
  const { authid, role, authmethod, authprovider, authextra } = session.identity;
  return {
    type: 2,
    session: session.id,
    details: {
      realm: session.realm,
      authid,
      authrole: role.name,
      authmethod,
      authprovider,
      authextra,
      roles: ROLES,
      agent,
    },
  };
}

/** Tells what is wrong with the roles of a HELLO; undefined when nothing is. */
export function rolesFault(roles: unknown): string | undefined {
  if (typeof roles !== "object" || roles === null || Array.isArray(roles)) {
    return "HELLO details roles is not a dict";
  }
  const entries = Object.values(roles);
  if (entries.length === 0) return "HELLO details roles is empty";
  if (entries.some((entry) => typeof entry !== "object" || entry === null || Array.isArray(entry))) {
    return "HELLO details roles has a role that is not a dict";
  }
  return undefined;
}
