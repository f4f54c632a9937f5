/** Synthetic agents that publish recorded feeds, as many and as fast as a test wants. @module */
import { connectWamp, type WampConnection } from "../../client/mod.ts";
import { Float } from "../../internal/float.ts";
import type { RouterFixture } from "./router_fixture.ts";

/** One feed of the load. */
export interface LoadFeed {
  /** Such as `observatory.load1.feeds.data`. */
  readonly address: string;
  /** Samples in a message. */
  readonly samples: number;
  /** Fields of floats, beside the counter `n`. */
  readonly floats: number;
  /** Length of the text in each sample; 0: there is no field of texts. */
  readonly textLength: number;
  /** Letter that texts are filled with; default a dot. */
  readonly fill?: string | undefined;
  /** Seconds of data in a frame; default the recorder's. */
  readonly frameSeconds?: number | undefined;
}

/** Publishes feeds until it is disposed of. In each the field `n` counts samples from 0. */
export class HkLoad implements AsyncDisposable {
  readonly #connection: WampConnection;
  readonly #feeds: readonly LoadFeed[];
  readonly #sent = new Map<string, number>();
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(connection: WampConnection, feeds: readonly LoadFeed[]) {
    this.#connection = connection;
    this.#feeds = feeds;
  }

  /** Connects; publishes nothing yet. */
  static async connect(
    router: Pick<RouterFixture, "url" | "realm">,
    feeds: readonly LoadFeed[],
  ): Promise<HkLoad> {
    return new HkLoad(await connectWamp({ url: router.url, realm: router.realm }), feeds);
  }

  /** Samples that were published of a feed. */
  sent(address: string): number {
    return this.#sent.get(address) ?? 0;
  }

  /** Publishes one message of every feed; resolves when the router has them. */
  async publish(): Promise<void> {
    for (const [i, feed] of this.#feeds.entries()) {
      // The last is acknowledged, and so those before it have arrived.
      await this.#one(feed, { acknowledge: i === this.#feeds.length - 1 });
    }
  }

  /** Publishes one message of every feed again and again. */
  run(everyMs: number): void {
    this.#timer ??= setInterval(() => {
      for (const feed of this.#feeds) {
        // The connection refuses what it cannot send for now; the counter shows the gap.
        this.#one(feed, {}).catch(() => {});
      }
    }, everyMs);
  }

  /** Stops publishing. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Stops and disconnects. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.pause();
    await this.#connection.close();
  }

  #one(feed: LoadFeed, options: { readonly acknowledge?: boolean }): Promise<void> {
    const { address, samples, floats, textLength, fill = ".", frameSeconds } = feed;
    const first = this.#sent.get(address) ?? 0;
    this.#sent.set(address, first + samples);
    const now = Date.now() / 1000;
    const counter = Array.from({ length: samples }, (_, i) => first + i);
    const data: Record<string, unknown> = { n: counter };
    for (let f = 0; f < floats; f++) data[`f${f}`] = counter.map((n) => new Float(n + f / 16));
    if (textLength > 0) data.text = counter.map((n) => String(n).padEnd(textLength, fill));
    const timestamps = counter.map((_, i) => now + i / samples / 100);
    const [agent = "", name = ""] = address.split(".feeds.");
    const encoded = {
      agent_address: agent,
      agg_params: frameSeconds === undefined ? {} : { frame_length: frameSeconds },
      feed_name: name,
      address,
      record: true,
      session_id: "1790000000.5",
      agent_class: "Load",
    };
    const message = { data: { block_name: "data", timestamps, data } };
    return this.#connection.publish(address, [[message, encoded]], options);
  }
}
