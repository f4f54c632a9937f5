/** Writes what feeds publish into InfluxDB, for both versions of it (OCS 10.7, 10.8). @module */
import type { WampEvent } from "../../client/wamp_session.ts";
import { type Agent, flag, type Session } from "../../framework/mod.ts";
import { stopRecording } from "../../framework/stop_recording.ts";
import type { InfluxProtocol } from "../../hk/influx_time.ts";
import type { InfluxDatabase } from "../../hk/io/influx_database.ts";
import { toError } from "../../internal/to_error.ts";
import { feedPattern } from "../../ocs/addresses.ts";
import { type FeedEvent, parseFeedEvent } from "../../ocs/encoded_feed.ts";
import { RECORD_DOC } from "./docs.ts";
import type { PublishData } from "./publish_data.ts";
import { PublishRun } from "./publish_run.ts";

/** What the two publishers do not have in common. */
export interface FeedPublisherOptions {
  readonly initialState: string;
  readonly protocol: InfluxProtocol;
  readonly spoolDir: string;
  readonly spoolMaxMb: number;
  /** Makes the connection when `record` starts; throws when what it needs is missing. */
  readonly connect: () => InfluxDatabase;
}

const PASS_SECONDS = 1;

/** The process `record` of a publisher. */
export class FeedPublisher {
  readonly #agent: Agent;
  readonly #options: FeedPublisherOptions;
  /** There while `record` runs; events that come at other times are not written. */
  #run: PublishRun | undefined;

  /** Registers the process, and listens to all feeds from the first join on. */
  constructor(agent: Agent, options: FeedPublisherOptions) {
    this.#agent = agent;
    this.#options = options;
    agent.subscribe(feedPattern(agent.addressRoot), (event) => this.#take(event), {
      match: "wildcard",
      floats: "keep",
    });
    agent.registerProcess("record", {
      doc: RECORD_DOC,
      startup: options.initialState === "record",
      params: { test_mode: flag({ default: false }) },
      stop: stopRecording,
    }, (session: Session<PublishData>, { test_mode }) => this.#record(session, test_mode));
  }

  #take({ args }: WampEvent): void {
    if (this.#run === undefined) return;
    let event: FeedEvent;
    try {
      event = parseFeedEvent(args);
    } catch (error) {
      return this.#run.malformed(toError(error).message);
    }
    if (event.feed.record) this.#run.take(event);
  }

  async #record(session: Session<PublishData>, testMode: boolean): Promise<readonly [boolean, string]> {
    const { log, clock, address } = this.#agent;
    const { spoolDir, spoolMaxMb, protocol } = this.#options;
    let database: InfluxDatabase;
    try {
      database = this.#options.connect();
    } catch (error) {
      const { message } = toError(error);
      log.error(message);
      return [false, message];
    }
    const run = new PublishRun({
      database,
      protocol,
      spoolDir,
      spoolLimitBytes: spoolMaxMb * 1e6,
      address,
      tell: (text) => session.addMessage(text),
      log,
      clock,
    });
    const report = (): void => {
      session.data = run.data();
      session.degraded = session.data.trouble !== null;
    };
    this.#run = run;
    try {
      await run.start();
      while (!session.signal.aborted) {
        await session.sleep(PASS_SECONDS);
        await run.pass();
        report();
        if (testMode) break;
      }
    } finally {
      this.#run = undefined;
      await run.finish();
      report();
    }
    return run.wasReady ? [true, "Aggregation has ended"] : [false, "Failed to connect to InfluxDB"];
  }
}
