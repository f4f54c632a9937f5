/** Who of the subscribers receives an event (spec 3.5). @module */
import type { Dict } from "../../wamp/message.ts";
import type { Session } from "./session.ts";

/** The lists of a PUBLISH; absent ones restrict nothing. */
export class ReceiverFilter {
  readonly #exclude: ReadonlySet<unknown> | undefined;
  readonly #excludeAuthid: ReadonlySet<unknown> | undefined;
  readonly #excludeAuthrole: ReadonlySet<unknown> | undefined;
  readonly #eligible: ReadonlySet<unknown> | undefined;
  readonly #eligibleAuthid: ReadonlySet<unknown> | undefined;
  readonly #eligibleAuthrole: ReadonlySet<unknown> | undefined;

  private constructor(options: Dict, emptyEligible: "nobody" | "everybody") {
    const eligible = (value: unknown) => {
      const list = listOf(value);
      return list?.size === 0 && emptyEligible === "everybody" ? undefined : list;
    };
    this.#exclude = listOf(options.exclude);
    this.#excludeAuthid = listOf(options.exclude_authid);
    this.#excludeAuthrole = listOf(options.exclude_authrole);
    this.#eligible = eligible(options.eligible);
    this.#eligibleAuthid = eligible(options.eligible_authid);
    this.#eligibleAuthrole = eligible(options.eligible_authrole);
  }

  /** Makes the filter of a PUBLISH; undefined when it has no lists, which is nearly always. */
  static of(options: Dict, emptyEligible: "nobody" | "everybody"): ReceiverFilter | undefined {
    for (const key in options) {
      if ((key.startsWith("exclude") && key !== "exclude_me") || key.startsWith("eligible")) {
        return new ReceiverFilter(options, emptyEligible);
      }
    }
    return undefined;
  }

  /** Whether this session may have the event. */
  passes(session: Session): boolean {
    const { authid, role } = session.identity;
    if (this.#exclude?.has(session.id) === true) return false;
    if (this.#excludeAuthid?.has(authid) === true) return false;
    if (this.#excludeAuthrole?.has(role.name) === true) return false;
    if (this.#eligible?.has(session.id) === false) return false;
    if (this.#eligibleAuthid?.has(authid) === false) return false;
    return this.#eligibleAuthrole?.has(role.name) !== false;
  }
}

function listOf(value: unknown): ReadonlySet<unknown> | undefined {
  return Array.isArray(value) ? new Set(value) : undefined;
}
