/** What a session wants published when it is gone (spec 6.3). @module */
import type { Dict } from "../../wamp/message.ts";
import type { Payload } from "../../wamp/payload.ts";

/** One publication to be made at the end of a session. */
export interface Testament {
  /** `destroyed` or `detached`; both are published when the session goes. */
  readonly scope: string;
  /** Topic. */
  readonly topic: string;
  /** Args and kwargs. */
  readonly payload: Payload;
  /** Options as of PUBLISH. */
  readonly options: Dict;
}
