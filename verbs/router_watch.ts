/** Whether the router is there, and from when on silence counts. @module */
import { CallTimeoutError, NotConnectedError, type WampConnection } from "../client/mod.ts";
import type { Clock } from "../internal/clock.ts";

/** What a router watch goes by, and whom it tells. */
export interface RouterWatchOptions {
  readonly clock: Clock;
  /** Ends what waits. */
  readonly signal: AbortSignal;
  /** Told of each change; of the first time that the router is there only where it was missed. */
  readonly onChange: (state: "up" | "lost") => void;
}

/** After the router agents come back one by one; Python's may take so long. */
const RETURN_GRACE_MS = 20_000;
/** When this program itself stood still (Ctrl-Z, a sleeping laptop), what was sent meanwhile is yet to be read. */
const WAKE_GRACE_MS = 5000;
const LATE_MS = 2000;
/** While anybody is heard the router is there. */
const QUIET_MS = 2500;
const PROBE_MS = 2000;

/** The router of a connection: up, or lost since when. */
export class RouterWatch implements Disposable {
  readonly #connection: WampConnection;
  readonly #options: RouterWatchOptions;
  readonly #stopListening: () => void;
  #state: "up" | "lost";
  #wasUp: boolean;
  #wasMissed = false;
  #sinceMs: number;
  #heardMs: number;
  /** Agents that were not heard since then have this much time. */
  #back = { ms: -Infinity, graceMs: 0 };

  constructor(connection: WampConnection, options: RouterWatchOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#state = connection.state === "joined" ? "up" : "lost";
    this.#wasUp = this.#state === "up";
    this.#sinceMs = this.#heardMs = options.clock.monotonicMs();
    this.#stopListening = connection.onStateChange((state) =>
      this.#become(state === "joined" ? "up" : "lost")
    );
  }

  /** `lost` also before it was there for the first time, and while it is connected but does not answer. */
  get state(): "up" | "lost" {
    return this.#state;
  }

  /** Since when, on the watch's monotonic clock. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Resolves when a session is joined, or the signal is aborted. */
  joined(): Promise<void> {
    const { signal } = this.#options;
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#connection.state !== "joined" && !signal.aborted) return;
        stop();
        signal.removeEventListener("abort", look);
        resolve();
      };
      const stop = this.#connection.onStateChange(look);
      signal.addEventListener("abort", look);
      look();
    });
  }

  /** Something came through it. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
    if (this.#state === "lost" && this.#connection.state === "joined") this.#become("up");
  }

  /** Time has passed, so much more than was meant to. */
  tick(nowMs: number, lateMs: number): void {
    if (lateMs > LATE_MS) this.#graceFrom(nowMs, WAKE_GRACE_MS);
  }

  /** When an agent that was last heard at a time has expired; never while the router is lost. */
  expiryMs(heardMs: number, afterMs: number): number {
    if (this.#state === "lost") return Infinity;
    const { ms, graceMs } = this.#back;
    return heardMs >= ms ? heardMs + afterMs : Math.max(heardMs + afterMs, ms + graceMs);
  }

  /** Whether it is there for sure: somebody was heard just now, or it answers. It counts as lost when it does not. */
  async answers(): Promise<boolean> {
    const { clock, signal } = this.#options;
    if (clock.monotonicMs() - this.#heardMs < QUIET_MS) return true;
    try {
      await this.#connection.call("wamp.session.count", [], { timeoutMs: PROBE_MS, signal });
    } catch (error) {
      if (signal.aborted || error instanceof NotConnectedError) return false;
      if (error instanceof CallTimeoutError) {
        this.#become("lost");
        return false;
      }
      // Whatever it says, it has spoken.
    }
    if (this.#connection.state !== "joined") return false;
    this.#become("up");
    return true;
  }

  /** Stops. */
  [Symbol.dispose](): void {
    this.#stopListening();
  }

  #become(state: "up" | "lost"): void {
    if (this.#state === state || this.#options.signal.aborted) return;
    this.#state = state;
    this.#sinceMs = this.#options.clock.monotonicMs();
    // Before the first time nobody was heard who could be missed.
    if (state === "up" && this.#wasUp) this.#graceFrom(this.#sinceMs, RETURN_GRACE_MS);
    const isNews = this.#wasUp || this.#wasMissed;
    this.#wasUp ||= state === "up";
    if (isNews) this.#options.onChange(state);
  }

  #graceFrom(ms: number, graceMs: number): void {
    if (ms + graceMs > this.#back.ms + this.#back.graceMs) this.#back = { ms, graceMs };
  }
}
