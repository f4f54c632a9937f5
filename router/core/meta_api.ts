/** The router's own procedures (spec 6.1). @module */
import type { Call } from "../../wamp/message.ts";
import type { Realm } from "./realm.ts";
import type { RealmParts } from "./realm_parts.ts";
import type { Session } from "./session.ts";

/** Answers calls of `wamp.*` procedures. */
export class MetaApi {
  /** Makes the meta API of a realm. */
  constructor(_realm: Realm, _parts: RealmParts) {
  }

  /** Answers a call; false when there is no such procedure. */
  answer(_session: Session, _call: Call): boolean {
    return false;
  }
}
