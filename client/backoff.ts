/** Pauses between attempts to connect or to register. @module */

/** Longest pause unless another is given, before its random tenth. */
const MAX_DELAY_MS = 30_000;
/** Pause before the second attempt; each further one is half as long again. */
const FIRST_DELAY_MS = 1000;

/**
 * The row of pauses between attempts: 0 to 0.5 s at random, then 1, 1.5, 2.2 ... up to 30 s, each give or take
 * a tenth, so that the clients of a restarted router do not come back in step.
 */
export class Backoff {
  readonly #random: () => number;
  readonly #maxDelayMs: number;
  #attempt = 0;

  /** Starts at the first pause; `random` gives numbers of [0, 1). No pause is longer than `maxDelayMs` and its tenth. */
  constructor(random: () => number = Math.random, maxDelayMs: number = MAX_DELAY_MS) {
    this.#random = random;
    this.#maxDelayMs = maxDelayMs;
  }

  /** How many pauses were taken since the last reset. */
  get attempts(): number {
    return this.#attempt;
  }

  /** The next pause in milliseconds. */
  next(): number {
    const attempt = this.#attempt++;
    if (attempt === 0) return this.#random() * 500;
    return this.spread(Math.min(FIRST_DELAY_MS * 1.5 ** (attempt - 1), this.#maxDelayMs));
  }

  /** A pause of our own choice with the same random tenth. */
  spread(delayMs: number): number {
    return delayMs * (0.9 + 0.2 * this.#random());
  }

  /** Begins again with the shortest pause. */
  reset(): void {
    this.#attempt = 0;
  }
}
