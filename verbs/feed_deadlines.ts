/** How long a feed may keep its reader waiting. @module */
import type { Clock } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";

/** What is waited for, and how long. */
export interface DeadlinesOptions {
  readonly clock: Clock;
  /** For the first event, and then for the fields that were asked for; by default only those have one, of 10 s. */
  readonly timeoutSeconds: number | undefined;
  /** Says what is missing so far. */
  readonly missing: () => Error | undefined;
  /** Told what is missing when the first event has come. */
  readonly say: (text: string) => void;
}

const DEFAULT_FIELD_SECONDS = 10;

/** Two waits in a row: for anything at all, and for the fields that were asked for. */
export class Deadlines {
  readonly #options: DeadlinesOptions;
  readonly #begun = new AbortController();
  #isOver = false;

  constructor(options: DeadlinesOptions) {
    this.#options = options;
  }

  /** Whether nothing has come in time. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Something has come. */
  begin(): void {
    this.#begun.abort();
  }

  /**
   * Resolves when nothing has come in time, or at the end.
   *
   * @throws What `missing` gives, if fields do not come in time.
   */
  async keep(end: AbortSignal): Promise<void> {
    const { clock, timeoutSeconds, missing, say } = this.#options;
    const begun = AbortSignal.any([this.#begun.signal, end]);
    await pause((timeoutSeconds ?? Infinity) * 1000, { clock, signal: begun });
    if (end.aborted) return;
    if (!begun.aborted) {
      this.#isOver = true;
      return;
    }
    const soFar = missing();
    if (soFar !== undefined) {
      const waitSeconds = timeoutSeconds ?? DEFAULT_FIELD_SECONDS;
      say(`${soFar.message} so far; waiting up to ${waitSeconds} s for another block`);
      await pause(waitSeconds * 1000, { clock, signal: end });
      const error = missing();
      if (error !== undefined && !end.aborted) throw error;
    }
    await pause(Infinity, { clock, signal: end });
  }
}
