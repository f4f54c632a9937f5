/** Slows down those who guess secrets (spec 5.1). @module */
import type { Clock } from "../../internal/clock.ts";
import type { CoreLimits } from "./options.ts";

/** Counts failures per address and minute. */
export class FailureBrake {
  readonly #clock: Clock;
  readonly #limits: Pick<CoreLimits, "failuresPerMinute" | "failureDelayMs">;
  readonly #failures = new Map<string, { since: number; count: number }>();

  /** Makes one that has seen no failure. */
  constructor(clock: Clock, limits: Pick<CoreLimits, "failuresPerMinute" | "failureDelayMs">) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Counts a failure from an address; returns how long to wait before telling it. */
  delayMs(address: string): number {
    // The port differs with every connection; the host is who guesses.
    const host = address.replace(/:\d+$/, "");
    const now = this.#clock.monotonicMs();
    const known = this.#failures.get(host);
    if (known === undefined || now - known.since >= 60_000) {
      this.#forget(now);
      this.#failures.set(host, { since: now, count: 1 });
      return 0;
    }
    known.count++;
    return known.count > this.#limits.failuresPerMinute ? this.#limits.failureDelayMs : 0;
  }

  #forget(now: number): void {
    if (this.#failures.size < 1_000) return;
    for (const [host, { since }] of this.#failures) if (now - since >= 60_000) this.#failures.delete(host);
    if (this.#failures.size >= 1_000) this.#failures.clear();
  }
}
