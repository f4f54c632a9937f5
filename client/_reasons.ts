/** Reasons that several files of the client compare with. @module */

/** Reason of a session whose connection broke, and of all that waited for it; never sent. */
export const TRANSPORT_LOST = "wamp.close.transport_lost";
