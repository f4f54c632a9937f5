/** A timestream aggregator under test, senders for it, and what it has recorded. @module */
import {
  TimestreamAggregator,
  type TimestreamAggregatorOptions,
} from "../../../agents/timestream_aggregator.ts";
import { TIMESTREAM_AGGREGATOR } from "../../../agents/timestream_aggregator/options.ts";
import type { StreamData } from "../../../agents/timestream_aggregator/stream_report.ts";
import { ManualClock } from "../../../framework/mod.ts";
import type { G3Frame } from "../../../g3/mod.ts";
import { G3Sender, splitG3File } from "../../../g3/io/mod.ts";
import { startTestAgent, type TestAgent } from "../../../testing/mod.ts";
import { freePort } from "../../helpers/free_port.ts";
import { frameLabel } from "../../helpers/smurf_frames.ts";
import { untilTrue } from "../../helpers/until.ts";

/** 2019-01-01 12:00:00 UTC, the example of the guide. */
export const START_SECONDS = 1_546_344_000;

/** An aggregator with a clock that stands still, its data folder, and a port for senders. */
export class RecorderBed implements AsyncDisposable {
  /** Where it records to. */
  readonly dataDir: string;
  /** The sender that was there before the aggregator; closed by `cut`, or at the end. */
  #sender: G3Sender | undefined;

  private constructor(
    readonly agent: TestAgent<TimestreamAggregator>,
    readonly folder: string,
    readonly port: number,
  ) {
    this.dataDir = `${folder}/data`;
  }

  /** Starts a sender and then an aggregator, which is connected to it and records when this returns. */
  static async start(options: Partial<TimestreamAggregatorOptions> = {}): Promise<RecorderBed> {
    const sender = await G3Sender.open({ port: 0 });
    const bed = await RecorderBed.alone({ port: sender.port ?? 0, ...options });
    bed.#sender = sender;
    await bed.until(() => bed.data.connected && sender.clients === 1, "a connection");
    return bed;
  }

  /** Starts an aggregator without a sender. */
  static async alone(options: Partial<TimestreamAggregatorOptions> = {}): Promise<RecorderBed> {
    const folder = await Deno.makeTempDir({ prefix: "recorder_" });
    const port = options.port ?? freePort();
    const agent = await startTestAgent(TimestreamAggregator, TIMESTREAM_AGGREGATOR, {
      instanceId: "timestream-agg",
      clock: new ManualClock(START_SECONDS),
      options: { dataDir: `${folder}/data/`, address: "127.0.0.1", autoStart: "True", port, ...options },
    });
    return new RecorderBed(agent, folder, port);
  }

  /** The sender. */
  get sender(): G3Sender {
    if (this.#sender === undefined) throw new Error("Cannot send: there is no sender");
    return this.#sender;
  }

  /** What the aggregator has counted. */
  get data(): StreamData {
    return this.agent.instance.data;
  }

  /** Sends frames and waits until they have been dealt with. */
  async send(...frames: readonly G3Frame[]): Promise<void> {
    const before = this.handled;
    for (const frame of frames) this.sender.send(frame);
    await this.until(() => this.handled >= before + frames.length, `${frames.length} frames`);
    await this.agent.advance(0);
  }

  /** Frames that were recorded, or not recorded for a reason. */
  get handled(): number {
    const { written, dropped } = this.data.frames;
    return Object.values(dropped).reduce((sum, count) => sum + count, written);
  }

  /** Opens another sender on the same port and waits until the aggregator is connected to it. */
  async anotherSender(): Promise<void> {
    await this.#sender?.close();
    await this.until(() => !this.data.connected, "the end of the connection");
    const sender = this.#sender = await G3Sender.open({ port: this.port });
    await this.advanceUntil(() => this.data.connected && sender.clients === 1, "a connection");
  }

  /** Lets the aggregator's time go on, and real time with it, until something is so. */
  async advanceUntil(condition: () => boolean, what: string): Promise<void> {
    await untilTrue(async () => {
      if (condition()) return true;
      await this.agent.advance(0.1);
      return false;
    }, { what });
  }

  /** Waits, in real time only, until so many frames have been written. */
  async written(frames: number): Promise<void> {
    await this.until(() => this.data.frames.written >= frames, `${frames} frames`);
  }

  /** Waits, in real time only, until something is so. */
  async until(condition: () => boolean, what: string): Promise<void> {
    await untilTrue(condition, { what, pollMs: 2 });
  }

  /** The files of the data folder, relative to it, in order. */
  files(): Promise<string[]> {
    return filesBelow(this.dataDir);
  }

  /** What the files hold, by name: short names of frames, such as `["O0", "S1"]`. */
  async contents(): Promise<Record<string, string[]>> {
    const contents: Record<string, string[]> = {};
    for (const file of await this.files()) {
      const labels: string[] = [];
      for await (const raw of splitG3File(`${this.dataDir}/${file}`)) labels.push(frameLabel(raw));
      contents[file] = labels;
    }
    return contents;
  }

  /** Stops the process and waits until it is over. */
  async stop(): Promise<void> {
    await this.agent.stop("stream");
    await untilTrue(async () => {
      await this.agent.advance(0.1);
      return !["running", "stopping"].includes(String((await this.agent.status("stream")).session.status));
    }, { what: "the end of the recording" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The agent would not wait for the disk by its own time, which the test moves.
    await this.stop();
    await this.agent[Symbol.asyncDispose]();
    await this.#sender?.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** All files below a folder, relative to it, in order; none where it does not exist. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory) found.push(name);
      else found.push(...(await filesBelow(`${folder}/${name}`)).map((file) => `${name}/${file}`));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}
