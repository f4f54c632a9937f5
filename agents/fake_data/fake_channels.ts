/** The device of the fake-data agent: channels that wander slowly and are noisy. @module */

// Made to look like thermometers with 1/f noise.
const START = 0.1;
const STEP = 0.003;
const NOISE = 0.002;

/** Co-sampled channels of made-up temperatures. */
export class FakeChannels {
  /** `channel_00`, `channel_01`, ... */
  readonly names: readonly string[];
  readonly #random: () => number;
  readonly #levels: number[];

  /**
   * Makes channels that begin at 0.1.
   *
   * @param random Gives numbers from 0 up to 1; default `Math.random`.
   */
  constructor(count: number, random: () => number = Math.random) {
    this.names = Array.from({ length: count }, (_, i) => `channel_${String(i).padStart(2, "0")}`);
    this.#random = random;
    this.#levels = this.names.map(() => START);
  }

  /** Reads so many samples of every channel; each report moves a channel's level by one step. */
  read(samples: number): Record<string, number[]> {
    const data: Record<string, number[]> = {};
    this.names.forEach((name, i) => {
      const level = (this.#levels[i] ?? START) + this.#spread(STEP);
      this.#levels[i] = level;
      data[name] = Array.from({ length: samples }, () => level + this.#spread(NOISE));
    });
    return data;
  }

  #spread(limit: number): number {
    return (2 * this.#random() - 1) * limit;
  }
}
