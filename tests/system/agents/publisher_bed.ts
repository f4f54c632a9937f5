/** A publisher's run under test, on a clock that the test moves and a database that does what the test says. @module */
import { PublishRun } from "../../../agents/influxdb_publisher/publish_run.ts";
import type { PublishData } from "../../../agents/influxdb_publisher/publish_data.ts";
import type { InfluxDatabase } from "../../../hk/io/influx_database.ts";
import { InfluxHttp } from "../../../hk/io/influx_http.ts";
import { InfluxV1 } from "../../../hk/io/influx_v1.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { untilTrue } from "../../helpers/until.ts";
import { encodedFeed } from "./aggregator_bed.ts";

/** How a run is made. */
export interface PublisherBedOptions {
  readonly port: number;
  /** Folder of the spools; default one of its own. */
  readonly spoolDir?: string;
  readonly spoolLimitBytes?: number;
  readonly timeoutMs?: number;
  readonly gzip?: boolean;
  /** Default InfluxDB 1.x with a database `ocs_feeds` and root as user. */
  readonly database?: InfluxDatabase;
}

/** Name and password `root`, as InfluxDB 1.x gets them. */
export const ROOT = "Basic cm9vdDpyb290";

/** A run that has started. Dispose of it. */
export class PublisherBed implements AsyncDisposable {
  /** What operators were told. */
  readonly told: string[] = [];
  readonly logged: string[] = [];
  readonly clock = new ManualClock(1_790_000_000);
  /** Points that were sent to it. */
  sent = 0;
  readonly run: PublishRun;
  #isEnded = false;

  private constructor(
    readonly spoolDir: string,
    readonly isOwnFolder: boolean,
    options: PublisherBedOptions,
  ) {
    const http = new InfluxHttp({
      url: new URL(`http://127.0.0.1:${options.port}`),
      headers: { Authorization: ROOT },
      verifiesCertificate: true,
      gzip: options.gzip ?? false,
      timeoutMs: options.timeoutMs ?? 10_000,
    });
    const log = (text: string): void => void this.logged.push(text);
    this.run = new PublishRun({
      database: options.database ?? new InfluxV1(http, "ocs_feeds"),
      protocol: "line",
      spoolDir,
      spoolLimitBytes: options.spoolLimitBytes ?? 100e6,
      address: "observatory.influx",
      tell: (text) => void this.told.push(text),
      log: { info: log, warn: log, error: log },
      clock: this.clock,
    });
  }

  static async start(options: PublisherBedOptions): Promise<PublisherBed> {
    const spoolDir = options.spoolDir ?? await Deno.makeTempDir({ prefix: "spool_" });
    const bed = new PublisherBed(spoolDir, options.spoolDir === undefined, options);
    await bed.run.start();
    return bed;
  }

  get data(): PublishData {
    return this.run.data();
  }

  /** Sends points of one field each, numbered on, at times of their own. */
  send(count = 1, { value = (n: number): unknown => n, agent = "observatory.faker1", params = {} }: {
    readonly value?: (n: number) => unknown;
    readonly agent?: string;
    readonly params?: Readonly<Record<string, unknown>>;
  } = {}): void {
    const numbers = Array.from({ length: count }, (_, i) => this.sent + i);
    this.sent += count;
    this.run.take({
      feed: encodedFeed(`${agent}.feeds.temps`, { params }),
      message: {
        b: { block_name: "b", data: { n: numbers.map(value) }, timestamps: numbers.map((n) => 1000 + n) },
      },
    });
  }

  /** A second of the run, and a moment for its requests. */
  async second(): Promise<void> {
    this.clock.tick(1000);
    await this.run.pass();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Lets seconds pass until something is so. */
  async until(condition: () => boolean, what: string): Promise<void> {
    await untilTrue(async () => {
      if (condition()) return true;
      await this.second();
      return condition();
    }, { what, timeoutMs: 20_000, pollMs: 1 });
  }

  /** Makes one pass and waits until something is so, while no time passes. */
  async now(condition: () => boolean, what: string): Promise<void> {
    await this.run.pass();
    await untilTrue(condition, { what, timeoutMs: 20_000, pollMs: 1 });
  }

  /** Ends the run as a stop does. */
  async finish(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const ended = this.run.finish();
    let isOver = false;
    void ended.finally(() => isOver = true);
    await untilTrue(() => {
      this.clock.tick(1000);
      return isOver;
    }, { what: "the end of the run" });
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish();
    if (this.isOwnFolder) await Deno.remove(this.spoolDir, { recursive: true });
  }
}
