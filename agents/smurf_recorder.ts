/**
 * The timestream aggregator under its later name and with its later defaults: files named after Unix seconds, a folder for
 * each stream.
 *
 *     deno run -A agents/smurf_recorder.ts --instance-id smurf-recorder --address smurf-stream-sim --auto-start True
 *
 * @module
 */
import { type Agent, runAgent } from "../framework/mod.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { RECORD_DOC } from "./timestream_aggregator/docs.ts";
import { SMURF_RECORDER } from "./timestream_aggregator/options.ts";
import { StreamRecording } from "./timestream_aggregator/stream_recording.ts";
import type { StreamData } from "./timestream_aggregator/stream_report.ts";

/** Options of the SMuRF recorder. */
export type SmurfRecorderOptions = OptionValues<typeof SMURF_RECORDER.options>;

/** The SMuRF recorder. */
export class SmurfRecorder {
  readonly #recording: StreamRecording;

  /** Registers the process `record`, and what monitors channels. */
  constructor(agent: Agent, options: SmurfRecorderOptions) {
    this.#recording = new StreamRecording(agent, options, {
      process: "record",
      doc: RECORD_DOC,
      finished: "Finished Recording",
      stopping: "Stopping Recording",
    });
  }

  /** What the session data of `record` show, also while it does not run. */
  get data(): StreamData {
    return this.#recording.data;
  }
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(SmurfRecorder, SMURF_RECORDER, { args });
}

if (import.meta.main) Deno.exit(await main());
