/** What a test sees of one feed. @module */
import { type EncodedBlock, parseBlocks } from "../ocs/block.ts";
import type { FeedEvent } from "../ocs/encoded_feed.ts";

const KEPT_EVENTS = 10_000;

/** The events of one feed of an agent under test, collected from its start on; the last 10,000 are kept. */
export class TestFeed implements AsyncIterable<FeedEvent> {
  readonly #events: FeedEvent[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #name: string;
  readonly #withinMs: number;
  // Of all that ever came, so that a reader keeps its place when old ones are dropped.
  #dropped = 0;

  /** Made by `TestAgent`. */
  constructor(name: string, { withinMs = 5000 }: { readonly withinMs?: number } = {}) {
    this.#name = name;
    this.#withinMs = withinMs;
  }

  /** Everything that has come so far, oldest first. Integral floats are `Float`. */
  get events(): readonly FeedEvent[] {
    return this.#events;
  }

  /** The messages alone. */
  get messages(): readonly unknown[] {
    return this.#events.map((event) => event.message);
  }

  /**
   * All blocks of a recorded feed, in the order they came.
   *
   * @throws {TypeError} If a message is none that a recorder could read.
   */
  get blocks(): readonly EncodedBlock[] {
    return this.#events.flatMap((event) => parseBlocks(event.message));
  }

  /** Forgets what has come. */
  clear(): void {
    this.#dropped += this.#events.length;
    this.#events.length = 0;
  }

  /**
   * Gives each event, from the oldest kept one on, and waits for more.
   *
   * Waiting is by the machine's clock, 5 s for each event; the agent's clock stands still meanwhile.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<FeedEvent, never> {
    for (let position = this.#dropped;; position++) {
      while (position >= this.#dropped + this.#events.length) await this.#more();
      position = Math.max(position, this.#dropped);
      const event = this.#events[position - this.#dropped];
      if (event !== undefined) yield event;
    }
  }

  /** Takes an event in. Called by `TestAgent`. */
  add(event: FeedEvent): void {
    this.#events.push(event);
    if (this.#events.length > KEPT_EVENTS) {
      this.#events.shift();
      this.#dropped++;
    }
    for (const wake of this.#waiters) wake();
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(done);
        reject(new Error(`Cannot read feed "${this.#name}": no event within ${this.#withinMs} ms`));
      }, this.#withinMs);
      this.#waiters.add(done);
    });
  }
}
