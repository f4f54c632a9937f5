/** What could not be kept until it was written: which feed, from when to when, how much. @module */
import { Float } from "../../internal/float.ts";
import type { LostBlock } from "../../hk/hk_collector.ts";

/** Why samples are lost. */
export type LossCause = LostBlock["cause"] | "cannot be encoded" | "not written at the end";

/** The samples of one feed that were lost. */
export interface FeedLoss {
  /** Samples of each field. */
  readonly samples: number;
  /** Unix seconds of the first and the last of them; null where their times are none. */
  readonly from: Float | null;
  readonly to: Float | null;
  /** Of the last of them. */
  readonly cause: LossCause;
}

/** Everything that was lost, as session data show it. */
export interface LossReport {
  /** Samples of all feeds. */
  readonly samples: number;
  /** By address of the feed: those that lost something last. */
  readonly feeds: Readonly<Record<string, FeedLoss>>;
  /** Feeds that are not shown. */
  readonly more_feeds: number;
}

interface Entry {
  samples: number;
  from: number;
  to: number;
  cause: LossCause;
}

// So many are shown; a disk that is full costs all feeds something, and a reply has to be sent all the same.
const MOST_SHOWN = 100;
const MOST_KEPT = 20_000;
const LONGEST_ADDRESS = 255;

/** The book of losses of one run. */
export class Losses {
  readonly #feeds = new Map<string, Entry>();
  /** Of the time since the last `takeNews`. */
  readonly #news = new Map<string, Entry>();
  #samples = 0;

  /** Notes samples that are lost. */
  note(loss: Omit<LostBlock, "cause"> & { readonly cause: LossCause }): void {
    this.#samples += loss.samples;
    for (const book of [this.#feeds, this.#news]) {
      const entry = book.get(loss.feed);
      book.delete(loss.feed);
      if (book.size >= MOST_KEPT) continue;
      book.set(loss.feed, {
        samples: (entry?.samples ?? 0) + loss.samples,
        from: least(entry?.from, loss.fromSeconds),
        to: -least(entry === undefined ? undefined : -entry.to, -loss.toSeconds),
        cause: loss.cause,
      });
    }
  }

  /** Samples that were lost so far. */
  get samples(): number {
    return this.#samples;
  }

  /** What was lost so far; undefined while that is nothing. */
  get report(): LossReport | undefined {
    if (this.#samples === 0) return undefined;
    const shown = [...this.#feeds].slice(-MOST_SHOWN);
    const feeds = Object.fromEntries(shown.map(([feed, entry]) => [feed.slice(0, LONGEST_ADDRESS), {
      samples: entry.samples,
      from: timeOf(entry.from),
      to: timeOf(entry.to),
      cause: entry.cause,
    }]));
    return { samples: this.#samples, feeds, more_feeds: this.#feeds.size - shown.length };
  }

  /** Lines about what was lost since the last time, one a feed. */
  takeNews(): string[] {
    const lines = [...this.#news].map(([feed, { samples, from, to, cause }]) =>
      `Lost ${samples} samples of ${feed}, ${isoTime(from)} to ${isoTime(to)}: ${cause}`
    );
    this.#news.clear();
    return lines;
  }
}

/** The smaller of two times of which either may be none. */
function least(one: number | undefined, other: number): number {
  if (one === undefined || Number.isNaN(one)) return other;
  return other < one ? other : one;
}

function timeOf(seconds: number): Float | null {
  return Number.isFinite(seconds) ? new Float(seconds) : null;
}

function isoTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}
