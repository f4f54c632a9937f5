/**
 * The WAMP session of the client.
 *
 * Only its session file: the package's main file loads four more packages that nothing here uses and doubles
 * the time to load. @module
 */
// @ts-types="./autobahn.d.ts"
export {
  Error as AutobahnError,
  Registration,
  Result,
  Session,
  Subscription,
} from "npm:autobahn@26.3.1/lib/session.js";
// @ts-types="./autobahn.d.ts"
export type {
  Deferred,
  EventInfo,
  InvocationInfo,
  SessionTransport,
} from "npm:autobahn@26.3.1/lib/session.js";
