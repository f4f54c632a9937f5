/** What the client tells the router that it can. @module */

/** Roles and features in HELLO (autobahn announces no `call_canceling` for callees and no retained events). */
export const ROLES = {
  publisher: {
    features: {
      publisher_identification: true,
      subscriber_blackwhite_listing: true,
      publisher_exclusion: true,
    },
  },
  subscriber: {
    features: {
      publisher_identification: true,
      pattern_based_subscription: true,
      event_retention: true,
      subscription_revocation: true,
    },
  },
  caller: {
    features: {
      caller_identification: true,
      call_timeout: true,
      call_canceling: true,
      progressive_call_results: true,
    },
  },
  callee: {
    features: {
      caller_identification: true,
      pattern_based_registration: true,
      shared_registration: true,
      call_canceling: true,
      progressive_call_results: true,
      registration_revocation: true,
    },
  },
};
