/**
 * Records the frames of a detector stream into G3 files: the bytes that the sender sent, in files of ten minutes.
 *
 *     deno run -A agents/timestream_aggregator.ts --instance-id timestream-agg --address smurf-stream-sim --auto-start True
 *
 * @module
 */
import { type Agent, runAgent } from "../framework/mod.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { STREAM_DOC } from "./timestream_aggregator/docs.ts";
import { TIMESTREAM_AGGREGATOR } from "./timestream_aggregator/options.ts";
import { StreamRecording } from "./timestream_aggregator/stream_recording.ts";
import type { StreamData } from "./timestream_aggregator/stream_report.ts";

/** Options of the timestream aggregator. */
export type TimestreamAggregatorOptions = OptionValues<typeof TIMESTREAM_AGGREGATOR.options>;

/** The timestream aggregator. */
export class TimestreamAggregator {
  readonly #recording: StreamRecording;

  /** Registers the process `stream`. */
  constructor(agent: Agent, options: TimestreamAggregatorOptions) {
    this.#recording = new StreamRecording(agent, options, {
      process: "stream",
      doc: STREAM_DOC,
      finished: "Finished aggregation",
      // Peer socs: its spelling.
      stopping: "Stopping aggregration",
    });
  }

  /** What the session data of `stream` show, also while it does not run. */
  get data(): StreamData {
    return this.#recording.data;
  }
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(TimestreamAggregator, TIMESTREAM_AGGREGATOR, { args });
}

if (import.meta.main) Deno.exit(await main());
