/**
 * Sends a made-up detector stream to recorders, as a SMuRF streamer does.
 *
 *     deno run -A agents/smurf_stream_simulator.ts --instance-id smurf-stream --auto-start True
 *
 * @module
 */
import { type Agent, flag, float, runAgent, type Session } from "../framework/mod.ts";
import { G3Sender } from "../g3/io/mod.ts";
import { Float } from "../internal/float.ts";
import { isSwitchedOn } from "../internal/switched_on.ts";
import { toError } from "../internal/to_error.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { START_DOC, STOP_DOC, STREAM_DOC } from "./smurf_stream_simulator/docs.ts";
import { SMURF_STREAM_SIMULATOR } from "./smurf_stream_simulator/options.ts";
import { SimulatedStream } from "./smurf_stream_simulator/simulated_stream.ts";

/** Options of the SMuRF stream simulator. */
export type SmurfStreamSimulatorOptions = OptionValues<typeof SMURF_STREAM_SIMULATOR.options>;

/** What clients see of a stream. */
export interface StreamData {
  /** Whether data flow, or keep-alive frames only. */
  readonly streaming: boolean;
  /** TCP port, also where any free one was asked for. */
  readonly port: number;
  readonly clients: number;
  /** Number of the next Scan frame. */
  readonly frame_num: number;
  readonly frames_sent: number;
  /** Scan frames that were left out for slow clients, counted for each of them. */
  readonly frames_dropped: number;
  /** End of the newest Scan frame in Unix seconds; null before the first. */
  readonly last_scan_time: Float | null;
}

// 128 MiB of samples in a frame; more is a slip of the keyboard.
const MAX_VALUES = 1 << 24;

/** The SMuRF stream simulator. */
export class SmurfStreamSimulator {
  #stream: SimulatedStream | undefined;

  /** Registers the process `stream` and the tasks `start` and `stop`. */
  constructor(agent: Agent, options: SmurfStreamSimulatorOptions) {
    agent.registerProcess("stream", {
      doc: STREAM_DOC,
      startup: isSwitchedOn(options.autoStart),
      // Peer socs: nothing is declared, so whatever else is sent is let through.
      strays: "drop",
      params: {
        frame_rate: float({ default: 1, min: 0.01, max: 1000 }),
        sample_rate: float({ default: 10, min: 0.01, max: 1e6 }),
      },
      stop: (session) => {
        session.setStatus("stopping");
        this.#stream?.shutDown();
        session.abort();
        return [true, "Stopping stream"];
      },
    }, (session: Session<Partial<StreamData>>, { frame_rate, sample_rate }) => {
      return this.#run(agent, session, { ...options, frameRate: frame_rate, sampleRate: sample_rate });
    });

    const params = { force: flag({ default: false }) };
    agent.registerTask("start", { doc: START_DOC, strays: "drop", params }, (_session, { force }) => {
      return this.#command("Started stream", (stream) => stream.start(force));
    });
    agent.registerTask("stop", { doc: STOP_DOC, strays: "drop", params }, (_session, { force }) => {
      return this.#command("Stopped stream", (stream) => stream.stop(force));
    });
  }

  /** Hands a command to the stream that runs. */
  #command(done: string, give: (stream: SimulatedStream) => boolean): readonly [boolean, string] {
    // Peer socs: crashes before the first run, and claims success after the last (smurf B15).
    if (this.#stream === undefined) return [false, 'The process "stream" is not running'];
    return give(this.#stream) ? [true, done] : [false, "Too many commands wait for the stream"];
  }

  async #run(
    agent: Agent,
    session: Session<Partial<StreamData>>,
    options: SmurfStreamSimulatorOptions & { readonly frameRate: number; readonly sampleRate: number },
  ): Promise<string | readonly [boolean, string]> {
    const { targetHost, numChans, streamId, frameRate, sampleRate } = options;
    const { clock, log } = agent;
    if (numChans * Math.max(1, sampleRate / frameRate) > MAX_VALUES) {
      return [
        false,
        `Cannot stream ${numChans} channels at ${sampleRate} Hz in ${frameRate} frames per ` +
        `second: a frame would hold more than ${MAX_VALUES} values`,
      ];
    }
    const isListening = targetHost === "*";
    let opened: G3Sender;
    try {
      opened = await G3Sender.open({ hostname: targetHost, port: options.port, logger: log });
    } catch (error) {
      const where = isListening ? `port ${options.port}` : `${targetHost}:${options.port}`;
      return [false, `Cannot open the stream on ${where}: ${toError(error).message}`];
    }
    await using sender = opened;
    const port = sender.port ?? options.port;
    log.info(isListening ? `Listening on port ${port}` : `Connected to ${targetHost}:${port}`);
    let sent = 0;
    const stream = this.#stream = new SimulatedStream({
      streamId,
      channels: numChans,
      frameRate,
      sampleRate,
      log,
      now: () => clock.now(),
      sleep: (seconds) => session.sleep(seconds),
      send: (frame) => {
        if (!isListening && sender.clients === 0) {
          throw new Error(`Cannot send to ${targetHost}:${port}: it has closed the connection`);
        }
        sender.send(frame);
        sent++;
      },
      show: () => {
        const lastScan = stream.lastScanSeconds;
        session.data = {
          streaming: stream.isOn,
          port,
          clients: sender.clients,
          frame_num: stream.frameNum,
          frames_sent: sent,
          frames_dropped: sender.dropped,
          last_scan_time: lastScan === undefined ? null : new Float(lastScan),
        };
      },
    });
    try {
      await stream.run(session.signal);
    } finally {
      this.#stream = undefined;
    }
    return "Finished streaming";
  }
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(SmurfStreamSimulator, SMURF_STREAM_SIMULATOR, { args });
}

if (import.meta.main) Deno.exit(await main());
