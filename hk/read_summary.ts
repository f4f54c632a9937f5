/** What a stream of housekeeping has, without keeping its samples. @module */
import type { HkKind, HkProviderBlock } from "./read_block.ts";

/** What there is of one field. */
export interface HkFieldSummary {
  /** Description of the provider. */
  readonly provider: string;
  /** Name of the field, without the provider's. */
  readonly field: string;
  /** Names of the blocks that it was in; one, where the rules were kept (g3 5.2). */
  readonly blocks: readonly string[];
  /** Kinds of its values, in order of their appearance; one as a rule. */
  readonly kinds: readonly HkKind[];
  /** How many samples. */
  readonly count: number;
  /** Earliest time, in ticks of 10 ns. */
  readonly firstTicks: bigint;
  /** Latest time, in ticks of 10 ns. */
  readonly lastTicks: bigint;
  /** Mean time from one sample to the next of the same block, in seconds: gaps between blocks do not count. */
  readonly stepSeconds: number | undefined;
}

/** What there is of one provider: all that goes by one description. */
export interface HkProviderSummary {
  /** Its description, as a rule a feed's full address. */
  readonly provider: string;
  /** Its fields, in the order of the alphabet. */
  readonly fields: readonly HkFieldSummary[];
  /** Earliest time of any field, in ticks of 10 ns. */
  readonly firstTicks: bigint;
  /** Latest time of any field, in ticks of 10 ns. */
  readonly lastTicks: bigint;
}

interface Field {
  readonly blocks: Set<string>;
  readonly kinds: Set<HkKind>;
  count: number;
  firstTicks: bigint;
  lastTicks: bigint;
  /** Time within blocks, and how many steps that were. */
  spanTicks: bigint;
  steps: number;
}

/** Counts blocks; memory grows with the number of fields, not with that of samples. */
export class HkSummary {
  readonly #providers = new Map<string, Map<string, Field>>();

  /** Takes a block. */
  add({ provider, name, ticks, fields }: HkProviderBlock): void {
    let known = this.#providers.get(provider);
    if (known === undefined) this.#providers.set(provider, known = new Map());
    let firstTicks = ticks[0] ?? 0n;
    let lastTicks = firstTicks;
    for (const tick of ticks) {
      if (tick < firstTicks) firstTicks = tick;
      else if (tick > lastTicks) lastTicks = tick;
    }
    for (const [field, { kind }] of fields) {
      let entry = known.get(field);
      if (entry === undefined) {
        known.set(
          field,
          entry = {
            blocks: new Set(),
            kinds: new Set(),
            count: 0,
            firstTicks,
            lastTicks,
            spanTicks: 0n,
            steps: 0,
          },
        );
      }
      entry.blocks.add(name);
      entry.kinds.add(kind);
      entry.count += ticks.length;
      entry.spanTicks += lastTicks - firstTicks;
      entry.steps += ticks.length - 1;
      if (firstTicks < entry.firstTicks) entry.firstTicks = firstTicks;
      if (lastTicks > entry.lastTicks) entry.lastTicks = lastTicks;
    }
  }

  /** Providers in the order of the alphabet. */
  providers(): HkProviderSummary[] {
    return [...this.#providers].sort(([a], [b]) => a < b ? -1 : 1).map(([provider, known]) => {
      const fields = [...known].sort(([a], [b]) => a < b ? -1 : 1).map(([field, entry]) => {
        const { blocks, kinds, count, firstTicks, lastTicks, spanTicks, steps } = entry;
        return {
          ...{ provider, field, blocks: [...blocks], kinds: [...kinds], count, firstTicks, lastTicks },
          stepSeconds: steps === 0 ? undefined : Number(spanTicks) / 1e8 / steps,
        };
      });
      const earliest = (a: bigint, b: bigint) => a < b ? a : b;
      const latest = (a: bigint, b: bigint) => a > b ? a : b;
      return {
        provider,
        fields,
        firstTicks: fields.map((each) => each.firstTicks).reduce(earliest),
        lastTicks: fields.map((each) => each.lastTicks).reduce(latest),
      };
    });
  }
}
