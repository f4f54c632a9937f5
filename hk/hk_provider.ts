/** One publisher of housekeeping as files know it. @module */
import type { G3Frame } from "../g3/frame.ts";
import type { BlockSamples } from "./block_samples.ts";
import type { HkTiming } from "./hk_timing.ts";
import type { HkSession, ProviderIdentity } from "./hk_session.ts";

/** What waits of one block. */
export interface WaitingSpan {
  /** Names of the fields. */
  readonly fields: readonly string[];
  /** Samples of each field. */
  readonly samples: number;
  /** Unix seconds of the first of them. */
  readonly fromSeconds: number;
  /** Unix seconds of the last of them. */
  readonly toSeconds: number;
}

/** A frame of what waits. */
export interface DataDraft {
  /** The frame; what is added to the provider meanwhile does not change it. */
  readonly frame: G3Frame;
  /** What is in it, block by block. */
  readonly spans: readonly WaitingSpan[];
  /** Forgets what is in the frame, once it has been written. What came meanwhile waits on. */
  commit(): void;
}

/** What a provider is made of. */
export interface HkProviderOptions extends ProviderIdentity, HkTiming {}

/** Fields of one feed of one run of its agent, with what of them waits to be written (OCS 10.3). */
export class HkProvider implements ProviderIdentity {
  readonly id: number;
  readonly address: string;
  readonly agentSessionId: string;
  /** Seconds of data in a frame. */
  readonly frameLengthSeconds: number;
  /** Seconds without data until it counts as gone. */
  readonly freshSeconds: number;
  /** Blocks by name, in the order in which they were first used. */
  readonly blocks = new Map<string, BlockSamples>();
  /** Unix seconds of the last message. */
  lastRefreshSeconds = 0;
  #frameStartSeconds: number | undefined;
  /** While a draft is out: the start of the frame after it. */
  #nextStartSeconds: number | undefined;
  #drafted = false;

  /** Starts with no blocks. */
  constructor(options: HkProviderOptions) {
    this.id = options.id;
    this.address = options.address;
    this.agentSessionId = options.agentSessionId;
    this.frameLengthSeconds = options.frameLengthSeconds;
    this.freshSeconds = options.freshSeconds;
  }

  /** What waits, in bytes of memory, about. */
  get bytes(): number {
    let bytes = 0;
    for (const block of this.blocks.values()) bytes += block.bytes;
    return bytes;
  }

  /** Takes note of a message, and of the first times of the blocks in it. */
  refresh(nowSeconds: number, firstTimes: readonly number[]): void {
    this.lastRefreshSeconds = nowSeconds;
    const isOpen = (this.#drafted ? this.#nextStartSeconds : this.#frameStartSeconds) !== undefined;
    if (isOpen) return;
    const start = firstTimes.reduce((first, time) => time < first ? time : first, nowSeconds);
    if (this.#drafted) this.#nextStartSeconds = start;
    else this.#frameStartSeconds = start;
  }

  /** Whether it has had no message for too long. */
  isStale(nowSeconds: number): boolean {
    return nowSeconds - this.lastRefreshSeconds > this.freshSeconds;
  }

  /** Whether its frame is long enough to be written. */
  isDue(nowSeconds: number): boolean {
    const start = this.#frameStartSeconds;
    if (start === undefined) return false;
    const length = nowSeconds - start;
    // Below 0 after the machine's clock has been set back: nothing must wait until it is there again.
    return (length > this.frameLengthSeconds || length < 0) && this.hasData;
  }

  /** Whether anything waits. */
  get hasData(): boolean {
    for (const { count } of this.blocks.values()) if (count > 0) return true;
    return false;
  }

  /** What waits, block by block. */
  spans(): WaitingSpan[] {
    return [...this.blocks.values()].filter(({ count }) => count > 0).map((block) => ({
      fields: block.fields,
      samples: block.count,
      fromSeconds: block.secondsAt(0),
      toSeconds: block.secondsAt(block.count - 1),
    }));
  }

  /** Makes a frame of all that waits; undefined where nothing does. One at a time: commit or drop it before the next. */
  draft(session: HkSession, nowSeconds: number): DataDraft | undefined {
    const parts = [...this.blocks.values()].filter(({ count }) => count > 0)
      .map((block) => ({ block, count: block.count }));
    if (parts.length === 0) return undefined;
    this.#drafted = true;
    this.#nextStartSeconds = undefined;
    return {
      frame: session.dataFrame(this, parts.map(({ block }) => [block.name, block.vectors()]), nowSeconds),
      spans: this.spans(),
      commit: () => {
        for (const { block, count } of parts) block.discard(count);
        this.#drafted = false;
        this.#frameStartSeconds = this.#nextStartSeconds;
      },
    };
  }
}
