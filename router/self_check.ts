/** The router's view of its own responsiveness (spec 9.4, rule 10). @module */
import type { Logger } from "../internal/log.ts";
import { NO_PAYLOAD } from "../wamp/payload.ts";
import type { InternalSession } from "./core/internal_session.ts";
import type { WireCounters } from "./wire_counters.ts";

/** Above this lag, peers begin to take the router for dead. */
const WARN_ABOVE_MS = 1000;
const TOPIC = "ocs_router.self_check";

/** What a self-check needs. */
export interface SelfCheckOptions {
  /** A session that may publish anywhere; the check closes it. */
  readonly session: InternalSession;
  /** Time between two checks, in ms. */
  readonly intervalMs: number;
  /** Where results are kept. */
  readonly counters: WireCounters;
  /** Where a long lag is told. */
  readonly logger: Logger;
  /** Milliseconds that never run backwards. */
  monotonicMs(): number;
}

/** Publishes to itself every few seconds and measures how late that is and how long it takes. */
export class SelfCheck implements Disposable {
  readonly #options: SelfCheckOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #dueMs: number;

  /** Starts checking; ends with `[Symbol.dispose]`. */
  constructor(options: SelfCheckOptions) {
    this.#options = options;
    this.#dueMs = options.monotonicMs() + options.intervalMs;
    options.session.subscribe(TOPIC, () => this.#arrived()).catch((error: unknown) => {
      options.logger.error(`Self-check cannot subscribe: ${String(error)}`);
    });
    this.#timer = setInterval(() => this.#publish(), options.intervalMs);
  }

  #publish(): void {
    this.#options.session.publish(TOPIC, NO_PAYLOAD, { exclude_me: false }).catch((error: unknown) => {
      this.#options.logger.error(`Self-check cannot publish: ${String(error)}`);
    });
  }

  #arrived(): void {
    const { counters, logger, intervalMs, monotonicMs } = this.#options;
    const nowMs = monotonicMs();
    const lagMs = Math.max(0, nowMs - this.#dueMs);
    this.#dueMs = nowMs + intervalMs;
    counters.loopLagMs = lagMs;
    counters.maxLoopLagMs = Math.max(counters.maxLoopLagMs, lagMs);
    if (lagMs > WARN_ABOVE_MS) {
      logger.warn(`The router was busy for ${(lagMs / 1000).toFixed(1)} s; peers drop it after 5 s`);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#options.session.close();
  }
}
