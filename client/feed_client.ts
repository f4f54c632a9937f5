/** Feeds of an agent as a script sees them. @module */
import { type EncodedFeed, parseBlocks, parseFeedEvent, type Sample } from "../ocs/mod.ts";
import type { Logger } from "../internal/log.ts";
import { toError } from "../internal/to_error.ts";
import { BoundedStream, type StreamOptions } from "./bounded_stream.ts";
import type { WampConnection } from "./wamp_connection.ts";
import type { WampSession } from "./wamp_session.ts";

/** One event of a feed as it was published. */
export interface FeedEventItem {
  /** Blocks by name for a recorded feed, anything for others. */
  readonly message: unknown;
  /** Whose event it is. */
  readonly feed: EncodedFeed;
  /** When it arrived here, in Unix seconds. */
  readonly receivedSeconds: number;
}

/** All fields of a block at one time. */
export interface FeedSample<Fields extends object = Readonly<Record<string, Sample>>> {
  /** Name of the block. */
  readonly blockName: string;
  /** Value of each field. */
  readonly block: Fields;
  /** When it was measured, in Unix seconds by the agent's clock. */
  readonly timestampSeconds: number;
}

/** What a feed client needs of its client. */
export interface FeedSource {
  /** The agent's description of the feed. */
  readonly info: EncodedFeed;
  /** The session to listen on; throws where there is none. */
  readonly session: () => WampSession & Partial<Pick<WampConnection, "onStateChange">>;
  /** Where bad events are told. */
  readonly logger: Logger;
  /** Ends streams with its reason. */
  readonly interrupted?: AbortSignal | undefined;
}

/** A feed that can be listened to. */
export class FeedClient<Fields extends object = Readonly<Record<string, Sample>>> {
  /** Name of the feed. */
  readonly feedName: string;
  /** The topic. */
  readonly address: string;
  /** What the agent says of it. */
  readonly info: EncodedFeed;
  readonly #source: FeedSource;

  /** Made by `OCSClient`. */
  constructor(source: FeedSource) {
    this.#source = source;
    this.info = source.info;
    this.feedName = source.info.feed_name;
    this.address = source.info.address;
  }

  /**
   * Listens to every event.
   *
   * The stream goes on after a reconnect (what was published meanwhile is missing, as it is for everybody) and
   * ends when the client is closed.
   */
  events(options: StreamOptions = {}): BoundedStream<FeedEventItem> {
    return this.#listen((item) => [item], options);
  }

  /**
   * Listens to every sample of a recorded feed, one item for each time of each block.
   *
   * @throws {TypeError} If the feed is not recorded: its events have no blocks.
   */
  samples(options: StreamOptions = {}): BoundedStream<FeedSample<Fields>> {
    if (!this.info.record) {
      throw new TypeError(`Cannot read samples of feed "${this.feedName}": it is not recorded, use events()`);
    }
    return this.#listen((item) => samplesOf<Fields>(item), options);
  }

  #listen<T>(unfold: (item: FeedEventItem) => readonly T[], options: StreamOptions): BoundedStream<T> {
    const { session: getSession, logger, interrupted } = this.#source;
    const session = getSession();
    return new BoundedStream<T>({
      start: async (push, end) => {
        const onInterrupt = () => end(interrupted?.reason);
        interrupted?.throwIfAborted();
        interrupted?.addEventListener("abort", onInterrupt, { once: true });
        const subscription = await session.subscribe(this.address, ({ args }) => {
          try {
            const item = { ...parseFeedEvent(args), receivedSeconds: Date.now() / 1000 };
            for (const value of unfold(item)) push(value);
          } catch (error) {
            // One bad event of an agent must not end a script's loop.
            logger.warn(toError(error).message);
          }
        }, { floats: "plain" });
        const stopListening = session.onStateChange?.((state) => {
          if (state === "closed") end();
        });
        return async () => {
          interrupted?.removeEventListener("abort", onInterrupt);
          stopListening?.();
          await subscription.unsubscribe();
        };
      },
    }, options);
  }
}

function samplesOf<Fields extends object>({ message }: FeedEventItem): FeedSample<Fields>[] {
  const samples: FeedSample<Fields>[] = [];
  for (const block of parseBlocks(message)) {
    const fields = Object.entries(block.data);
    block.timestamps.forEach((timestampSeconds, i) => {
      const values = Object.fromEntries(fields.map(([field, column]) => [field, column[i]]));
      // The caller said with the type argument what the fields are; what is there is the agent's word.
      samples.push({ blockName: block.block_name, block: values as Fields, timestampSeconds });
    });
  }
  return samples;
}
