/** A stream that never holds more than so many items. @module */
import { toError } from "../internal/to_error.ts";

/** Where a stream's items come from. */
export interface StreamSource<T> {
  /** Starts the source; resolves with what ends it. `push` gives an item, `end` ends the stream. */
  start(push: (item: T) => void, end: (error?: Error) => void): Promise<() => Promise<void>>;
}

/** How a stream is bounded. */
export interface StreamOptions {
  /** Items held for a slow reader; beyond, the oldest are dropped and counted. Default 1000. */
  readonly bufferSize?: number | undefined;
  /** Ends the stream. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Items as they come, for `for await`.
 *
 * It listens from the moment it is made. Leaving the loop, `return()`, the signal, or the end of the source end
 * it, and with it the subscription behind it.
 */
export class BoundedStream<T> implements AsyncIterableIterator<T>, AsyncDisposable {
  readonly #bufferSize: number;
  readonly #buffer: T[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #started: Promise<void>;
  #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #failed: ((error: Error) => void)[] = [];
  #error: Error | undefined;
  #ended = false;
  #dropped = 0;
  #stop: (() => Promise<void>) | undefined;

  /** Starts the source. */
  constructor(source: StreamSource<T>, { bufferSize = 1000, signal }: StreamOptions = {}) {
    if (!Number.isInteger(bufferSize) || bufferSize < 1) {
      throw new RangeError(`Cannot buffer "${bufferSize}" items: expected an integer of 1 or more`);
    }
    this.#bufferSize = bufferSize;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#started = this.#start(source);
    if (signal?.aborted) this.#onAbort();
  }

  /** How many items a slow reader has lost so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Resolves once the source delivers; rejects when it cannot be had. */
  get started(): Promise<void> {
    return this.#started.then(() => {
      if (this.#error !== undefined) throw this.#error;
    });
  }

  /** The next item; waits for it. */
  next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#buffer.shift();
    // A shift of undefined cannot be an item: sources push objects.
    if (item !== undefined) return Promise.resolve({ done: false, value: item });
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      this.#failed.push(reject);
    });
  }

  /** Ends the stream. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    this.#buffer.length = 0;
    await this.#started;
    await this.#stopSource();
    return { done: true, value: undefined };
  }

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  readonly #onAbort = () => void this.return();

  async #start(source: StreamSource<T>): Promise<void> {
    try {
      this.#stop = await source.start((item) => this.#push(item), (error) => this.#end(error));
    } catch (error) {
      this.#end(toError(error));
    }
    if (this.#ended) await this.#stopSource();
  }

  async #stopSource(): Promise<void> {
    const stop = this.#stop;
    this.#stop = undefined;
    await stop?.();
  }

  #push(item: T): void {
    if (this.#ended) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      this.#failed.shift();
      waiting({ done: false, value: item });
      return;
    }
    this.#buffer.push(item);
    if (this.#buffer.length > this.#bufferSize) {
      this.#buffer.shift();
      this.#dropped++;
    }
  }

  #end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    const [waiting, failed] = [this.#waiting, this.#failed];
    this.#waiting = [];
    this.#failed = [];
    if (error !== undefined) { for (const reject of failed) reject(error); }
    else for (const resolve of waiting) resolve({ done: true, value: undefined });
    void this.#started?.then(() => this.#stopSource());
  }
}
