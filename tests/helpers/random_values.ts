/** Seeded random values for property tests of the codecs. @module */
import { Float } from "../../internal/float.ts";

/** A generator of random numbers that gives the same ones for the same seed (mulberry32). */
export class Random {
  #state: number;

  /** Starts the sequence of a seed. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** The next number from 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** One of several things. */
  pick<T>(things: readonly T[]): T {
    const thing = things[this.below(things.length)];
    if (thing === undefined) throw new RangeError("Cannot pick from nothing");
    return thing;
  }
}

const TEXTS = [
  "",
  "a",
  "é",
  "observatory.tel1.feeds.temps",
  '"\\\n\t\u0001',
  "\u2028",
  "日本語",
  "🔭",
  "x".repeat(70),
];

/** Which kinds a random value may be made of. */
export interface ValueOptions {
  /** Integers beyond 64 bit. Default true. */
  readonly bignums?: boolean;
}

/** A random value of the kinds that every encoding keeps; floats with an integral value are `Float`. */
export function randomValue(random: Random, options: ValueOptions = {}, depth = 0): unknown {
  const kind = random.below(depth > 4 ? 8 : 11);
  switch (kind) {
    case 0:
      return null;
    case 1:
      return random.next() < 0.5;
    case 2:
      return randomInteger(random, options);
    case 3:
      return randomFloat(random);
    case 4:
      return random.pick(TEXTS) + (random.next() < 0.3 ? "é".repeat(random.below(200)) : "");
    case 5:
      return random.below(100);
    case 6:
      return Uint8Array.from({ length: random.below(300) }, () => random.below(256));
    case 7:
      return -random.below(100000);
    case 8:
    case 9:
      return Array.from(
        { length: random.below(depth === 0 ? 40 : 5) },
        () => randomValue(random, options, depth + 1),
      );
    default: {
      const members = Array.from(
        { length: random.below(6) },
        (_, i): [string, unknown] => [`${random.pick(TEXTS)}${i}_`, randomValue(random, options, depth + 1)],
      );
      return Object.fromEntries(members);
    }
  }
}

function randomInteger(random: Random, options: ValueOptions): number | bigint {
  const bits = random.below(options.bignums === false ? 63 : 130);
  let value = 0n;
  for (let i = 0; i < bits; i++) value = value * 2n + BigInt(random.below(2));
  if (random.next() < 0.5) value = -value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function randomFloat(random: Random): number | Float {
  const words = new Uint32Array([random.below(4294967296), random.below(4294967296)]);
  const [any = 0] = new Float64Array(words.buffer);
  const value = random.pick([
    any,
    random.next(),
    random.next() * 1e17,
    0.1,
    1e-5,
    1e16,
    1e22,
    5e-324,
    Infinity,
    -Infinity,
    NaN,
    0,
    -0,
    3,
  ]);
  return Number.isInteger(value) ? new Float(value) : value;
}
