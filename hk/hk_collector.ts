/** Collects what feeds publish until it is written: who publishes, what waits, what is due (OCS 10.3). @module */
import type { EncodedFeed, FeedEvent } from "../ocs/encoded_feed.ts";
import { isTruthy } from "../ocs/python_text.ts";
import type { BlockFault } from "./block_fault.ts";
import type { BlockSamples } from "./block_samples.ts";
import { isObject, readFeedBlock, secondsOf } from "./feed_block.ts";
import { HkFeed } from "./hk_feed.ts";
import { type DataDraft, HkProvider } from "./hk_provider.ts";
import { readTiming } from "./hk_timing.ts";
import type { HkSession } from "./hk_session.ts";

/** A block that cannot be recorded. */
export interface FaultyBlock {
  /** Address of the feed. */
  readonly feed: string;
  /** Which run of its agent. */
  readonly agentSessionId: string;
  /** Its key in the message; null where the message itself is none. */
  readonly block: string | null;
  /** What is wrong. */
  readonly fault: BlockFault;
  /** The block as it came. */
  readonly content: unknown;
}

/** A block that there was no room for. */
export interface LostBlock {
  /** Address of the feed. */
  readonly feed: string;
  /** Samples of each field. */
  readonly samples: number;
  /** Unix seconds of the first of them; NaN where that is no number. */
  readonly fromSeconds: number;
  /** Unix seconds of the last of them; NaN where that is no number. */
  readonly toSeconds: number;
  /** What there was no room for. */
  readonly cause: "memory full" | "too many feeds";
}

/** Limits, and who is told what. */
export interface HkCollectorOptions {
  /** What may wait, in bytes of samples; what comes beyond is lost. */
  readonly mostBytes: number;
  /** Feeds that are recorded at the same time. Default 20,000. */
  readonly mostFeeds?: number;
  /** Fields of all of them together. Default 1,000,000. */
  readonly mostFields?: number;
  /** Told of each block that cannot be recorded. */
  readonly onFault: (block: FaultyBlock) => void;
  /** Told of each block that there was no room for. */
  readonly onLoss: (block: LostBlock) => void;
  /** Told of a field whose name was repaired. */
  readonly onInvalidName: (name: string) => void;
  /** Told when a feed gets a further provider because its fields have changed. */
  readonly onNewLayout: (text: string) => void;
}

/** Everything that has come and is not written yet. Knows no clock and no file: both come from its owner. */
export class HkCollector {
  /** What has come so far. */
  readonly counts = { events: 0, excluded: 0, blocks: 0, samples: 0, values: 0 };
  readonly #options: Required<HkCollectorOptions>;
  /** By address and run of the agent; also those from which nothing comes any more. */
  readonly #feeds = new Map<string, HkFeed>();
  /** The latest run of each address. */
  readonly #latest = new Map<string, HkFeed>();
  readonly #providers = new Map<HkProvider, HkFeed>();
  /** Blocks that got samples since they were last asked for. */
  readonly #fresh = new Map<BlockSamples, HkProvider>();
  #nextId = 0;
  #bytes = 0;
  #fields = 0;
  /** Feeds with providers, each run of an agent by itself. */
  #active = 0;
  #roster = 0;

  /** Starts empty. */
  constructor(options: HkCollectorOptions) {
    this.#options = { mostFeeds: 20_000, mostFields: 1_000_000, ...options };
  }

  /** What waits, in bytes of samples. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /** All feeds by address, those from which nothing comes any more as well, in the order in which they first came. */
  get feeds(): ReadonlyMap<string, HkFeed> {
    return this.#latest;
  }

  /** All providers, in the order of their ids. */
  get providers(): Iterable<HkProvider> {
    return this.#providers.keys();
  }

  /** Grows with every provider that comes or goes: a status frame is due when it is not what it was at the last one. */
  get roster(): number {
    return this.#roster;
  }

  /** The id that the next provider gets: those in a status frame of now are below. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Takes one event of a recorded feed; gives the feed, where it is recorded. */
  take({ message, feed }: FeedEvent, nowSeconds: number): HkFeed | undefined {
    this.counts.events++;
    const { address, session_id: agentSessionId } = feed;
    if (isTruthy(feed.agg_params.exclude_aggregator)) {
      this.counts.excluded++;
      return undefined;
    }
    const refuse = (block: string | null, fault: BlockFault, content: unknown): void =>
      this.#options.onFault({ feed: address, agentSessionId, block, fault, content });
    if (!isObject(message)) {
      refuse(null, { reason: "not a block", detail: "the message is no object of blocks" }, message);
      return undefined;
    }
    const known = this.#feed(feed);
    if (known === undefined) {
      for (const block of Object.values(message)) this.#lose(address, block, "too many feeds");
      return undefined;
    }
    known.lastRefreshSeconds = nowSeconds;
    const firstTimes = new Map<HkProvider, number[]>();
    for (const [name, value] of Object.entries(message)) {
      known.lastBlock = name;
      const block = readFeedBlock(name, value);
      if ("reason" in block) {
        known.trouble.faultyBlocks++;
        refuse(name, block, value);
        continue;
      }
      // Python leaves blocks without samples out of its frames, and does not look at their fields.
      if (block.times.length === 0) continue;
      // What strings take beyond this is counted when they are in.
      const bytes = 8 * block.times.length * (block.fields.length + 1);
      if (this.#bytes + bytes > this.#options.mostBytes) {
        known.trouble.droppedSamples += block.times.length;
        this.#lose(address, value, "memory full");
        continue;
      }
      const result = known.append(block);
      if ("reason" in result) {
        known.trouble.faultyBlocks++;
        refuse(name, result, value);
        continue;
      }
      this.counts.blocks++;
      this.counts.samples += block.times.length;
      this.counts.values += block.times.length * block.fields.length;
      this.#bytes += result.bytes;
      this.#fresh.set(result.samples, result.provider);
      const times = firstTimes.get(result.provider);
      const first = secondsOf(block.times[0]);
      if (times === undefined) firstTimes.set(result.provider, [first]);
      else times.push(first);
    }
    // A message keeps its feed fresh also when nothing in it can be recorded.
    const newest = known.providers.at(-1);
    if (newest !== undefined && !firstTimes.has(newest)) firstTimes.set(newest, []);
    for (const [provider, times] of firstTimes) provider.refresh(nowSeconds, times);
    return known;
  }

  /** Blocks that got samples since the last call, with those that still wait; ask before they are written. */
  takeFresh(): ReadonlyMap<BlockSamples, HkProvider> {
    const fresh = new Map(this.#fresh);
    this.#fresh.clear();
    return fresh;
  }

  /** Providers without a message for too long. */
  stale(nowSeconds: number): HkProvider[] {
    return [...this.#providers.keys()].filter((provider) => provider.isStale(nowSeconds));
  }

  /** Providers whose frame is long enough to be written. */
  due(nowSeconds: number): HkProvider[] {
    return [...this.#providers.keys()].filter((provider) => provider.isDue(nowSeconds));
  }

  /** Providers that have to be written for no more than so many bytes to wait: those with the most first. */
  heaviest(keepBytes: number): HkProvider[] {
    const heavy: HkProvider[] = [];
    const sorted = [...this.#providers.keys()].map((provider) => ({ provider, bytes: provider.bytes }))
      .toSorted((a, b) => b.bytes - a.bytes);
    let rest = this.#bytes;
    for (const { provider, bytes } of sorted) {
      if (rest <= keepBytes || bytes === 0) break;
      rest -= bytes;
      heavy.push(provider);
    }
    return heavy;
  }

  /** Makes a frame of all that waits of one provider; undefined where nothing does. */
  draft(provider: HkProvider, session: HkSession, nowSeconds: number): DataDraft | undefined {
    const draft = provider.draft(session, nowSeconds);
    return draft && {
      ...draft,
      commit: () => {
        const before = provider.bytes;
        draft.commit();
        this.#bytes -= before - provider.bytes;
      },
    };
  }

  /** Drops a provider; what of it has not been written is given up. */
  remove(provider: HkProvider): void {
    const feed = this.#providers.get(provider);
    if (feed === undefined) return;
    this.#providers.delete(provider);
    this.#bytes -= provider.bytes;
    for (const samples of provider.blocks.values()) {
      this.#fields -= samples.fields.length;
      this.#fresh.delete(samples);
    }
    feed.drop(provider);
    if (feed.providers.length === 0) this.#active--;
    this.#roster++;
  }

  /** The feed of an event; undefined where there are too many. */
  #feed(encoded: EncodedFeed): HkFeed | undefined {
    const { address, session_id: agentSessionId } = encoded;
    const key = `${address}\n${agentSessionId}`;
    let feed = this.#feeds.get(key);
    if (feed !== undefined && feed.providers.length > 0) return feed;
    if (this.#active >= this.#options.mostFeeds) return undefined;
    if (feed === undefined) {
      feed = this.#newFeed(address, agentSessionId);
      if (this.#feeds.size >= 2 * this.#options.mostFeeds) this.#forgetOne();
      this.#feeds.set(key, feed);
    }
    // Of agents that restart again and again the latest run is the one to be shown.
    this.#latest.set(address, feed);
    this.#active++;
    // Nothing of an event is kept but what was made of it: memory that lives long is dear to the garbage collector.
    feed.addProvider(readTiming(encoded.agg_params));
    return feed;
  }

  #newFeed(address: string, agentSessionId: string): HkFeed {
    const feed: HkFeed = new HkFeed({
      address,
      agentSessionId,
      register: (timing) => {
        const provider = new HkProvider({ id: this.#nextId++, address, agentSessionId, ...timing });
        this.#providers.set(provider, feed);
        this.#roster++;
        return provider;
      },
      mayAddFields: (count) => {
        if (this.#fields + count > this.#options.mostFields) return false;
        this.#fields += count;
        return true;
      },
      onInvalidName: this.#options.onInvalidName,
      onNewLayout: this.#options.onNewLayout,
    });
    return feed;
  }

  /** Forgets the oldest feed from which nothing comes any more. */
  #forgetOne(): void {
    for (const [key, feed] of this.#feeds) {
      if (feed.providers.length > 0) continue;
      this.#feeds.delete(key);
      if (this.#latest.get(feed.address) === feed) this.#latest.delete(feed.address);
      return;
    }
  }

  #lose(feed: string, block: unknown, cause: LostBlock["cause"]): void {
    const times = isObject(block) && Array.isArray(block.timestamps) ? block.timestamps : [];
    this.#options.onLoss({
      feed,
      samples: times.length,
      fromSeconds: secondsOf(times[0]),
      toSeconds: secondsOf(times.at(-1)),
      cause,
    });
  }
}
