/** The session that relayed data goes to. @module */
import type { Session } from "../../framework/session.ts";

/**
 * The run that what publishers say belongs to: at most one, that of whoever holds the agent's lock.
 *
 * Spec: smurf 2.5.
 */
export class CurrentSession {
  #session: Session | undefined;

  /** The run that takes relayed data now; undefined when none does. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Makes a run the current one until the end of the scope. */
  attach(session: Session): Disposable {
    this.#session = session;
    return {
      [Symbol.dispose]: () => {
        if (this.#session === session) this.#session = undefined;
      },
    };
  }
}
