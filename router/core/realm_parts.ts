/** What broker and dealer share within a realm. @module */
import type { Clock } from "../../internal/clock.ts";
import type { Logger } from "../../internal/log.ts";
import type { CoreCounters } from "./counters.ts";
import type { CoreBehaviour, CoreLimits, RouterRandom } from "./options.ts";

/** Everything that is handed in, with its defaults filled in. */
export interface RealmParts {
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: RouterRandom;
  /** Where oddities are told. */
  readonly logger: Logger;
  /** Bounds. */
  readonly limits: CoreLimits;
  /** Ways of other routers. */
  readonly behaviour: CoreBehaviour;
  /** Totals, shared by all realms of a core. */
  readonly counters: CoreCounters;
  /** Ids that rise. */
  readonly ids: RisingIds;
}

/** Ids that rise by one from a random start, shared by all realms of a core. */
export class RisingIds {
  #invocation: number;
  #publication: number;

  /** Starts both below 2^52, so that neither gets to 2^53 in the life of a router. */
  constructor(random: RouterRandom) {
    this.#invocation = Math.floor(random.id() / 2);
    this.#publication = Math.floor(random.id() / 2);
  }

  /** The next invocation id (spec 0.3 no. 3: never repeated, rising). */
  invocation(): number {
    return ++this.#invocation;
  }

  /** The next publication id. */
  publication(): number {
    return ++this.#publication;
  }
}

/** A time as the meta API writes it: ISO 8601 UTC with milliseconds. */
export function isoTime(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString();
}

/** Tells something that clients can cause at will: once a minute per key, and for a bounded number of keys. */
export class SparseLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #told = new Map<string, number>();

  /** Makes one that tells nothing yet. */
  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Logs a warning unless the same key had one within the last minute. */
  warn(key: string, text: () => string): void {
    const now = this.#clock.monotonicMs();
    const last = this.#told.get(key);
    if (last !== undefined && now - last < 60_000) return;
    if (this.#told.size >= 1_000) {
      for (const [known, at] of this.#told) if (now - at >= 60_000) this.#told.delete(known);
      if (this.#told.size >= 1_000) return;
    }
    this.#told.set(key, now);
    this.#logger.warn(text());
  }
}
