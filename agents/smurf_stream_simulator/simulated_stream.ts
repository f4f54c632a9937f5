/** The process `stream` of the stream simulator, free of WAMP and sockets. @module */
import type { G3Frame } from "../../g3/mod.ts";
import type { Logger } from "../../internal/log.ts";
import { normalNoise } from "../../internal/normal_noise.ts";
import { cleanseFrames, FLOW, flowFrame, observationFrame, scanFrame } from "./stream_frames.ts";

const IDLE_SECONDS = 1;
// Only a client that calls far faster than frames are sent gets there.
const MAX_COMMANDS = 16;

type Command = "start" | "stop" | "shutdown";

/** What a stream works with. */
export interface SimulatedStreamOptions {
  /** Takes each frame in turn. */
  readonly send: (frame: G3Frame) => void;
  readonly streamId: string;
  readonly channels: number;
  /** Scan frames per second. */
  readonly frameRate: number;
  /** Samples per second and channel. */
  readonly sampleRate: number;
  /** Present Unix time in seconds. */
  readonly now: () => number;
  /** Waits; returns early when the signal aborts. */
  readonly sleep: (seconds: number) => Promise<void>;
  /** Called after each pass of the loop. */
  readonly show: () => void;
  readonly log: Logger;
}

/**
 * A stream that sends keep-alive frames all the time, and Scan frames while it is on; it begins switched on.
 *
 * Commands wait in a queue whose head the loop looks at, so that all frames come from one place, in order.
 */
export class SimulatedStream {
  readonly #options: SimulatedStreamOptions;
  readonly #commands: Command[] = ["start"];
  #isOn = false;
  #frameNum = 0;
  #lastScanSeconds: number | undefined;

  /** Makes a stream; `run` sends it. */
  constructor(options: SimulatedStreamOptions) {
    this.#options = options;
  }

  /** Whether Scan frames are sent. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Number of the next Scan frame. */
  get frameNum(): number {
    return this.#frameNum;
  }

  /** When the newest Scan frame ended, in Unix seconds. */
  get lastScanSeconds(): number | undefined {
    return this.#lastScanSeconds;
  }

  /** Switches the data on with the next pass; `force` also when they are. False if too many commands wait already. */
  start(force: boolean): boolean {
    return this.#willBeOn && !force ? true : this.#queue("start");
  }

  /** Switches the data off after the next Scan frame. False if too many commands wait already. */
  stop(force: boolean): boolean {
    return !this.#willBeOn && !force ? true : this.#queue("stop");
  }

  /** Lets `run` end; an acquisition that is on is ended in good order before. */
  shutDown(): void {
    if (this.#commands.includes("shutdown")) return;
    if (this.#willBeOn) this.#commands.push("stop");
    this.#commands.push("shutdown");
  }

  // Peer socs (SmurfStreamSimulator): it asks only whether data flow now, so that a stop right behind a start is lost.
  get #willBeOn(): boolean {
    const last = this.#commands.findLast((command) => command !== "shutdown");
    return last === undefined ? this.#isOn : last === "start";
  }

  #queue(command: Command): boolean {
    if (this.#commands.at(-1) === command) return true;
    if (this.#commands.length >= MAX_COMMANDS) return false;
    this.#commands.push(command);
    return true;
  }

  #take(command: Command): boolean {
    if (this.#commands[0] !== command) return false;
    this.#commands.shift();
    return true;
  }

  /** Sends frames until `shutDown`, or until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { send, show, log, sleep } = this.#options;
    for (;;) {
      if (signal.aborted) this.shutDown();
      if (this.#take("start")) this.#begin();
      send(flowFrame(FLOW.ALIVE));
      show();
      if (this.#isOn) {
        await this.#scan();
        if (this.#take("stop")) this.#end();
      } else {
        await sleep(IDLE_SECONDS);
        // Peer socs: it stays at the head of the queue and blocks everything behind it (smurf B15).
        if (this.#take("stop")) log.info("Nothing to stop: no data flow");
      }
      show();
      if (this.#take("shutdown")) return;
    }
  }

  #begin(): void {
    const { send, streamId, now, log } = this.#options;
    log.info("Sending START flowcontrol frame");
    send(flowFrame(FLOW.START));
    send(observationFrame(streamId, now()));
    this.#isOn = true;
  }

  /** Waits for the length of a frame, and sends the samples of that time. */
  async #scan(): Promise<void> {
    const { send, streamId, channels, frameRate, sampleRate, now, sleep, log } = this.#options;
    const startSeconds = now();
    await sleep(1 / frameRate);
    // A clock that was set back must not make times run backwards.
    const stopSeconds = Math.max(now(), startSeconds);
    // A machine that slept has no samples of that time.
    const lengthSeconds = Math.min(stopSeconds - startSeconds, 1 / frameRate + 1);
    const samples = Math.max(1, Math.ceil(lengthSeconds * sampleRate));
    send(scanFrame({
      streamId,
      frameNum: this.#frameNum++,
      startSeconds,
      stopSeconds,
      channels: Array.from({ length: channels }, () => normalNoise(samples)),
    }));
    this.#lastScanSeconds = stopSeconds;
    log.debug?.(`Sent scan frame ${this.#frameNum - 1} of ${samples} samples`);
  }

  #end(): void {
    const { send, log } = this.#options;
    log.info("Sending END and CLEANSE flowcontrol frames");
    send(flowFrame(FLOW.END));
    for (const frame of cleanseFrames()) send(frame);
    this.#isOn = false;
  }
}
