/** A registration: the pair of procedure and match, its callees, and who of them is next (spec 4.3). @module */
import type { MatchPolicy } from "../../wamp/uri.ts";
import type { RouterRandom } from "./options.ts";
import type { Session } from "./session.ts";

/** Who of several callees gets a call. */
export type InvokePolicy = "single" | "first" | "last" | "roundrobin" | "random";

interface Callee {
  readonly session: Session;
  readonly concurrency: number;
  open: number;
}

/** Why no callee can take a call. */
export type NoCallee = "busy" | "blocked";

/** One (procedure, match) with its callees in order of registration. */
export class Registration {
  /** Registration id. */
  readonly id: number;
  /** Procedure or pattern. */
  readonly uri: string;
  /** How `uri` is compared. */
  readonly match: MatchPolicy;
  /** Who of several callees gets a call. */
  readonly policy: InvokePolicy;
  /** Seconds since 1970 when it was made. */
  readonly createdSeconds: number;
  /** Whether the timeout of a call is passed on to the callee. */
  readonly forwardTimeout: boolean;
  readonly #callees: Callee[] = [];
  #next = 0;

  /** Makes a registration without callees. */
  constructor(
    id: number,
    wanted: {
      uri: string;
      match: MatchPolicy;
      policy: InvokePolicy;
      forwardTimeout: boolean;
      createdSeconds: number;
    },
  ) {
    this.id = id;
    this.uri = wanted.uri;
    this.match = wanted.match;
    this.policy = wanted.policy;
    this.forwardTimeout = wanted.forwardTimeout;
    this.createdSeconds = wanted.createdSeconds;
  }

  /** The callees in order of registration. */
  get sessions(): readonly Session[] {
    return this.#callees.map((callee) => callee.session);
  }

  /** How many callees there are. */
  get size(): number {
    return this.#callees.length;
  }

  /** Appends a callee; `concurrency` is how many open calls it takes. */
  add(session: Session, concurrency: number): void {
    this.#callees.push({ session, concurrency, open: 0 });
  }

  /** Removes a callee; its successor is not skipped. */
  remove(session: Session): void {
    const at = this.#callees.findIndex((callee) => callee.session === session);
    if (at < 0) return;
    this.#callees.splice(at, 1);
    if (at < this.#next) this.#next--;
  }

  /** Chooses who gets the next call, or says why nobody can. */
  choose(random: RouterRandom, openLimit: number): Session | NoCallee {
    const count = this.#callees.length;
    let start = 0;
    if (count > 1) {
      if (this.policy === "last") start = count - 1;
      else if (this.policy === "roundrobin") start = this.#next % count;
      else if (this.policy === "random") start = random.id() % count;
    }
    const step = this.policy === "last" ? count - 1 : 1;
    let reason: NoCallee = "blocked";
    for (let tried = 0, at = start; tried < count; tried++, at = (at + step) % count) {
      const callee = this.#callees[at];
      if (callee === undefined) break;
      if (callee.open >= callee.concurrency) {
        reason = "busy";
        continue;
      }
      if (!callee.session.link.writable || callee.session.serving.size >= openLimit) continue;
      this.#next = at + 1;
      return callee.session;
    }
    return reason;
  }

  /** Counts a call that a callee has begun. */
  began(session: Session): void {
    if (this.#callees.length === 1 && this.#callees[0]?.session === session) this.#callees[0].open++;
    else this.#change(session, 1);
  }

  /** Counts a call that a callee has ended. */
  ended(session: Session): void {
    this.#change(session, -1);
  }

  #change(session: Session, by: number): void {
    for (const callee of this.#callees) {
      if (callee.session === session) callee.open = Math.max(0, callee.open + by);
    }
  }
}
