/** One feed of one run of its agent: which provider of the files its blocks go to. @module */
import type { BlockFault } from "./block_fault.ts";
import { BlockSamples } from "./block_samples.ts";
import { blockKinds, type FeedBlock, secondsOf, shown } from "./feed_block.ts";
import type { HkProvider } from "./hk_provider.ts";
import type { HkTiming } from "./hk_timing.ts";
import { repairFieldNames } from "./repair_field_names.ts";
import { commonKind, type SampleKind } from "./sample_kind.ts";
import { type SampleIrregularities, SampleWatch } from "./sample_watch.ts";

/** Whose feed it is, and what it needs of whoever keeps all of them. */
export interface HkFeedOptions {
  /** Address of the feed. */
  readonly address: string;
  /** Which run of the agent. */
  readonly agentSessionId: string;
  /** Registers another provider of this feed. */
  readonly register: (timing: HkTiming) => HkProvider;
  /** Counts further fields in, unless there are too many already. */
  readonly mayAddFields: (count: number) => boolean;
  /** Told of a name of a field that had to be repaired, once for each block. */
  readonly onInvalidName: (name: string) => void;
  /** Told when a block has come with other fields, or kinds, and gets a further provider. */
  readonly onNewLayout: (text: string) => void;
}

/** Where samples have gone. */
export interface Appended {
  /** One of the feed's. */
  readonly provider: HkProvider;
  /** The block of the provider. */
  readonly samples: BlockSamples;
  /** What they take in memory. */
  readonly bytes: number;
}

/** A block of one of the providers. */
interface Place {
  readonly provider: HkProvider;
  readonly samples: BlockSamples;
}

// A feed whose blocks change their fields again and again has that many forms side by side, each a provider.
const MOST_PROVIDERS = 8;

/**
 * The state of one feed.
 *
 * Within a provider a block has the same fields of the same kinds for ever (g3 5.2). A feed whose block comes with other
 * fields gets a further provider of the same name beside the first; each takes what is its own, and goes when nothing comes
 * any more. A field whose kind changes becomes one that takes both, as long as nothing of it is in a file; then the further
 * provider has it. Python's aggregator ends with a crash where fields change, and drops a block whose kinds do.
 */
export class HkFeed {
  /** Address of the feed. */
  readonly address: string;
  /** Which run of the agent. */
  readonly agentSessionId: string;
  /** Name of the last block that came. */
  lastBlock: string | null = null;
  /** Unix seconds of the last message. */
  lastRefreshSeconds = 0;
  /** Blocks that could not be recorded, and samples that there was no room for. */
  readonly trouble = { faultyBlocks: 0, droppedSamples: 0 };
  readonly #options: HkFeedOptions;
  readonly #providers: HkProvider[] = [];
  readonly #usual = new Map<string, Place>();
  readonly #watches = new Map<string, SampleWatch>();
  #timing: HkTiming | undefined;

  /** Starts without a provider; see `addProvider`. */
  constructor(options: HkFeedOptions) {
    this.address = options.address;
    this.agentSessionId = options.agentSessionId;
    this.#options = options;
  }

  /** Its providers at present, oldest first; none when nothing comes any more. */
  get providers(): readonly HkProvider[] {
    return this.#providers;
  }

  /** What is odd about the times of its samples; undefined while nothing is. */
  get irregularities(): SampleIrregularities | undefined {
    let sum: SampleIrregularities | undefined;
    for (const { irregularities: one } of this.#watches.values()) {
      if (one === undefined) continue;
      sum = sum === undefined ? one : {
        skips: sum.skips + one.skips,
        missing: sum.missing + one.missing,
        repeats: sum.repeats + one.repeats,
        late: sum.late + one.late,
      };
    }
    return sum;
  }

  /** Adds a provider, at the beginning and when the feed is back. */
  addProvider(timing: HkTiming): HkProvider {
    this.#timing = timing;
    const provider = this.#options.register(timing);
    this.#providers.push(provider);
    return provider;
  }

  /** Forgets a provider that has gone. */
  drop(provider: HkProvider): void {
    const at = this.#providers.indexOf(provider);
    if (at >= 0) this.#providers.splice(at, 1);
    for (const [name, usual] of this.#usual) if (usual.provider === provider) this.#usual.delete(name);
  }

  /** Takes the samples of a block, all or none; says where they have gone, or why the block cannot be recorded. */
  append(block: FeedBlock): Appended | BlockFault {
    const usual = this.#usual.get(block.name);
    if (usual !== undefined && usual.samples.hasFields(block.fields) && usual.samples.takes(block)) {
      return this.#appendTo(usual, block);
    }
    const kinds = blockKinds(block);
    if ("reason" in kinds) return kinds;
    const { names, invalid } = repairFieldNames(block.fields);
    const before = this.#kindsBefore(block.name);
    const text = names.find((name, i) =>
      kinds[i] === "string" && (before.get(name) ?? "string") !== "string"
    );
    if (text !== undefined) {
      // so3g's load_range ends with an error where a field is a number first and a text later, whatever field was asked for.
      const detail = `field "${shown(text)}" is a string, and has been a ${before.get(text)} before`;
      return { reason: "number became text", detail };
    }
    // The newest first, so that a field that was a float once stays one.
    const places = this.#places(block, names);
    const place = places.find(({ samples, suited }) => samples.takes(suited)) ??
      places.find(({ samples, suited }) => samples.widen(samples.kindsOf(suited)));
    if (place !== undefined) return this.#appendTo(place, place.suited);
    const samples = new BlockSamples({
      name: block.name,
      rawFields: block.fields,
      fields: names,
      kinds: kinds.map((kind, i) => commonKind(kind, before.get(names[i] ?? "") ?? kind) ?? kind),
    });
    // Tried before it is kept, so that a faulty block does not decide how good ones have to look.
    const fault = samples.append(block) ?? this.#noPlace(block);
    if (fault !== undefined) return fault;
    if (invalid !== undefined) this.#options.onInvalidName(invalid);
    const provider = this.#free(block.name) ?? this.#addLayout(block.name);
    provider.blocks.set(block.name, samples);
    return this.#appended({ provider, samples }, block, samples.bytes);
  }

  /** Blocks of this name with these fields, newest first, and the samples in the order of theirs. */
  #places(block: FeedBlock, names: readonly string[]): (Place & { readonly suited: FeedBlock })[] {
    const places = [];
    for (const provider of this.#providers.toReversed()) {
      const samples = provider.blocks.get(block.name);
      const suited = samples && inOrder(block, names, samples);
      if (samples !== undefined && suited !== undefined) places.push({ provider, samples, suited });
    }
    return places;
  }

  /** What the fields of a block have been so far: of numbers the kind that takes all of them, of numbers and texts a number. */
  #kindsBefore(name: string): Map<string, SampleKind> {
    const kinds = new Map<string, SampleKind>();
    for (const { blocks } of this.#providers) {
      const samples = blocks.get(name);
      for (const [i, kind] of samples?.kinds.entries() ?? []) {
        const field = samples?.fields[i] ?? "";
        const known = kinds.get(field) ?? kind;
        kinds.set(field, commonKind(known, kind) ?? (kind === "string" ? known : kind));
      }
    }
    return kinds;
  }

  /** A provider that has no such block yet. */
  #free(name: string): HkProvider | undefined {
    return this.#providers.findLast(({ blocks }) => !blocks.has(name));
  }

  #addLayout(name: string): HkProvider {
    if (this.#timing === undefined) {
      throw new TypeError(`Cannot append to "${this.address}": it has no provider`);
    }
    const provider = this.addProvider(this.#timing);
    this.#options.onNewLayout(
      `Block "${shown(name)}" of ${this.address} has other fields, or kinds of fields, than before: ` +
        `recorded as provider ${provider.id} of the same name`,
    );
    return provider;
  }

  /** Why there can be no further form of a block. */
  #noPlace({ name, fields }: FeedBlock): BlockFault | undefined {
    if (this.#free(name) === undefined && this.#providers.length >= MOST_PROVIDERS) {
      return {
        reason: "too many layouts",
        detail:
          `its fields, or their kinds, differ from those of ${MOST_PROVIDERS} earlier forms of the block`,
      };
    }
    if (this.#options.mayAddFields(fields.length)) return undefined;
    return { reason: "too many fields", detail: `its ${fields.length} fields are more than can be kept` };
  }

  #appendTo(place: Place, block: FeedBlock): Appended | BlockFault {
    const before = place.samples.bytes;
    const fault = place.samples.append(block);
    return fault ?? this.#appended(place, block, place.samples.bytes - before);
  }

  #appended(place: Place, { name, times }: FeedBlock, bytes: number): Appended {
    this.#usual.set(name, place);
    let watch = this.#watches.get(name);
    if (watch === undefined) this.#watches.set(name, watch = new SampleWatch());
    for (const time of times) watch.look(secondsOf(time));
    return { ...place, bytes };
  }
}

/** A block with its fields in the order of another's; undefined if those are other fields. */
function inOrder(block: FeedBlock, names: readonly string[], other: BlockSamples): FeedBlock | undefined {
  if (names.length !== other.fields.length) return undefined;
  const places = new Map(names.map((name, i) => [name, i]));
  const samples: (readonly unknown[])[] = [];
  for (const field of other.fields) {
    const at = places.get(field);
    if (at === undefined) return undefined;
    samples.push(block.samples[at] ?? []);
  }
  return { ...block, fields: other.rawFields, samples };
}
