/** Many timers of one delay on one timer of the clock. @module */
import type { Clock } from "../../internal/clock.ts";

interface Waiting {
  readonly dueMs: number;
  readonly expire: () => void;
}

/**
 * Calls back after a delay that is the same for everybody.
 *
 * Nearly every callback is cancelled before its time (a HELLO comes at once), and a timer of the runtime for each of
 * a crowd of agents that reconnects costs more than what it watches.
 */
export class SharedDelay {
  readonly #clock: Clock;
  readonly #delayMs: number;
  /** In the order of their time, because the delay is the same. */
  readonly #waiting = new Set<Waiting>();
  #stopTimer: (() => void) | undefined;

  /** Starts no timer before somebody waits. */
  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** Calls `expire` after the delay, unless the timer is cancelled before. */
  start(expire: () => void): () => void {
    const waiting: Waiting = { dueMs: this.#clock.monotonicMs() + this.#delayMs, expire };
    this.#waiting.add(waiting);
    this.#stopTimer ??= this.#clock.setTimer(this.#delayMs, this.#expire);
    return () => this.#cancel(waiting);
  }

  #cancel(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting) || this.#waiting.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  readonly #expire = (): void => {
    this.#stopTimer = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (const waiting of this.#waiting) {
      const restMs = waiting.dueMs - nowMs;
      if (restMs > 0) {
        this.#stopTimer ??= this.#clock.setTimer(restMs, this.#expire);
        return;
      }
      this.#waiting.delete(waiting);
      waiting.expire();
    }
  };
}
