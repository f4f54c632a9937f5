/**
 * Records all feeds that are meant for it into housekeeping G3 files, which so3g reads.
 *
 *     deno run -A agents/aggregator.ts --instance-id aggregator --data-dir /data/hk --initial-state record
 *
 * @module
 */
import type { WampEvent } from "../client/wamp_session.ts";
import { DiskWatch } from "../framework/disk_watch.ts";
import { type Agent, flag, runAgent, type Session, sleep } from "../framework/mod.ts";
import { stopRecording } from "../framework/stop_recording.ts";
import { toError } from "../internal/to_error.ts";
import { feedPattern } from "../ocs/addresses.ts";
import { type FeedEvent, parseFeedEvent } from "../ocs/encoded_feed.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { RECORD_DOC } from "./aggregator/docs.ts";
import { AGGREGATOR } from "./aggregator/options.ts";
import { type RecordData, recordData } from "./aggregator/record_data.ts";
import { HkRecorder } from "./aggregator/recorder.ts";
import { parseSyncPolicy, type SyncPolicy } from "../g3/io/sync_policy.ts";

/** Options of the aggregator. */
export type AggregatorOptions = OptionValues<typeof AGGREGATOR.options>;

const PASS_SECONDS = 1;
// A disk that takes longer does not answer; the session shows what goes on meanwhile.
const PATIENCE_SECONDS = 5;

/** The aggregator. */
export class AggregatorAgent {
  readonly #agent: Agent;
  readonly #options: AggregatorOptions;
  readonly #sync: SyncPolicy;
  /** There while `record` runs; events that come at other times are not recorded. */
  #recorder: HkRecorder | undefined;
  #malformed = 0;

  /**
   * Registers the process `record`, and listens to all feeds from the first join on.
   *
   * @throws {RangeError} If an option makes no sense.
   */
  constructor(agent: Agent, options: AggregatorOptions) {
    this.#agent = agent;
    this.#options = options;
    this.#sync = parseSyncPolicy(options.fsync);
    this.#diskWatch();
    agent.subscribe(feedPattern(agent.addressRoot), (event) => this.#take(event), {
      match: "wildcard",
      floats: "keep",
    });
    agent.registerProcess("record", {
      doc: RECORD_DOC,
      startup: options.initialState === "record",
      params: { test_mode: flag({ default: false }) },
      stop: stopRecording,
    }, (session: Session<RecordData>, { test_mode }) => this.#record(session, test_mode));
  }

  #diskWatch(): DiskWatch {
    const { dataDir, warnFreeMb, stopFreeMb } = this.#options;
    return new DiskWatch({
      path: dataDir,
      // Whoever only wants to stop earlier should not have to say so twice.
      warnFreeBytes: Math.max(warnFreeMb, stopFreeMb) * 1e6,
      stopFreeBytes: stopFreeMb * 1e6,
      clock: this.#agent.clock,
    });
  }

  #take({ args }: WampEvent): void {
    const recorder = this.#recorder;
    if (recorder === undefined) return;
    let event: FeedEvent;
    try {
      event = parseFeedEvent(args);
    } catch (error) {
      this.#malformed++;
      if (this.#malformed === 1) this.#agent.log.warn(`${toError(error).message} (told once, then counted)`);
      return;
    }
    if (event.feed.record) recorder.take(event);
  }

  async #record(session: Session<RecordData>, testMode: boolean): Promise<readonly [boolean, string]> {
    const { log, clock } = this.#agent;
    let wake = new AbortController();
    const recorder = new HkRecorder({
      dataDir: this.#options.dataDir,
      timePerFileSeconds: this.#options.timePerFile,
      sync: this.#sync,
      disk: this.#diskWatch(),
      tell: (text) => session.addMessage(text),
      onPressure: () => wake.abort(),
      log,
      clock,
    });
    // From here on events are taken, also while the first file is being made.
    this.#malformed = 0;
    this.#recorder = recorder;
    try {
      await recorder.start();
    } catch (error) {
      this.#recorder = undefined;
      log.error(`Unable to make files in ${this.#options.dataDir}: ${toError(error).message}`);
      return [false, "Aggregation not started"];
    }
    const data = recordData(recorder, () => this.#malformed);
    const report = (): void => {
      session.data = data;
      session.degraded = recorder.trouble !== undefined || recorder.disk.state === "low";
    };
    try {
      while (!session.signal.aborted) {
        await sleep(PASS_SECONDS, { clock, signal: AbortSignal.any([session.signal, wake.signal]) });
        wake = new AbortController();
        await inTime(recorder.pass(), PATIENCE_SECONDS, clock);
        report();
        if (testMode) break;
      }
    } finally {
      this.#recorder = undefined;
      await recorder.finish();
      report();
      // What is left of this run must not change with what comes after it.
      session.data = { ...data };
    }
    return [true, "Aggregation has ended"];
  }
}

/** Waits for something, but not for longer than that. */
async function inTime(work: Promise<void>, seconds: number, clock: Agent["clock"]): Promise<void> {
  const over = new AbortController();
  const done = work.finally(() => over.abort());
  await Promise.race([done, sleep(seconds, { clock, signal: over.signal })]);
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(AggregatorAgent, AGGREGATOR, { args });
}

if (import.meta.main) Deno.exit(await main());
