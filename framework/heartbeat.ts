/** The beat by which others know that an agent lives. @module */
import type { Clock } from "../internal/clock.ts";

/** Beats once a second while started, the first time at once (OCS 4.8). */
export class Heartbeat {
  readonly #beat: () => void;
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;

  /** Makes a heart that stands still. */
  constructor(beat: () => void, clock: Clock) {
    this.#beat = beat;
    this.#clock = clock;
  }

  /** Whether it beats. */
  get running(): boolean {
    return this.#cancel !== undefined;
  }

  /** Starts to beat; does nothing when it does already. */
  start(): void {
    if (this.running) return;
    this.#next(this.#clock.now());
  }

  /** Stops. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #next(dueSeconds: number): void {
    const now = this.#clock.now();
    // On a grid from the first beat, so that it does not drift; a beat that was slept through is left out.
    const next = Math.abs(now - dueSeconds) < 1 ? dueSeconds + 1 : now + 1;
    this.#cancel = this.#clock.setTimer((next - now) * 1000, () => this.#next(next));
    this.#beat();
  }
}
