/** All registrations of a realm, and which of them a call goes to (spec 4.2). @module */
import type { MatchPolicy } from "../../wamp/uri.ts";
import type { RealmParts } from "./realm_parts.ts";
import { type InvokePolicy, Registration } from "./registrations.ts";
import { UriIndex } from "./uri_index.ts";

/** The registrations of a realm. */
export class RegistrationIndex {
  readonly #parts: RealmParts;
  readonly #index = new UriIndex<Registration>();
  readonly #byId = new Map<number, Registration>();

  /** Makes an empty index. */
  constructor(parts: RealmParts) {
    this.#parts = parts;
  }

  /** How many registrations there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** All registrations. */
  all(): Iterable<Registration> {
    return this.#byId.values();
  }

  /** The registration with this id. */
  byId(id: number): Registration | undefined {
    return this.#byId.get(id);
  }

  /** The registration of exactly this pair. */
  get(uri: string, match: MatchPolicy): Registration | undefined {
    return this.#index.get(uri, match);
  }

  /** The one registration a call goes to: exact, else the longest prefix, else the best wildcard; no fallback. */
  best(procedure: string): Registration | undefined {
    return this.#index.exact(procedure) ?? this.#index.longestPrefix(procedure) ??
      this.#index.bestWildcard(procedure);
  }

  /** Makes the registration of a pair that has none. */
  create(
    wanted: { uri: string; match: MatchPolicy; policy: InvokePolicy; forwardTimeout: boolean },
  ): Registration {
    let id = this.#parts.random.id();
    while (this.#byId.has(id)) id = this.#parts.random.id();
    const registration = new Registration(id, { ...wanted, createdSeconds: this.#parts.clock.now() });
    this.#byId.set(id, registration);
    this.#index.add(wanted.uri, wanted.match, registration);
    return registration;
  }

  /** Removes a registration; its open calls go on. */
  delete(registration: Registration): void {
    this.#byId.delete(registration.id);
    this.#index.remove(registration.uri, registration.match);
  }
}
