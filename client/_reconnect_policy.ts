/** When to try again, and how often to say so. @module */
import type { Clock } from "../internal/clock.ts";
import type { Logger } from "../internal/log.ts";
import { Backoff } from "./backoff.ts";
import type { LeaveDetails } from "./wamp_session.ts";

/** A session this long counts as good: the pauses start over. */
const STABLE_AFTER_MS = 10_000;
/** Pause after a refused authentication: repeating it soon helps nobody and fills the router's log. */
const REFUSED_PAUSE_MS = 60_000;
/** The same trouble is told again after this time. */
const REPEAT_LOG_MS = 60_000;

/** ABORT reasons that say who we are is not accepted. */
const AUTHENTICATION_REASONS = new Set([
  "wamp.error.authentication_failed",
  "wamp.error.no_auth_method",
  "wamp.error.no_matching_auth_method",
  "wamp.error.not_authorized",
  "wamp.error.no_such_role",
  "wamp.error.no_such_principal",
  "wamp.error.cannot_authenticate",
]);

/** What the policy works with. */
export interface ReconnectPolicyOptions {
  readonly random: () => number;
  /** Default: that of `Backoff`. */
  readonly maxPauseMs: number | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly url: string;
}

/** Pauses by cause, and a log that does not repeat itself every second. */
export class ReconnectPolicy {
  readonly #options: ReconnectPolicyOptions;
  readonly #backoff: Backoff;
  #joinedAt: number | undefined;
  #toldAt = -Infinity;
  #told = "";

  /** Starts with the shortest pause. */
  constructor(options: ReconnectPolicyOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random, options.maxPauseMs);
  }

  /** A session has been joined. */
  joined(): void {
    this.#joinedAt = this.#options.clock.monotonicMs();
    if (this.#told !== "") this.#options.logger.info(`Connected to ${this.#options.url}`);
    this.#told = "";
  }

  /** A joined session has ended. */
  left(leave: LeaveDetails): void {
    const { clock, logger, url } = this.#options;
    if (this.#joinedAt !== undefined && clock.monotonicMs() - this.#joinedAt >= STABLE_AFTER_MS) {
      this.#backoff.reset();
    }
    this.#joinedAt = undefined;
    logger.info(
      `Session with ${url} ended: ${leave.reason}${leave.message === "" ? "" : ` (${leave.message})`}`,
    );
    this.#told = leave.reason;
    this.#toldAt = -Infinity;
  }

  /** An attempt has failed: told at once, and then once a minute while the reason stays the same. */
  failed(error: Error, reason: string): void {
    const { clock, logger } = this.#options;
    const now = clock.monotonicMs();
    if (this.#told === reason && now - this.#toldAt < REPEAT_LOG_MS) return;
    this.#told = reason;
    this.#toldAt = now;
    logger.warn(`${error.message}; trying again`);
  }

  /** How long to wait before the next attempt. */
  pauseMs(leave: LeaveDetails): number {
    return AUTHENTICATION_REASONS.has(leave.reason)
      ? this.#backoff.spread(REFUSED_PAUSE_MS)
      : this.#backoff.next();
  }
}
