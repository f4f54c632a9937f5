/** What a role may do, decided per action and URI (spec 5.7). @module */
import type { MatchPolicy } from "../../wamp/uri.ts";
import type { Action, PermissionConfig, RoleConfig } from "./options.ts";
import { UriIndex } from "./uri_index.ts";

/** Answer to "may this role do that?". */
export interface Decision {
  /** Whether it may. */
  readonly allowed: boolean;
  /** Whether callees learn the caller; undefined: when the caller asks for it. */
  readonly discloseCaller: boolean | undefined;
  /** Whether subscribers learn the publisher; undefined: when the publisher asks for it. */
  readonly disclosePublisher: boolean | undefined;
}

const DENIED: Decision = { allowed: false, discloseCaller: undefined, disclosePublisher: undefined };
const TRUSTED: Decision = { allowed: true, discloseCaller: undefined, disclosePublisher: undefined };

/** A role of a realm, with its decisions remembered. */
export class Role {
  /** Name, such as `iocs_agent`. */
  readonly name: string;
  /** Whether `force_reregister` may throw out other sessions' registrations. */
  readonly takeover: boolean;
  readonly #entries = new UriIndex<PermissionConfig>();
  readonly #decisions: Record<Action, Map<string, Decision>> = {
    call: new Map(),
    register: new Map(),
    publish: new Map(),
    subscribe: new Map(),
  };
  readonly #cacheSize: number;

  /** Makes the role; of two entries for the same URI and match the later one counts. */
  constructor(config: RoleConfig, cacheSize: number) {
    this.name = config.name;
    this.takeover = config.takeover ?? config.name === TRUSTED_ROLE;
    this.#cacheSize = cacheSize;
    for (const entry of config.permissions) {
      const { uri, match } = unstarred(entry);
      this.#entries.remove(uri, match);
      this.#entries.add(uri, match, entry);
    }
  }

  /**
   * Decides whether this role may do `action` to `uri`.
   *
   * A pattern of SUBSCRIBE or REGISTER is judged by its text, as if it were a URI.
   */
  decide(action: Action, uri: string): Decision {
    if (this.name === TRUSTED_ROLE) return TRUSTED;
    const decisions = this.#decisions[action];
    const known = decisions.get(uri);
    if (known !== undefined) return known;
    const decision = this.#judge(action, uri);
    if (decisions.size >= this.#cacheSize) decisions.clear();
    decisions.set(uri, decision);
    return decision;
  }

  #judge(action: Action, uri: string): Decision {
    // Crossbar lets a matching wildcard entry win over a prefix entry; a call chooses the other way round.
    const entry = this.#entries.exact(uri) ?? this.#entries.bestWildcard(uri) ??
      this.#entries.longestPrefix(uri);
    if (entry?.allow?.[action] !== true) return DENIED;
    return {
      allowed: true,
      discloseCaller: entry.disclose?.caller,
      disclosePublisher: entry.disclose?.publisher,
    };
  }
}

/** Name of the role that may do everything. */
export const TRUSTED_ROLE = "trusted";

/** Reads crossbar's starred form: `a.b.*` is a prefix, `a.*.c` a wildcard, `*` everything, no star exact. */
export function unstarred(
  entry: Pick<PermissionConfig, "uri" | "match">,
): { readonly uri: string; readonly match: MatchPolicy } {
  const { uri, match } = entry;
  if (match !== undefined) return { uri, match };
  const stars = uri.split("*").length - 1;
  if (stars === 0) return { uri, match: "exact" };
  if (stars === 1 && uri.endsWith("*")) return { uri: uri.slice(0, -1), match: "prefix" };
  return { uri: uri.replaceAll("*", ""), match: "wildcard" };
}
