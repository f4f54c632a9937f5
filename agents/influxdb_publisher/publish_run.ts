/** One run of a publisher: takes events, and has their points written. @module */
import { type InfluxKindChange, InfluxKinds } from "../../hk/influx_kinds.ts";
import { influxLines } from "../../hk/influx_lines.ts";
import type { InfluxProtocol } from "../../hk/influx_time.ts";
import type { InfluxDatabase } from "../../hk/io/influx_database.ts";
import { InfluxWriter } from "../../hk/io/influx_writer.ts";
import type { Clock } from "../../internal/clock.ts";
import { Float } from "../../internal/float.ts";
import { LimitedLog, printable } from "../../internal/limited_log.ts";
import type { Logger } from "../../internal/log.ts";
import { pause } from "../../internal/pause.ts";
import { stateFolder } from "../../internal/state_folder.ts";
import { toError } from "../../internal/to_error.ts";
import type { FeedEvent } from "../../ocs/encoded_feed.ts";
import { isTruthy } from "../../ocs/python_text.ts";
import { awayText } from "./away_text.ts";
import { Backlog } from "./backlog.ts";
import type { KindChange, LostPoints, PublishData } from "./publish_data.ts";
import { Refusals, type Refused } from "./refusals.ts";
import { Sender } from "./sender.ts";
import { Spool, type SpoolLoss } from "./spool.ts";

/** What a run works with. */
export interface PublishRunOptions {
  readonly database: InfluxDatabase;
  readonly protocol: InfluxProtocol;
  /** Folder of the spools; empty: the default, `none`: none. */
  readonly spoolDir: string;
  /** What may wait on the disk. */
  readonly spoolLimitBytes: number;
  /** Address of the agent. */
  readonly address: string;
  /** Told what operators have to know. */
  readonly tell: (text: string) => void;
  readonly log: Logger;
  readonly clock: Clock;
}

const MOST_MEMORY_BYTES = 64 * 1024 * 1024;
/** Fresh points are handed on before there are more. */
const MOST_FRESH = 10_000;
const MOST_CHANGES = 20;
/** A disk that takes longer does not answer; what comes meanwhile waits in memory. */
const PATIENCE_MS = 5000;
/** A spool that could not be opened is tried again after so long. */
const REOPEN_MS = 10_000;
/** What came last is still sent at the end, as far as that takes no longer. */
const LAST_SEND_MS = 3000;

/** Runs from its making until `finish`. */
export class PublishRun {
  readonly #options: PublishRunOptions;
  readonly #counts = { events: 0, excluded: 0, malformed: 0, points: 0, lost: 0 };
  readonly #kinds = new InfluxKinds();
  readonly #refusals: Refusals;
  readonly #changes = new Map<string, KindChange>();
  readonly #limited: LimitedLog;
  readonly #ending = new AbortController();
  #fresh: string[] = [];
  #lost: LostPoints | null = null;
  #isAway = false;
  #spool: Spool | undefined;
  #opening: Promise<void> = Promise.resolve();
  #openAtMs = Infinity;
  /** Whether there should be one and is none. */
  #isWithoutSpool = false;
  readonly #backlog: Backlog;
  #sender: Sender | undefined;
  #sending: Promise<void> = Promise.resolve();

  /** Takes events from now on, and writes nothing before `start`. */
  constructor(options: PublishRunOptions) {
    this.#options = options;
    this.#refusals = new Refusals(options.tell);
    this.#limited = new LimitedLog((text) => options.log.error(text), options.clock);
    this.#backlog = new Backlog({
      mostBytes: MOST_MEMORY_BYTES,
      onLoss: (loss) => this.#lose(loss),
      clock: options.clock,
    });
  }

  /** Whether the database was there at all. */
  get wasReady(): boolean {
    return this.#sender?.wasReady ?? false;
  }

  /** Opens the spool and begins to write. */
  async start(): Promise<void> {
    const { database, clock } = this.#options;
    await this.#within(this.#open(), PATIENCE_MS);
    const writer = new InfluxWriter(database, {
      onRefusal: (refusal) => this.#refuse(refusal),
      monotonicMs: () => clock.monotonicMs(),
    });
    this.#sender = new Sender({
      database,
      writer,
      backlog: this.#backlog,
      onAway: (trouble, why) => {
        const text = printable(awayText(trouble, { why, wasReady: this.wasReady }));
        if (this.#isAway) this.#limited.say(trouble, text);
        else this.#options.tell(text);
        this.#isAway = true;
      },
      onReady: () => {
        if (this.#isAway) this.#options.tell("Reconnected to InfluxDB!");
        this.#isAway = false;
      },
      clock,
    });
    this.#sending = this.#sender.run(this.#ending.signal);
  }

  /** Takes an event of a recorded feed. */
  take(event: FeedEvent): void {
    const counts = this.#counts;
    counts.events++;
    if (isTruthy(event.feed.agg_params.exclude_influx)) {
      counts.excluded++;
      return;
    }
    const lines = influxLines(event, {
      protocol: this.#options.protocol,
      kinds: this.#kinds,
      onChange: (change) => this.#change(change),
      onFault: ({ samples, ...fault }) => this.#refuse({ ...fault, points: samples }),
    });
    counts.points += lines.length;
    for (const line of lines) this.#fresh.push(line);
    if (this.#fresh.length >= MOST_FRESH) this.#handOn();
  }

  /** Takes note of an event that is none. */
  malformed(text: string): void {
    this.#counts.malformed++;
    this.#limited.say("malformed", text);
  }

  /** Has the points written that have come since the last pass. */
  async pass(): Promise<void> {
    const { clock } = this.#options;
    if (this.#spool === undefined && clock.monotonicMs() >= this.#openAtMs) void this.#open();
    this.#handOn();
    void this.#sender?.wake();
    // What has waited for a whole pass already waits on the disk from now on, where the end of this program does no harm.
    const spilled = this.#backlog.spill(this.#isAway ? Infinity : clock.now() - 0.5);
    await this.#within(spilled, PATIENCE_MS);
  }

  /** Writes what came last, as far as the database takes it soon, and keeps the rest on the disk. */
  async finish(): Promise<void> {
    this.#handOn();
    const sent = this.#sender?.wake();
    if (sent !== undefined && !this.#isAway) await this.#within(sent, LAST_SEND_MS);
    this.#ending.abort();
    await this.#within(this.#opening, PATIENCE_MS);
    await this.#within(this.#sending, PATIENCE_MS);
    await this.#within(this.#backlog.spill(Infinity), PATIENCE_MS);
    this.#backlog.giveUp("the publisher has ended");
    if (this.#spool !== undefined) await this.#within(this.#spool[Symbol.asyncDispose](), PATIENCE_MS);
  }

  /** What clients see. */
  data(): PublishData {
    const { clock, spoolLimitBytes } = this.#options;
    const { points, memoryBytes } = this.#backlog.size;
    const fresh = this.#fresh.length;
    const { sinceSeconds, error } = this.#backlog;
    const spool = this.#spool;
    const away = this.#sender?.trouble ?? (this.wasReady ? undefined : "not connected yet");
    const trouble = error === undefined ? away : `${away ?? "the spool"}: ${error}`;
    return {
      connected: away === undefined,
      last_updated: new Float(clock.now()),
      trouble: trouble ?? null,
      waiting: {
        points: points + fresh,
        oldest_seconds: sinceSeconds === undefined
          ? null
          : new Float(Math.max(0, clock.now() - sinceSeconds)),
        memory_bytes: memoryBytes,
        memory_limit_bytes: MOST_MEMORY_BYTES,
      },
      spool: spool === undefined ? null : {
        folder: spool.folder,
        points: spool.points,
        bytes: spool.bytes,
        limit_bytes: spoolLimitBytes,
      },
      counts: {
        ...this.#counts,
        written: this.#sender?.written ?? 0,
        refused: this.#refusals.points,
      },
      refused: this.#refusals.shown(),
      changed: [...this.#changes.values()],
      lost: this.#lost,
    };
  }

  #spoolFolder(): string | undefined {
    const { spoolDir, address, database } = this.#options;
    if (spoolDir === "none") return undefined;
    const base = spoolDir === "" ? `${stateFolder()}/influxdb` : spoolDir;
    // What waits for one database is not for another.
    const target = database.name.replaceAll(/[^\w.-]+/g, "_");
    return `${base}/${address}/${target}`;
  }

  /** Opens the spool. Where that fails it is tried again later: another run may not have ended yet, a disk not be there yet. */
  #open(): Promise<void> {
    const { clock, tell } = this.#options;
    const folder = this.#spoolFolder();
    this.#openAtMs = Infinity;
    if (folder === undefined) return Promise.resolve();
    this.#opening = this.#openSpool(folder).then(() => {
      if (this.#isWithoutSpool) tell(`While the database is away points wait in ${folder} from now on`);
    }, (error) => {
      this.#openAtMs = clock.monotonicMs() + REOPEN_MS;
      const text = `While the database is away points wait in memory only: ${toError(error).message}`;
      if (this.#isWithoutSpool) this.#limited.say("no spool", text);
      else tell(text);
      this.#isWithoutSpool = true;
    });
    return this.#opening;
  }

  async #openSpool(folder: string): Promise<void> {
    const { spoolLimitBytes, log } = this.#options;
    const spool = await Spool.open({
      folder,
      limitBytes: spoolLimitBytes,
      onLoss: (loss) => this.#lose(loss),
    });
    if (this.#ending.signal.aborted) return await spool[Symbol.asyncDispose]();
    this.#spool = spool;
    this.#backlog.attach(spool);
    if (spool.points > 0) log.info(`${spool.points} points have waited in ${folder} since an earlier run`);
    for (const path of spool.unfinished) log.warn(`The last record in ${path} was not finished`);
  }

  #handOn(): void {
    if (this.#fresh.length === 0) return;
    this.#backlog.push(this.#fresh);
    this.#fresh = [];
  }

  async #within(work: Promise<void>, delayMs: number): Promise<void> {
    const over = new AbortController();
    const done = work.finally(() => over.abort());
    await Promise.race([done, pause(delayMs, { clock: this.#options.clock, signal: over.signal })]);
  }

  #refuse(refused: Refused): void {
    this.#refusals.note(refused, this.#options.clock.now());
  }

  #change({ agent, feed, field, was, is }: InfluxKindChange): void {
    const key = [agent, feed, field].join("\n");
    const isNew = !this.#changes.has(key);
    if (isNew && this.#changes.size >= MOST_CHANGES) return;
    this.#changes.set(key, { agent, feed, field, was, is, time: new Float(this.#options.clock.now()) });
    if (!isNew) return;
    this.#options.tell(
      `Field ${printable(field)} of ${printable(agent)}, feed ${
        printable(feed)
      }, was ${was} and is ${is} now: ` +
        "InfluxDB keeps the kind that came first",
    );
  }

  #lose({ points, fromSeconds, toSeconds, cause }: SpoolLoss): void {
    this.#counts.lost += points;
    const from = this.#lost?.from ?? new Float(fromSeconds);
    this.#lost = { points: this.#counts.lost, from, to: new Float(toSeconds), cause };
    const range = [fromSeconds, toSeconds].map((seconds) => new Date(seconds * 1000).toISOString()).join(
      " to ",
    );
    const text = `Lost ${points} points that came from ${range}: ${cause}`;
    if (this.#counts.lost === points) this.#options.tell(text);
    else this.#limited.say("lost", text);
  }
}
