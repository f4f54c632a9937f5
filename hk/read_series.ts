/** One field over time, put together from its blocks. @module */
import { type HkKind, type HkProviderBlock, type HkVector, pickVector } from "./read_block.ts";

/** The samples of one field, in order of time. */
export type HkSeries = HkVector & {
  /** Description of the provider, as a rule a feed's full address. */
  readonly provider: string;
  /** Name of the field, without the provider's. */
  readonly field: string;
  /** Times in ticks of 10 ns since 1970, UTC: exact. Fields that were sampled together share the array. */
  readonly ticks: BigInt64Array;
  /** The same in Unix seconds. */
  readonly times: Float64Array;
};

/** The values of a field in one block. */
interface Part {
  readonly block: BlockTimes;
  readonly vector: HkVector;
}

interface BlockTimes {
  readonly ticks: BigInt64Array;
  /** How many blocks came before. */
  readonly number: number;
}

interface Times {
  readonly ticks: BigInt64Array;
  readonly times: Float64Array;
  /** Where each sample stood before they were sorted; undefined where they were in order. */
  readonly places: Uint32Array | undefined;
}

interface Field {
  readonly provider: string;
  readonly field: string;
  readonly parts: Part[];
}

/**
 * Collects blocks, and gives each field's samples in order of time.
 *
 * Blocks are put in order by their first time, last time and length as so3g does; samples that are not in order even then are
 * sorted, equal times staying as they came. A field whose kind changes gets the kind that holds all: doubles for integers and
 * doubles, integers for bools and integers, text for text and anything.
 */
export class HkSeriesCollector {
  readonly #fields = new Map<string, Field>();
  readonly #onNote: (text: string) => void;
  #blocks = 0;

  /**
   * Starts empty.
   *
   * @param onNote Told of fields whose kind changes. Default: nobody is.
   */
  constructor(onNote: (text: string) => void = () => {}) {
    this.#onNote = onNote;
  }

  /** Takes a block; its arrays are kept and must not change. */
  add({ provider, ticks, fields }: HkProviderBlock): void {
    const block = { ticks, number: this.#blocks++ };
    for (const [field, vector] of fields) {
      const name = `${provider}.${field}`;
      let known = this.#fields.get(name);
      if (known === undefined) this.#fields.set(name, known = { provider, field, parts: [] });
      known.parts.push({ block, vector });
    }
  }

  /** The fields by their full names, in the order of the alphabet. */
  series(): Map<string, HkSeries> {
    const shared = new Map<string, Times>();
    const series = new Map<string, HkSeries>();
    for (const [name, { provider, field, parts }] of [...this.#fields].sort(([a], [b]) => a < b ? -1 : 1)) {
      parts.sort((a, b) => compareBlocks(a.block, b.block));
      const key = parts.map(({ block }) => block.number).join();
      let times = shared.get(key);
      if (times === undefined) shared.set(key, times = joinTimes(parts.map(({ block }) => block.ticks)));
      const joined = this.#join(name, parts.map(({ vector }) => vector), times.ticks.length);
      const vector = times.places === undefined ? joined : pickVector(joined, times.places);
      series.set(name, { provider, field, ticks: times.ticks, times: times.times, ...vector });
    }
    return series;
  }

  #join(name: string, vectors: readonly HkVector[], length: number): HkVector {
    const kinds = new Set(vectors.map(({ kind }) => kind));
    const kind = commonKind(kinds);
    if (kinds.size > 1) {
      // Peer so3g (HKArchive.get_data): all values are forced into the first block's type, doubles cut to integers.
      this.#onNote(`field "${name}" is of several kinds (${[...kinds].join(", ")}); read as ${kind}`);
    }
    switch (kind) {
      case "double":
        return { kind, values: fill(new Float64Array(length), vectors, numbersOf) };
      case "int":
        return { kind, values: fill(new BigInt64Array(length), vectors, integersOf) };
      case "bool":
        return { kind, values: fill(new Uint8Array(length), vectors, numbersOf) };
      default:
        return { kind, values: vectors.flatMap(textsOf) };
    }
  }
}

/** The kind that holds values of all these kinds. */
export function commonKind(kinds: ReadonlySet<HkKind>): HkKind {
  return (["string", "double", "int"] as const).find((kind) => kinds.has(kind)) ?? "bool";
}

function compareBlocks(a: BlockTimes, b: BlockTimes): number {
  const first = difference(a.ticks[0], b.ticks[0]);
  if (first !== 0) return first;
  const last = difference(a.ticks.at(-1), b.ticks.at(-1));
  return last !== 0 ? last : a.ticks.length - b.ticks.length || a.number - b.number;
}

function difference(a = 0n, b = 0n): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function joinTimes(parts: readonly BigInt64Array[]): Times {
  let ticks = new BigInt64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  let isSorted = true;
  let last = parts[0]?.[0] ?? 0n;
  for (const part of parts) {
    ticks.set(part, at);
    at += part.length;
    for (const tick of part) {
      if (tick < last) isSorted = false;
      last = tick;
    }
  }
  let places: Uint32Array | undefined;
  if (!isSorted) {
    const unsorted = ticks;
    places = Uint32Array.from(unsorted, (_, place) => place)
      .sort((a, b) => difference(unsorted[a], unsorted[b]) || a - b);
    ticks = new BigInt64Array(unsorted.length);
    places.forEach((place, to) => ticks[to] = unsorted[place] ?? 0n);
  }
  // As spt3g's seconds: the ticks as a double, divided.
  const times = Float64Array.from(ticks, (tick) => Number(tick) / 1e8);
  return { ticks, times, places };
}

interface Settable<Values> {
  set(values: Values, at: number): void;
}

function fill<Values extends { readonly length: number }, Whole extends Settable<Values>>(
  whole: Whole,
  vectors: readonly HkVector[],
  valuesOf: (vector: HkVector) => Values,
): Whole {
  let at = 0;
  for (const vector of vectors) {
    const values = valuesOf(vector);
    whole.set(values, at);
    at += values.length;
  }
  return whole;
}

function numbersOf({ kind, values }: HkVector): ArrayLike<number> {
  return kind === "int" || kind === "string" ? Float64Array.from<string | bigint>(values, Number) : values;
}

function integersOf({ kind, values }: HkVector): BigInt64Array {
  return kind === "int" ? values : BigInt64Array.from<string | number>(values, BigInt);
}

function textsOf({ kind, values }: HkVector): readonly string[] {
  if (kind === "string") return values;
  return kind === "bool"
    ? Array.from(values, (value) => value === 0 ? "false" : "true")
    : Array.from<number | bigint, string>(values, String);
}
