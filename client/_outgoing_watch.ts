/** How much waits to be sent, and what follows when a router does not read (WAMP spec 9.4). @module */
import type { Clock } from "../internal/clock.ts";
import type { Logger } from "../internal/log.ts";

/** What one turn of a program sends is no sign of a slow router: so long the soft limit is not held against it. */
const BURST_MS = 1000;
const LOOK_AGAIN_MS = 1000;
const REPEAT_LOG_MS = 60_000;

/** Bounds of what waits to be sent. */
export interface OutgoingLimits {
  readonly softQueueBytes: number;
  readonly hardQueueBytes: number;
  readonly stuckMs: number;
}

/** The bounds unless told otherwise; those of the router for its own side. */
export const DEFAULT_OUTGOING_LIMITS: OutgoingLimits = {
  softQueueBytes: 1024 * 1024,
  hardQueueBytes: 16 * 1024 * 1024,
  stuckMs: 15_000,
};

/** What a watch works with. */
export interface OutgoingWatchOptions extends OutgoingLimits {
  /** Bytes handed over and not yet taken by the network. */
  readonly bufferedBytes: () => number;
  /** Ends the connection; called once, and never from within `sent`. */
  readonly lost: (why: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Watches one connection's outgoing bytes. Stop it when the connection is over. */
export class OutgoingWatch {
  readonly #options: OutgoingWatchOptions;
  /** All that was handed over; less what waits, it is what the network has taken. */
  #sentBytes = 0;
  #takenBytes = 0;
  #takenAtMs = 0;
  #slowSinceMs: number | undefined;
  #stopTimer: (() => void) | undefined;
  #toldAtMs = -Infinity;
  #isTold = false;
  #isOver = false;

  /** Starts no timer before something waits. */
  constructor(options: OutgoingWatchOptions) {
    this.#options = options;
  }

  /** Counts a message that was just handed over. */
  sent(bytes: number): void {
    this.#sentBytes += bytes;
    if (this.#isOver) return;
    const { softQueueBytes, hardQueueBytes, clock } = this.#options;
    const waiting = this.#options.bufferedBytes();
    if (waiting <= softQueueBytes) {
      this.#slowSinceMs = undefined;
      return;
    }
    this.#slowSinceMs ??= clock.monotonicMs();
    if (waiting > hardQueueBytes) return this.#lose(`${waiting} bytes wait to be sent to it`);
    if (this.#stopTimer !== undefined) return;
    this.#takenBytes = this.#sentBytes - waiting;
    this.#takenAtMs = clock.monotonicMs();
    this.#lookAgain();
  }

  /** How much waits, if that is too much for a publication or call to come on top of it; 0 otherwise. */
  excessBytes(): number {
    if (this.#slowSinceMs === undefined) return 0;
    const { softQueueBytes, hardQueueBytes, clock } = this.#options;
    const waiting = this.#options.bufferedBytes();
    if (waiting <= softQueueBytes) return 0;
    const isBurst = clock.monotonicMs() - this.#slowSinceMs < BURST_MS;
    // The upper half is for what must not be refused: answers to calls.
    if (isBurst && waiting <= Math.max(softQueueBytes, hardQueueBytes / 2)) return 0;
    this.#tell(waiting);
    return waiting;
  }

  /** Ends the watch. */
  stop(): void {
    this.#isOver = true;
    this.#stopTimer?.();
  }

  #lookAgain(): void {
    const { clock, stuckMs } = this.#options;
    this.#stopTimer = clock.setTimer(Math.min(LOOK_AGAIN_MS, stuckMs), () => this.#look());
  }

  #look(): void {
    const { softQueueBytes, stuckMs, clock, logger } = this.#options;
    this.#stopTimer = undefined;
    const waiting = this.#options.bufferedBytes();
    if (waiting <= softQueueBytes) {
      this.#slowSinceMs = undefined;
      if (this.#isTold) logger.info("The router reads again");
      this.#isTold = false;
      return;
    }
    const taken = this.#sentBytes - waiting;
    const nowMs = clock.monotonicMs();
    if (taken > this.#takenBytes) {
      this.#takenBytes = taken;
      this.#takenAtMs = nowMs;
    } else if (nowMs - this.#takenAtMs >= stuckMs) {
      return this.#lose(`it has taken nothing for ${stuckMs / 1000} s, and ${waiting} bytes wait`);
    }
    this.#lookAgain();
  }

  #tell(waiting: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#toldAtMs < REPEAT_LOG_MS) return;
    this.#toldAtMs = nowMs;
    this.#isTold = true;
    this.#options.logger.warn(
      `The router reads too slowly: ${waiting} bytes wait, publications and calls are refused meanwhile`,
    );
  }

  #lose(why: string): void {
    this.stop();
    // Not from within a send of autobahn's, which is not made for the end of its transport.
    queueMicrotask(() => this.#options.lost(why));
  }
}
