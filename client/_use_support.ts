/** What subscriptions and registrations that outlive a session share. @module */
import type { Clock } from "../internal/clock.ts";
import type { Logger } from "../internal/log.ts";
import { WampError } from "../wamp/mod.ts";
import type { FloatMode } from "./_float_mode.ts";
import type { JoinedSession } from "./_joined_session.ts";
import { TRANSPORT_LOST } from "./_reasons.ts";
import { Backoff } from "./backoff.ts";
import { NotConnectedError } from "./errors.ts";

/** What the uses share. */
export interface UsesOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly floatMode: FloatMode;
  /** The session of now. */
  readonly session: () => JoinedSession | undefined;
  readonly onRefused: (procedure: string, error: Error) => void;
}

/** Something that is tried again and again on one session, with growing pauses. */
export class Retry {
  readonly #options: UsesOptions;
  readonly #backoff: Backoff;
  #stop: (() => void) | undefined;

  constructor(options: UsesOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  later(again: () => void): void {
    this.end();
    this.#stop = this.#options.clock.setTimer(this.#backoff.next(), again);
  }

  end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  reset(): void {
    this.end();
    this.#backoff.reset();
  }
}

/** Whether a request failed only because the session did: the next join will do it. */
export function isLoss(error: unknown): boolean {
  return error instanceof NotConnectedError || (error instanceof WampError && error.uri === TRANSPORT_LOST);
}
