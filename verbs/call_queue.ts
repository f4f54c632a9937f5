/** So many calls at a time, and no more. @module */

/** Runs calls in the order they were asked for, a few at a time. */
export class CallQueue {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param limit How many may run at a time. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs a call when it is its turn. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await call();
    } finally {
      // The place goes to the next one, if there is one.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
