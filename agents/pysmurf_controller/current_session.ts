/** The session that relayed data goes to. @module */
import type { Session } from "../../framework/session.ts";
import { DataBudget } from "./data_budget.ts";

/**
 * The run that what publishers say belongs to: at most one, that of whoever holds the agent's lock.
 *
 * Spec: smurf 2.5.
 */
export class CurrentSession {
  #session: Session | undefined;
  #budget = new DataBudget();

  /** The run that takes relayed data now; undefined when none does. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** What is left for relayed data in the current run. */
  get budget(): DataBudget {
    return this.#budget;
  }

  /** Makes a run the current one until the end of the scope. */
  attach(session: Session): Disposable {
    this.#session = session;
    this.#budget = new DataBudget();
    return {
      [Symbol.dispose]: () => {
        if (this.#session === session) this.#session = undefined;
      },
    };
  }
}
