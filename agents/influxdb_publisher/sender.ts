/** Sends what waits, again and again until it is there. @module */
import type { InfluxTrouble } from "../../hk/influx_answer.ts";
import type { InfluxAway, InfluxDatabase } from "../../hk/io/influx_database.ts";
import type { InfluxOutcome, InfluxWriter } from "../../hk/io/influx_writer.ts";
import type { Clock } from "../../internal/clock.ts";
import { pause } from "../../internal/pause.ts";
import { toError } from "../../internal/to_error.ts";
import type { Backlog, Batch } from "./backlog.ts";

/** What a sender works with. */
export interface SenderOptions {
  readonly database: InfluxDatabase;
  readonly writer: InfluxWriter;
  readonly backlog: Backlog;
  /** Told each time the database takes nothing, why. */
  readonly onAway: (trouble: InfluxTrouble | "spool", why: string) => void;
  /** Told when it takes points (again). */
  readonly onReady: () => void;
  readonly clock: Clock;
}

// After an attempt in vain, so long until the next one: doubled each time up to the last.
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 8000;

/** Sends from its start until it is told to end. */
export class Sender {
  /** Points that are in the database. */
  written = 0;
  /** Whether the database was there at all, in this run. */
  wasReady = false;
  readonly #options: SenderOptions;
  /** Why nothing is taken at present. */
  #trouble: string | undefined;
  #isPrepared = false;
  #writesFail = false;
  #retryMs = FIRST_RETRY_MS;
  #wake = new AbortController();
  #settled = Promise.withResolvers<void>();

  /** Sends nothing yet. */
  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Why nothing is taken at present; undefined while the database takes points. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * Says that there is something to send.
   *
   * @returns Resolves when it has been sent, or could not be.
   */
  wake(): Promise<void> {
    this.#settled = Promise.withResolvers<void>();
    this.#wake.abort();
    return this.#settled.promise;
  }

  /** Sends until the signal aborts, which breaks off a request that is under way. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake.abort(), { once: true });
    while (!signal.aborted) {
      const away = await this.#step(signal);
      if (signal.aborted) return;
      if (away !== undefined) this.#settled.resolve();
      if (away === "nothing waits") {
        await pause(Infinity, { signal: this.#wake.signal });
        this.#wake = new AbortController();
      } else if (away !== undefined) await this.#after(away, signal);
    }
  }

  /** One request or a few; says why it was in vain. */
  async #step(signal: AbortSignal): Promise<InfluxAway | "nothing waits" | undefined> {
    const { database, writer, backlog } = this.#options;
    if (!this.#isPrepared) {
      const away = await database.prepare(signal);
      if (away !== undefined) return away;
      this.#isPrepared = true;
      this.wasReady = true;
      // It may be there and take nothing all the same.
      if (!this.#writesFail) this.#ready();
    }
    let batch: Batch | undefined;
    try {
      batch = await backlog.head(writer.mostPoints);
      if (batch === undefined) return "nothing waits";
      const outcome = await this.#write(batch, signal);
      this.#writesFail = outcome.kind === "away";
      if (outcome.kind === "away") return outcome;
      this.written += outcome.written;
      await backlog.done(batch);
    } catch (error) {
      // The disk: the points are still there, or have been sent and will be once more, which does no harm.
      const why = toError(error).message;
      this.#options.onAway("spool", why);
      this.#trouble = why;
      return await this.#pauseAfter(undefined, signal);
    }
    this.#ready();
    return undefined;
  }

  async #write(
    batch: Batch,
    signal: AbortSignal,
  ): Promise<Exclude<InfluxOutcome, { readonly kind: "doubtful" }>> {
    const { writer, backlog } = this.#options;
    const outcome = await writer.write(batch.lines, { signal });
    if (outcome.kind !== "doubtful") return outcome;
    // All of it is refused. If the database takes what waits behind it, these points are to blame, else something else is.
    const others = await backlog.behind(batch);
    const isTaken = others !== undefined && await writer.takes(others, signal) === true;
    const sure = isTaken ? await writer.write(batch.lines, { witness: others, signal }) : outcome;
    return sure.kind === "doubtful" ? { kind: "away", trouble: "client", why: sure.why } : sure;
  }

  #ready(): void {
    this.#trouble = undefined;
    this.#retryMs = FIRST_RETRY_MS;
    this.#options.onReady();
  }

  async #after(away: InfluxAway, signal: AbortSignal): Promise<void> {
    this.#trouble = away.why;
    // It may have to be made again.
    if (away.trouble === "missing") this.#isPrepared = false;
    this.#options.onAway(away.trouble, away.why);
    await this.#pauseAfter(away.retrySeconds, signal);
  }

  async #pauseAfter(retrySeconds: number | undefined, signal: AbortSignal): Promise<undefined> {
    const delayMs = retrySeconds === undefined ? this.#retryMs : Math.max(1, retrySeconds) * 1000;
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
    await pause(delayMs, { clock: this.#options.clock, signal });
  }
}
