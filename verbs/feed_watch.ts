/** One feed, and how fresh what it told is. @module */
import { BoundedStream } from "../client/mod.ts";
import type { Clock } from "../internal/clock.ts";
import { toError } from "../internal/to_error.ts";
import { type EncodedBlock, feedTopic, parseBlocks, parseFeedEvent } from "../ocs/mod.ts";
import type { FoundFeed } from "./feed_target.ts";
import type { SiteLink } from "./site_link.ts";

/** One event of a feed. */
export interface WatchedEvent {
  readonly message: unknown;
  /** Undefined for a feed that is not recorded: its messages have any form. */
  readonly blocks: readonly EncodedBlock[] | undefined;
  /** Unix seconds by the clock here. */
  readonly receivedSeconds: number;
  /** The same moment by the monotonic clock. */
  readonly receivedMs: number;
}

/** What stands between a feed and its reader; the lengths of time are seconds. */
export type FeedCondition =
  | { readonly kind: "live" }
  | { readonly kind: "router-lost"; readonly forSeconds: number }
  | { readonly kind: "agent-silent"; readonly forSeconds: number };

/** How a feed is watched. */
export interface FeedWatchOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told when the router is lost, and when it is back. */
  readonly onRouter?: ((isThere: boolean) => void) | undefined;
}

/** An agent that was not heard for so long is gone (spec ocs 10.2). */
const SILENT_SECONDS = 5;
/** After the router agents come back one by one. */
const RETURN_SECONDS = 15;

/** Listens to a feed and to its agent's heartbeat, also over losses of the router, until disposed of. */
export class FeedWatch implements AsyncDisposable {
  /** What is published; ends with the signal. A reader that is 1000 events behind loses the oldest. */
  readonly events: BoundedStream<WatchedEvent>;
  readonly found: FoundFeed;
  readonly #clock: Clock;
  readonly #stack = new AsyncDisposableStack();
  #push: (event: WatchedEvent) => void = () => {};
  #lostMs: number | undefined;
  #heardMs: number;
  #lastMs: number | undefined;
  #malformed = 0;
  #problem: string | undefined;

  private constructor(found: FoundFeed, clock: Clock) {
    this.found = found;
    this.#clock = clock;
    this.#heardMs = clock.monotonicMs();
    this.events = new BoundedStream<WatchedEvent>({
      start: (push) => {
        this.#push = push;
        return Promise.resolve(() => Promise.resolve());
      },
    });
  }

  /** Starts to listen; the link stays its owner's, and must outlive the watch. */
  static async open(link: SiteLink, found: FoundFeed, options: FeedWatchOptions): Promise<FeedWatch> {
    const watch = new FeedWatch(found, options.clock);
    try {
      await watch.#listen(link, options);
    } catch (error) {
      await watch[Symbol.asyncDispose]();
      throw error;
    }
    return watch;
  }

  /** How the feed is now. */
  get condition(): FeedCondition {
    const nowMs = this.#clock.monotonicMs();
    if (this.#lostMs !== undefined) {
      return { kind: "router-lost", forSeconds: (nowMs - this.#lostMs) / 1000 };
    }
    const forSeconds = (nowMs - this.#heardMs) / 1000;
    return forSeconds < SILENT_SECONDS ? { kind: "live" } : { kind: "agent-silent", forSeconds };
  }

  /** Seconds since the last event; undefined before the first. */
  get lastEventSeconds(): number | undefined {
    return this.#lastMs === undefined ? undefined : (this.#clock.monotonicMs() - this.#lastMs) / 1000;
  }

  /** Events that could not be read so far. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Why the last one of them could not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.events.return();
    await this.#stack.disposeAsync();
  }

  async #listen({ connection }: SiteLink, { signal, onRouter }: FeedWatchOptions): Promise<void> {
    const stack = this.#stack;
    stack.defer(connection.onStateChange((state) => {
      const isThere = state === "joined";
      if (signal.aborted || isThere === (this.#lostMs === undefined)) return;
      const nowMs = this.#clock.monotonicMs();
      this.#lostMs = isThere ? undefined : nowMs;
      if (isThere) this.#heardMs = nowMs + (RETURN_SECONDS - SILENT_SECONDS) * 1000;
      onRouter?.(isThere);
    }));
    const end = (): void => void this.events.return();
    signal.addEventListener("abort", end);
    stack.defer(() => signal.removeEventListener("abort", end));
    const { address, agent_address: agent } = this.found.info;
    stack.use(await connection.subscribe(address, ({ args }) => this.#take(args), { floats: "plain" }));
    stack.use(await connection.subscribe(feedTopic(agent, "heartbeat"), () => this.#heard()));
  }

  #heard(): void {
    this.#heardMs = Math.max(this.#heardMs, this.#clock.monotonicMs());
  }

  #take(args: readonly unknown[]): void {
    this.#heard();
    this.#lastMs = this.#clock.monotonicMs();
    try {
      const { message, feed } = parseFeedEvent(args);
      this.#push({
        message,
        blocks: feed.record ? parseBlocks(message) : undefined,
        receivedSeconds: this.#clock.now(),
        receivedMs: this.#clock.monotonicMs(),
      });
    } catch (error) {
      this.#malformed++;
      this.#problem = toError(error).message;
    }
  }
}
