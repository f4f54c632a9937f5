/** The session data of `record`: Python's keys, and what else operators have to know (OCS 10.3). @module */
import { Float } from "../../internal/float.ts";
import type { HkFeed } from "../../hk/hk_feed.ts";
import type { SampleIrregularities } from "../../hk/sample_watch.ts";
import type { LossReport } from "./losses.ts";
import type { QuarantineReport } from "./quarantine.ts";
import type { HkRecorder } from "./recorder.ts";

/** One feed. The first four are Python's. */
export interface ProviderData {
  /** Unix seconds of the last message. */
  readonly last_refresh: Float;
  /** Which run of the agent. */
  readonly sessid: string;
  /** Whether it has been silent for longer than its `fresh_time`, and is out of the files for it. */
  readonly stale: boolean;
  readonly last_block_received: string | null;
  /** Only where something was noticed. */
  readonly irregular?: SampleIrregularities;
  /** Only where there were any: blocks that went to the quarantine. */
  readonly faulty_blocks?: number;
  /** Only where there were any: samples that there was no room for. */
  readonly dropped_samples?: number;
  /** Only where there are several: forms of its blocks, each a provider in the files. */
  readonly layouts?: number;
}

/** What clients see of `record`. */
export interface RecordData {
  /** Path of the file that is open, or was last. */
  readonly current_file: string | null;
  /** By address of the feed. */
  readonly providers: Readonly<Record<string, ProviderData>>;
  /** How many feeds there are, and how many of them are left out of `providers` for want of room in a reply. */
  readonly feeds: { readonly active: number; readonly stale: number; readonly not_shown: number };
  /** Since the start of `record`. */
  readonly counts: {
    readonly events: number;
    readonly excluded: number;
    readonly malformed: number;
    readonly blocks: number;
    readonly samples: number;
    readonly values: number;
    readonly files: number;
    readonly frames: number;
    readonly bytes: number;
  };
  /** Samples that wait in memory for their frame. */
  readonly memory: {
    readonly waiting_bytes: number;
    readonly peak_bytes: number;
    readonly limit_bytes: number;
    readonly early_frames: number;
  };
  /** Room on the disk; null where the system does not say. */
  readonly disk: {
    readonly state: string;
    readonly free_mb: number | null;
    readonly total_mb: number | null;
  };
  /** Why nothing is written at present. */
  readonly trouble: string | null;
  readonly quarantine: QuarantineReport;
  /** What was lost; null while that is nothing. */
  readonly lost: LossReport | null;
}

// A reply must fit into the 1 MiB that peers take, with the session's messages beside this.
const MOST_PROVIDER_BYTES = 250_000;
const LONGEST_BLOCK_NAME = 255;

/**
 * Describes a recorder as it is whenever somebody looks.
 *
 * Made anew every second, the descriptions of ten thousand feeds would cost more than recording them.
 */
export function recordData(recorder: HkRecorder, malformed: () => number): RecordData {
  return {
    get current_file() {
      return recorder.files.path;
    },
    get providers() {
      return describeFeeds(recorder.collector.feeds).providers;
    },
    get feeds() {
      const { feeds } = recorder.collector;
      // By address, as `providers`: of an agent that has been restarted two runs are active for a while.
      const stale = [...feeds.values()].filter(({ providers }) => providers.length === 0).length;
      return { active: feeds.size - stale, stale, not_shown: describeFeeds(feeds).notShown };
    },
    get counts() {
      return { ...recorder.collector.counts, malformed: malformed(), ...recorder.files.counts };
    },
    get memory() {
      return {
        waiting_bytes: recorder.collector.waitingBytes,
        peak_bytes: recorder.memory.peakBytes,
        limit_bytes: recorder.mostBytes,
        early_frames: recorder.memory.earlyFrames,
      };
    },
    get disk() {
      const { state, freeBytes, totalBytes } = recorder.disk;
      return { state, free_mb: megabytes(freeBytes), total_mb: megabytes(totalBytes) };
    },
    get trouble() {
      return recorder.trouble ?? null;
    },
    get quarantine() {
      return recorder.quarantine.report;
    },
    get lost() {
      return recorder.losses.report ?? null;
    },
  };
}

function megabytes(bytes: number | undefined): number | null {
  return bytes === undefined ? null : Math.round(bytes / 1e6);
}

/** As many feeds as fit: all of them in their order, or those in trouble first, then those that were heard last. */
function describeFeeds(
  feeds: ReadonlyMap<string, HkFeed>,
): { readonly providers: Record<string, ProviderData>; readonly notShown: number } {
  const described = Array.from(feeds, ([address, feed]) => describe(address, feed));
  const total = described.reduce((sum, { bytes }) => sum + bytes, 0);
  const object = (shown: readonly Described[]) =>
    Object.fromEntries(shown.map(({ address, data }) => [address, data]));
  if (total <= MOST_PROVIDER_BYTES) return { providers: object(described), notShown: 0 };
  const ranked = described.toSorted((a, b) =>
    Number(b.isTroubled) - Number(a.isTroubled) || b.data.last_refresh.value - a.data.last_refresh.value
  );
  const shown = new Set<string>();
  let rest = MOST_PROVIDER_BYTES;
  for (const { address, bytes } of ranked) {
    rest -= bytes;
    if (rest < 0) break;
    shown.add(address);
  }
  return {
    providers: object(described.filter(({ address }) => shown.has(address))),
    notShown: described.length - shown.size,
  };
}

interface Described {
  readonly address: string;
  readonly data: ProviderData;
  readonly isTroubled: boolean;
  /** On the wire, about. */
  readonly bytes: number;
}

function describe(address: string, feed: HkFeed): Described {
  const { irregularities, trouble: { faultyBlocks, droppedSamples }, providers, lastBlock } = feed;
  const stale = providers.length === 0;
  const data: ProviderData = {
    last_refresh: new Float(feed.lastRefreshSeconds),
    sessid: feed.agentSessionId,
    stale,
    last_block_received: lastBlock === null ? null : lastBlock.slice(0, LONGEST_BLOCK_NAME),
    ...(irregularities === undefined ? {} : { irregular: irregularities }),
    ...(faultyBlocks === 0 ? {} : { faulty_blocks: faultyBlocks }),
    ...(droppedSamples === 0 ? {} : { dropped_samples: droppedSamples }),
    ...(providers.length > 1 ? { layouts: providers.length } : {}),
  };
  const extra = Object.keys(data).length > 4 ? 150 : 0;
  const bytes = 110 + wireLength(address) + wireLength(data.sessid) +
    wireLength(data.last_block_received ?? "") + extra;
  return { address, data, isTroubled: stale || extra > 0, bytes };
}

/** Bytes of a text in JSON, at worst. */
function wireLength(text: string): number {
  return /[^\x20-\x7e]|["\\]/.test(text) ? 6 * text.length : text.length;
}
