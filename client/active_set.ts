/** The agents a script still works with: those that fail are dropped, and too few of them end it. @module */
import type { Outcome } from "./fan_out.ts";
import type { SomeOperation } from "./parallel.ts";

/** Too many agents have failed to go on. `errors` has one for each that was dropped. */
export class TooFewError extends AggregateError {
  /** Name of the class. */
  override readonly name = "TooFewError";
}

/** Anything that stands for one agent, such as a client. */
export interface Member {
  /** Instance id of the agent. */
  readonly instanceId: string;
}

/**
 * Clients of several agents, of which the failing ones are dropped for the rest of the script (smurf 6, idiom 6).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const crates = new ActiveSet([{ instanceId: "smurf1" }, { instanceId: "smurf2" }], { minimum: 1 });
 * crates.drop("smurf2", new Error("no light"));
 * assert.deepEqual(crates.active, [{ instanceId: "smurf1" }]);
 * assert.throws(() => crates.drop("smurf1", new Error("no light either")), TooFewError);
 * ```
 */
export class ActiveSet<T extends Member> {
  readonly #active: Map<string, T>;
  readonly #dropped = new Map<string, Error>();
  readonly #minimum: number;

  /**
   * All are active at first.
   *
   * @throws {TooFewError} If they are fewer than `minimum` (default 1) from the beginning.
   */
  constructor(members: readonly T[], { minimum = 1 }: { readonly minimum?: number | undefined } = {}) {
    this.#active = new Map(members.map((member) => [member.instanceId, member]));
    this.#minimum = minimum;
    this.#check();
  }

  /** Those that are left, in their first order. */
  get active(): readonly T[] {
    return [...this.#active.values()];
  }

  /** Those that were dropped, and why. */
  get dropped(): ReadonlyMap<string, Error> {
    return this.#dropped;
  }

  /**
   * Drops one.
   *
   * @throws {TooFewError} If too few are left.
   */
  drop(instanceId: string, why: Error): void {
    if (this.#active.delete(instanceId)) this.#dropped.set(instanceId, why);
    this.#check();
  }

  /**
   * Drops all that failed.
   *
   * @param outcomes Of `fanOut` or `runInTurn`.
   * @returns The outcomes of the others.
   * @throws {TooFewError} If too few are left.
   */
  dropFailed<O extends Outcome<Pick<SomeOperation, "agent">>>(outcomes: readonly O[]): O[] {
    for (const { operation, error } of outcomes) {
      if (error !== undefined && this.#active.delete(operation.agent)) {
        this.#dropped.set(operation.agent, error);
      }
    }
    this.#check();
    return outcomes.filter(({ error }) => error === undefined);
  }

  #check(): void {
    if (this.#active.size >= this.#minimum) return;
    const lines = [...this.#dropped].map(([instanceId, error]) => `\n  ${instanceId}: ${error.message}`);
    throw new TooFewError(
      [...this.#dropped.values()],
      `Cannot go on with ${this.#active.size} agents: expected at least ${this.#minimum}; dropped:${
        lines.length === 0 ? " none" : lines.join("")
      }`,
    );
  }
}
