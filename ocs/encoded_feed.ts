/** What an agent says of a feed, with each event and in `get_api`. @module */
import { kindOf, RecordReader } from "./_wire.ts";

/** What the Aggregator and the InfluxDB publishers should know of a feed. Other keys are ignored by them. */
export interface AggParams {
  /** Seconds collected before a frame is written; a recorder takes 300 where it is absent. */
  readonly frame_length?: number;
  /** Seconds without data until a recorder drops the feed; 180 where absent. */
  readonly fresh_time?: number;
  /** Keeps the feed out of HK files. */
  readonly exclude_aggregator?: boolean;
  /** Keeps the feed out of InfluxDB. */
  readonly exclude_influx?: boolean;
  /** Others are allowed and ignored. */
  readonly [key: string]: unknown;
}

/** A feed in the wire's own words and order. */
export interface EncodedFeed {
  /** Address of the publishing agent, such as `observatory.faker1`. */
  readonly agent_address: string;
  /** Hints to recorders. */
  readonly agg_params: AggParams;
  /** Such as `heartbeat`. */
  readonly feed_name: string;
  /** The topic. */
  readonly address: string;
  /** True when it is meant to be recorded; its messages are objects of blocks then. */
  readonly record: boolean;
  /** Start time of the agent process as text: the same over reconnects, another after a restart. */
  readonly session_id: string;
  /** null for an agent that does not tell, as old ones do not. */
  readonly agent_class: string | null;
}

/** What one event of a feed carries. */
export interface FeedEvent {
  /** Blocks by name for a recorded feed (`parseBlocks`), anything for others. */
  readonly message: unknown;
  /** Whose event it is. */
  readonly feed: EncodedFeed;
}

/**
 * Reads what an agent says of a feed.
 *
 * @throws {TypeError} If it is none; says which key, what is there and what was expected.
 */
export function parseFeed(value: unknown): EncodedFeed {
  const feed = new RecordReader("feed", value);
  return {
    agent_address: feed.text("agent_address"),
    agg_params: feed.record("agg_params", {}),
    feed_name: feed.text("feed_name"),
    address: feed.text("address"),
    record: feed.flag("record", false),
    session_id: feed.text("session_id", ""),
    agent_class: feed.textOrNull("agent_class"),
  };
}

/**
 * Reads an event of a feed: one positional argument, the array of message and feed.
 *
 * @param args Positional arguments of the event.
 * @throws {TypeError} If it is none.
 */
export function parseFeedEvent(args: readonly unknown[]): FeedEvent {
  const [pair] = args;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new TypeError(`Cannot read feed event: ${kindOf(pair)}, expected an array of message and feed`);
  }
  return { message: pair[0], feed: parseFeed(pair[1]) };
}
