/** How many agents are started at a time, and which of them first. @module */
import { Float } from "../../internal/float.ts";
import type { ManagedInstance } from "./managed_instance.ts";

/** The rules of starts. */
export interface StartRules {
  /** How many agents may be starting at a time; 0: any number, as with Python's host manager. */
  readonly maxStarting: number;
  /** How long an agent counts as starting after its launch, in seconds. */
  readonly startSeconds: number;
  /** Instance ids of those that are started before all others, one after the other. */
  readonly first: readonly string[];
}

/** Whose turn it is. */
export interface Turns {
  /** Those that may be launched now. */
  readonly mayStart: ReadonlySet<ManagedInstance>;
  /** Unix seconds at which to look again; undefined where nobody waits for the time alone. */
  readonly wakeAtSeconds: number | undefined;
}

/** Rules and turns as session data show them. */
export interface StartsData {
  readonly max_starting: number;
  readonly start_seconds: Float;
  readonly start_first: readonly string[];
  /** Launched, and not through yet. */
  readonly starting: readonly string[];
  /** Those that wait for their turn, in its order. */
  readonly waiting: readonly string[];
}

/**
 * Decides whose turn it is to be launched.
 *
 * An agent counts as starting from its launch until it has run for a while; one that ends counts no more, so that one that
 * does not work holds nobody up for long. Without rules everybody may start at once, in the order of the site file.
 */
export class StartGate {
  readonly #rules: StartRules;
  readonly #launchedAt = new WeakMap<ManagedInstance, number>();
  #starting: readonly ManagedInstance[] = [];
  #waiting: readonly ManagedInstance[] = [];

  /** Nobody has been launched yet. */
  constructor(rules: StartRules) {
    this.#rules = rules;
  }

  /** Those that are to be first, as far as nobody of that name is there. */
  unknown(table: ReadonlyMap<string, ManagedInstance>): readonly string[] {
    return this.#rules.first.filter((id) => !table.has(id));
  }

  /** Notes a launch. */
  launched(one: ManagedInstance, nowSeconds: number): void {
    this.#launchedAt.set(one, nowSeconds);
  }

  /** Looks who is starting and who waits; the order of the table decides between those of equal right. */
  turns(table: ReadonlyMap<string, ManagedInstance>, nowSeconds: number): Turns {
    const { maxStarting, startSeconds } = this.#rules;
    const all = [...table.values()];
    const starting = all.filter((one) => this.#isStarting(one, nowSeconds));
    const wanting = all.filter((one) => one.isOperable && one.target === "up" && one.nextAction === "start")
      .sort((a, b) => this.#rank(a) - this.#rank(b));
    const room = maxStarting === 0 ? Infinity : Math.max(0, maxStarting - starting.length);
    const mayStart = new Set(wanting.filter((one) => this.#isNext(one, table, nowSeconds)).slice(0, room));
    this.#starting = starting;
    this.#waiting = wanting.filter((one) => !mayStart.has(one));
    const ends = starting.map((one) => (this.#launchedAt.get(one) ?? nowSeconds) + startSeconds);
    const next = Math.min(...ends.filter((end) => end > nowSeconds));
    return { mayStart, wakeAtSeconds: this.#waiting.length > 0 && next < Infinity ? next : undefined };
  }

  /** What there is to show, as of the last look. */
  get data(): StartsData {
    const { maxStarting, startSeconds, first } = this.#rules;
    return {
      max_starting: maxStarting,
      start_seconds: new Float(startSeconds),
      start_first: first,
      starting: this.#starting.map(({ instanceId }) => instanceId),
      waiting: this.#waiting.map(({ instanceId }) => instanceId),
    };
  }

  #isStarting(one: ManagedInstance, nowSeconds: number): boolean {
    const launchedAt = this.#launchedAt.get(one);
    if (launchedAt === undefined) return false;
    if (one.nextAction === "wait_start") return true;
    // A clock that was set back must not hold anybody up.
    const seconds = nowSeconds - launchedAt;
    return one.nextAction === "up" && seconds >= 0 && seconds < this.#rules.startSeconds;
  }

  /** Place among those that are to be first; behind them for all others. */
  #rank({ instanceId }: ManagedInstance): number {
    const { first } = this.#rules;
    const at = first.indexOf(instanceId);
    return at < 0 ? first.length : at;
  }

  /** Whether everybody that is to be started before it is through, or waits for another try. */
  #isNext(one: ManagedInstance, table: ReadonlyMap<string, ManagedInstance>, nowSeconds: number): boolean {
    return this.#rules.first.slice(0, this.#rank(one)).every((id) => {
      const before = table.get(id);
      if (before === undefined || !before.isOperable || before.target !== "up") return true;
      const isDue = before.nextAction === "start" || before.nextAction === "down";
      return !isDue && !this.#isStarting(before, nowSeconds);
    });
  }
}
