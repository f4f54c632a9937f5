/** Connects to the sender of a stream, again and again, and hands what it sends to the recorder. @module */
import { FrameSplitter, G3StreamError } from "../../g3/mod.ts";
import { SenderConnection } from "../../g3/io/mod.ts";
import type { Clock } from "../../internal/clock.ts";
import { LimitedLog } from "../../internal/limited_log.ts";
import type { Logger } from "../../internal/log.ts";
import { pause } from "../../internal/pause.ts";
import { toError } from "../../internal/to_error.ts";
import type { FrameRecorder } from "./frame_recorder.ts";
import type { StreamReport } from "./stream_report.ts";

/** Where the stream comes from and goes to. */
export interface StreamReceiverOptions {
  /** Host of the sender. */
  readonly address: string;
  readonly port: number;
  readonly recorder: FrameRecorder;
  readonly report: StreamReport;
  readonly log: Logger;
  readonly clock: Clock;
}

// smurf 4.6; the bound on connecting is ours.
const READ_TIMEOUT_MS = 5000;
const CONNECT_TIMEOUT_MS = 5000;
const ATTEMPT_PERIOD_MS = 1000;
/** What is on its way at the end: on a local network it is here in a few milliseconds. */
const LAST_OF_STREAM = { quietMs: 250, withinMs: 1500 } as const;
/** What a single read can take. */
const PIECE_BYTES = 1 << 19;

/**
 * Receives a stream until it is told to stop.
 *
 * A sender that is not there, goes away, falls silent or sends garbage ends only the connection: the file is closed, and
 * there is another attempt, about once a second.
 */
export class StreamReceiver {
  readonly #options: StreamReceiverOptions;
  readonly #faultLog: LimitedLog;
  readonly #emptyLog: LimitedLog;
  readonly #buffer = new Uint8Array(PIECE_BYTES);
  #attemptAtMs = -Infinity;
  #wasEmpty = false;

  /** Connects to nothing yet. */
  constructor(options: StreamReceiverOptions) {
    this.#options = options;
    this.#faultLog = new LimitedLog((text) => options.log.error(text), options.clock);
    this.#emptyLog = new LimitedLog((text) => options.log.info(text), options.clock);
  }

  /** Receives until the signal aborts; then takes what had been sent, and closes the file. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const connection = await this.#connect(signal);
      if (connection === undefined) continue;
      try {
        await this.#receive(connection, signal);
      } finally {
        connection.close();
        const { data } = this.#options.report;
        data.connected = false;
        data.sender = null;
        await this.#options.recorder.close();
      }
    }
  }

  /** One attempt, not earlier than a second after the one before; undefined when there is no sender. */
  async #connect(signal: AbortSignal): Promise<SenderConnection | undefined> {
    const { address: hostname, port, recorder, report, clock } = this.#options;
    await pause(this.#attemptAtMs + ATTEMPT_PERIOD_MS - clock.monotonicMs(), { clock, signal });
    if (signal.aborted) return undefined;
    this.#attemptAtMs = clock.monotonicMs();
    await recorder.idle();
    try {
      const connection = await SenderConnection.connect({
        hostname,
        port,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        idleTimeoutMs: READ_TIMEOUT_MS,
        signal,
        clock,
      });
      report.data.connections.made++;
      report.data.connected = true;
      report.data.sender = connection.address;
      this.#say(`Connected to ${hostname}:${port}`);
      return connection;
    } catch (error) {
      if (signal.aborted) return undefined;
      report.data.connections.failed++;
      // The reference's words, and what they mean; not once a second for a sender that is off all night.
      this.#faultLog.say("no sender", `G3Reader could not connect. (${toError(error).message})`);
      return undefined;
    }
  }

  /** Takes one connection to its end. */
  async #receive(connection: SenderConnection, signal: AbortSignal): Promise<void> {
    const { recorder, report, address, port } = this.#options;
    // A frame with a wrong checksum ends as it should: what comes behind it can still be read.
    const splitter = new FrameSplitter({ source: `tcp://${address}:${port}`, reuse: true, crc: "report" });
    const finish = () => connection.finish(LAST_OF_STREAM);
    signal.addEventListener("abort", finish, { once: true });
    if (signal.aborted) finish();
    recorder.begin();
    let isDamaged = false;
    try {
      for (;;) {
        const size = await connection.read(this.#buffer);
        if (size === null || size === "silence") {
          return this.#ended(isDamaged ? "broken" : size === null ? "closed" : "silent", splitter, signal);
        }
        const piece = this.#buffer.subarray(0, size);
        const damagedAt = await recorder.take(piece, splitter.push(piece), signal);
        if (damagedAt !== undefined) {
          isDamaged = true;
          this.#fault("crc", damagedAt, `Frame at byte ${damagedAt} has a wrong checksum: connecting anew`);
          finish();
        }
      }
    } catch (error) {
      report.data.connections.broken++;
      if (error instanceof G3StreamError) {
        report.dropped("damaged");
        this.#fault(error.fault, error.offset, error.message);
      } else {
        if (splitter.pendingBytes > 0) report.dropped("unfinished");
        this.#fault("connection", splitter.offset, toError(error).message);
      }
    } finally {
      this.#wasEmpty = splitter.offset === 0;
      signal.removeEventListener("abort", finish);
    }
  }

  /** The stream is over; that it ended inside a frame is a fault, unless it was us who cut it. */
  #ended(how: "closed" | "silent" | "broken", splitter: FrameSplitter, signal: AbortSignal): void {
    const { report } = this.#options;
    if (signal.aborted) {
      if (splitter.pendingBytes > 0) report.dropped("unfinished at the end");
      return;
    }
    report.data.connections[how]++;
    if (how !== "broken") {
      this.#say(how === "closed" ? "The sender has closed the connection" : "Nothing came for 5 s");
    }
    try {
      splitter.end();
    } catch (error) {
      report.dropped("unfinished");
      this.#fault(how === "silent" ? "hang" : "truncated", splitter.offset, toError(error).message);
    }
  }

  /** What a proxy that takes connections and closes them again would have us say every second is said now and then. */
  #say(text: string): void {
    if (this.#wasEmpty) this.#emptyLog.say(text, text);
    else this.#options.log.info(text);
  }

  #fault(kind: string, offset: number, detail: string): void {
    this.#options.report.fault(kind, offset, detail);
    this.#faultLog.say(kind, detail);
  }
}
