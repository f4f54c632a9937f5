/** What a session wants published when it is gone (spec 6.3). @module */
import type { Dict } from "../../wamp/message.ts";
import type { Payload } from "../../wamp/payload.ts";

/** When a testament is due; here both mean the end of the session, but they are flushed apart. */
export type TestamentScope = "destroyed" | "detached";

/** One publication to be made at the end of a session. */
export interface Testament {
  /** When it is due. */
  readonly scope: TestamentScope;
  /** Topic. */
  readonly topic: string;
  /** Args and kwargs. */
  readonly payload: Payload;
  /** Options as of PUBLISH. */
  readonly options: Dict;
  /** What it is reckoned at. */
  readonly sizeBytes: number;
}
