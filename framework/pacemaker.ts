/** A loop's steady rate. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { sleep } from "./sleep.ts";

/** How a `Pacemaker` beats. */
export interface PacemakerOptions {
  /** Snaps beats to a grid aligned with whole Unix seconds, so that agents sample together. Default false. */
  readonly quantize?: boolean;
  /** Default: the machine's. Agents hand in `agent.clock`. */
  readonly clock?: Clock;
}

/**
 * Keeps a loop at a rate, whatever time its body takes.
 *
 * The first `sleep` returns at once; missed beats are not made up for.
 *
 * @example Four times a second, at .0, .25, .5 and .75
 * ```ts
 * const pacemaker = new Pacemaker(4, { quantize: true });
 * for (let i = 0; i < 2; i++) await pacemaker.sleep();
 * ```
 */
export class Pacemaker {
  readonly #periodSeconds: number;
  readonly #quantize: boolean;
  readonly #clock: Clock;
  #due: number;

  /**
   * Makes a pacemaker whose first beat is now.
   *
   * @param frequency Beats per second.
   * @throws {RangeError} If the frequency is not above zero, or not whole with `quantize`.
   */
  constructor(frequency: number, { quantize = false, clock = SYSTEM_CLOCK }: PacemakerOptions = {}) {
    if (!(frequency > 0) || !Number.isFinite(frequency)) {
      throw new RangeError(`Cannot pace at "${frequency}" per second: expected a number above 0`);
    }
    if (quantize && frequency % 1 !== 0) {
      // Text of Python's ValueError (ocs_twisted.Pacemaker).
      throw new RangeError("Quantization only works for frequencies that are whole numbers.");
    }
    this.#periodSeconds = 1 / frequency;
    this.#quantize = quantize;
    this.#clock = clock;
    this.#due = clock.now();
  }

  /** Waits for the next beat; returns early when the signal aborts. */
  async sleep(signal?: AbortSignal): Promise<void> {
    const restSeconds = this.#due - this.#clock.now();
    // A clock that was set back must not stop the loop for as long as it was set back.
    const waitSeconds = Math.min(restSeconds, 2 * this.#periodSeconds);
    if (waitSeconds > 0) await sleep(waitSeconds, { clock: this.#clock, ...(signal && { signal }) });
    const due = this.#clock.now() + this.#periodSeconds;
    this.#due = this.#quantize
      ? Math.floor((due + this.#periodSeconds / 2) / this.#periodSeconds) * this.#periodSeconds
      : due;
  }
}
