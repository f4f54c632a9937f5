/** A feed of numbered points at a steady rate. @module */
import { connectWamp, type WampConnection } from "../../client/mod.ts";
import type { RouterFixture } from "./router_fixture.ts";

/** How fast it is. */
export interface FeedFloodOptions {
  /** Points a second. */
  readonly rate: number;
  /** Points of an event; default a tenth of a second's. */
  readonly points?: number;
  /** Fields of a point, the number in each; default 1. */
  readonly fields?: number;
}

/** Publishes points of `observatory.flood`, feed `data`, whose field `n0` counts up from 0. Dispose of it. */
export class FeedFlood implements AsyncDisposable {
  /** Points that were published. */
  sent = 0;
  readonly #connection: WampConnection;
  readonly #points: number;
  readonly #fields: number;
  readonly #periodMs: number;
  readonly #baseSeconds = Math.floor(Date.now() / 1000);
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(connection: WampConnection, options: FeedFloodOptions) {
    this.#connection = connection;
    this.#points = options.points ?? Math.max(1, Math.round(options.rate / 10));
    this.#fields = options.fields ?? 1;
    this.#periodMs = this.#points / options.rate * 1000;
  }

  /** Joins, and publishes nothing yet. */
  static async connect(router: RouterFixture, options: FeedFloodOptions): Promise<FeedFlood> {
    return new FeedFlood(await connectWamp({ url: router.url, realm: router.realm }), options);
  }

  /** Publishes from now on. */
  go(): void {
    const start = performance.now();
    let events = 0;
    // A timer that comes late makes up for it.
    this.#timer = setInterval(() => {
      for (; events * this.#periodMs <= performance.now() - start; events++) this.#publish();
    }, Math.max(1, this.#periodMs / 2));
  }

  /** Publishes no more for now; resolves when the router has everything. */
  async rest(): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection.publish("observatory.flood.feeds.end", [[{}, {}]], { acknowledge: true });
  }

  /** Leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection[Symbol.asyncDispose]();
  }

  #publish(): void {
    const numbers = Array.from({ length: this.#points }, (_, i) => this.sent + i);
    this.sent += this.#points;
    const data = Object.fromEntries(
      Array.from({ length: this.#fields }, (_, field) => [`n${field}`, numbers]),
    );
    // A half of a millisecond apart, and never whole: JSON and the others would make an integer of it.
    const timestamps = numbers.map((n) => this.#baseSeconds + 0.00025 + n * 0.0005);
    const feed = {
      agent_address: "observatory.flood",
      agg_params: {},
      feed_name: "data",
      address: "observatory.flood.feeds.data",
      record: true,
      session_id: "1",
      agent_class: "Flood",
    };
    void this.#connection.publish(feed.address, [[{ b: { block_name: "b", data, timestamps } }, feed]]);
  }
}
