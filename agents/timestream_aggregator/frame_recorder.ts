/** Writes the frames of a stream to files, by the rules of acquisitions; knows nothing of networks. @module */
import type { RawFrame } from "../../g3/mod.ts";
import { G3FileWriter, type SyncPolicy } from "../../g3/io/mod.ts";
import type { Clock } from "../../internal/clock.ts";
import { LimitedLog } from "../../internal/limited_log.ts";
import type { Logger } from "../../internal/log.ts";
import { pause } from "../../internal/pause.ts";
import { toError } from "../../internal/to_error.ts";
import { Acquisition, type RecordingRules } from "./acquisition.ts";
import { FrameRun } from "./frame_run.ts";
import { GapWatch } from "./gap_watch.ts";
import type { Room } from "./room.ts";
import type { StreamReport } from "./stream_report.ts";

/** What a recorder works with. */
export interface FrameRecorderOptions {
  readonly rules: RecordingRules;
  readonly sync: SyncPolicy;
  readonly report: StreamReport;
  /** Whether there is room on the disk. */
  readonly room: Room;
  readonly log: Logger;
  readonly clock: Clock;
  /** Told once when frames begin to wait because they cannot be written, and with undefined when they wait no more. */
  readonly onTrouble: (trouble: string | undefined) => void;
  /** Shown the frames that it wants when they are in the file. */
  readonly monitor?: FrameMonitor | undefined;
}

/** Whoever looks at frames while they are recorded. */
export interface FrameMonitor {
  /** Whether the frame is to be shown. */
  wants(frame: RawFrame): boolean;
  /** Looks at a frame, whose bytes are valid until this returns. Must not throw. */
  show(frame: RawFrame): void;
}

const RETRY_MS = 1000;
/** So many files with names that would do is a mistake somewhere. */
const MOST_NAMES = 100_000;

/**
 * Records frames: whole ones, as the bytes that came, each in the file before anything else is waited for.
 *
 * What cannot be written is held and tried again every second until `signal` aborts; meanwhile `take` does not resolve,
 * so that the caller reads nothing more.
 */
export class FrameRecorder {
  readonly #options: FrameRecorderOptions;
  readonly #acquisition: Acquisition;
  readonly #warnings: LimitedLog;
  readonly #gaps: GapWatch;
  #writer: G3FileWriter | undefined;
  #run = new FrameRun();
  #toShow: RawFrame[] = [];
  #trouble: string | undefined;
  #givenUp = 0;
  #isFirst = true;

  /** Begins with no file; none is made before a frame is to be recorded. */
  constructor(options: FrameRecorderOptions) {
    this.#options = options;
    this.#acquisition = new Acquisition(options.rules, options.clock);
    const { report, log, clock } = options;
    this.#warnings = new LimitedLog((text) => log.warn(text), clock);
    this.#gaps = new GapWatch({ report, log: this.#warnings, clock });
  }

  /** Nothing is here to be recorded: keeps what is shown of the disk fresh. */
  async idle(): Promise<void> {
    await this.#options.room.lookIfOld();
  }

  /** A new connection: its first recorded frame is worth a line in the log. */
  begin(): void {
    this.#isFirst = true;
  }

  /**
   * Takes the frames that a piece of the stream has completed; they may become invalid afterwards.
   *
   * @param piece The piece; frames that are no views of it are valid only until the next one is asked for.
   * @param signal Gives up what cannot be written: it is counted as dropped.
   * @returns Where in the stream the first frame with a wrong checksum is; undefined if there was none.
   */
  async take(
    piece: Uint8Array,
    frames: Iterable<RawFrame>,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    let damagedAt: number | undefined;
    await this.#options.room.lookIfOld();
    try {
      for (const frame of frames) {
        if (frame.crcOk === false) {
          this.#options.report.dropped("damaged");
          damagedAt ??= frame.offset;
          continue;
        }
        await this.#takeOne(frame, signal);
        if (frame.bytes.buffer !== piece.buffer) await this.#flush(signal);
      }
    } finally {
      // Also when the stream turns out to be damaged: the frames before that are whole.
      await this.#flush(signal);
    }
    return damagedAt;
  }

  /** Finishes the file, if one is open, and the acquisition with it. Nothing is appended. */
  async close(): Promise<void> {
    await this.#finish();
    this.#tellGivenUp();
    this.#acquisition.close();
  }

  async #takeOne(frame: RawFrame, signal: AbortSignal): Promise<void> {
    const { report, log, monitor } = this.#options;
    const { flow, closes, drop } = this.#acquisition.judge(frame);
    if (flow !== undefined) report.heard(flow);
    if (flow === "unknown") this.#warnings.say(flow, "A frame has an unknown flow control value: ignored");
    this.#gaps.note(frame, flow);
    if (closes) {
      await this.#flush(signal);
      await this.close();
    }
    if (drop !== undefined) return report.dropped(drop);
    if (this.#isFirst) log.info("The first frame is here");
    this.#isFirst = false;
    if (!this.#acquisition.isOpen && !await this.#open(frame, signal)) return this.#giveUp(1);
    if (!this.#run.add(frame)) {
      await this.#flush(signal);
      this.#run.add(frame);
    }
    this.#acquisition.wrote(frame);
    if (monitor?.wants(frame)) this.#toShow.push(frame);
    if (this.#acquisition.isFileFull()) {
      await this.#flush(signal);
      await this.#finish();
      this.#acquisition.finishFile();
    }
  }

  /** Writes what has been collected. */
  async #flush(signal: AbortSignal): Promise<void> {
    const run = this.#run;
    if (run.ends.length === 0) return;
    this.#run = new FrameRun();
    const { report } = this.#options;
    const isWritten = await this.#write(run, signal, (types, bytes) => report.wrote(types, bytes));
    this.#acquisition.touch();
    const shown = this.#toShow.splice(0);
    if (!isWritten) return this.#giveUp(run.types.length);
    for (const frame of shown) this.#options.monitor?.show(frame);
  }

  /** Writes until all is written, whatever it takes; false when the signal ended that, and the run holds the rest. */
  async #write(
    run: FrameRun,
    signal: AbortSignal,
    onWritten: (types: readonly number[], bytes: number) => void,
  ): Promise<boolean> {
    for (;;) {
      if (this.#writer === undefined && !await this.#open(undefined, signal)) return false;
      const writer = this.#writer;
      if (writer === undefined || !await this.#hasRoom(run.bytes.length, signal)) return false;
      const before = writer.bytes;
      let failure: unknown;
      try {
        await writer.writeFrames(run.bytes, run.ends);
      } catch (error) {
        failure = error;
      }
      const bytes = writer.bytes - before;
      if (bytes > 0) onWritten(run.shift(bytes), bytes);
      if (failure !== undefined) {
        const text = `Cannot write to "${writer.path}": ${toError(failure).message}`;
        if (writer.broken !== undefined) {
          await this.#finish();
          this.#acquisition.finishFile();
        }
        // What is in the file and not on the disk yet is no reason to wait.
        if (run.ends.length === 0) this.#options.log.error(text);
        else if (!await this.#waitAfter(text, signal)) return false;
      }
      if (run.ends.length === 0) {
        this.#tell(undefined);
        return true;
      }
    }
  }

  /**
   * Makes the next file, which begins with the latest Observation frame; false when the signal ended the trying.
   *
   * @param frame The frame it is made for; undefined within an acquisition.
   */
  async #open(frame: RawFrame | undefined, signal: AbortSignal): Promise<boolean> {
    const { report, log } = this.#options;
    for (;;) {
      if (!await this.#hasRoom(0, signal)) return false;
      try {
        this.#writer = await this.#openFree(frame);
        break;
      } catch (error) {
        if (!await this.#waitAfter(toError(error).message, signal)) return false;
      }
    }
    this.#acquisition.opened();
    report.data.current_file = this.#writer.path;
    log.info(`Writing to "${this.#writer.path}"`);
    const { lastMeta } = this.#acquisition;
    if (lastMeta === undefined) return true;
    const run = new FrameRun();
    run.add({ bytes: lastMeta, type: 0, offset: 0, entries: 0, crcOk: undefined });
    return await this.#write(run, signal, () => report.data.frames.repeated++);
  }

  /** Opens the first name of the acquisition that is free. */
  async #openFree(frame: RawFrame | undefined): Promise<G3FileWriter> {
    const { sync, clock } = this.#options;
    const { folder } = this.#acquisition.nextFile(frame);
    try {
      await Deno.mkdir(folder, { recursive: true });
    } catch (cause) {
      throw new Error(`Cannot make folder "${folder}": ${toError(cause).message}`, { cause });
    }
    for (let tries = 0; tries < MOST_NAMES; tries++) {
      const { path } = this.#acquisition.nextFile(frame);
      try {
        return await G3FileWriter.open(path, { sync, now: () => clock.monotonicMs() });
      } catch (cause) {
        if (!(cause instanceof Deno.errors.AlreadyExists)) {
          throw new Error(`Cannot make file "${path}": ${toError(cause).message}`, { cause });
        }
        this.#acquisition.nameIsTaken();
      }
    }
    throw new Error(`Cannot make a file in "${folder}": ${MOST_NAMES} names in a row are taken`);
  }

  /** Closes the file; one into which nothing could be written is taken away again. */
  async #finish(): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#writer = undefined;
    const { report, log } = this.#options;
    try {
      await writer.close();
      if (writer.bytes === 0 && writer.broken === undefined) {
        await Deno.remove(writer.path);
        report.data.current_file = null;
        return;
      }
    } catch (error) {
      log.error(`Cannot close "${writer.path}": ${toError(error).message}`);
    }
    report.finished(writer.path);
    log.info(`Finished "${writer.path}", ${writer.bytes} bytes`);
  }

  /** Waits until the disk has room; false when the signal ended that. */
  async #hasRoom(bytes: number, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const full = await this.#options.room.whyNot(bytes);
      if (full === undefined) return true;
      if (!await this.#waitAfter(full, signal)) return false;
    }
  }

  /** Says what is wrong and waits before the next try; false when there is to be none. */
  async #waitAfter(trouble: string, signal: AbortSignal): Promise<boolean> {
    this.#tell(trouble);
    if (signal.aborted) return false;
    await pause(RETRY_MS, { clock: this.#options.clock, signal });
    return true;
  }

  #tell(trouble: string | undefined): void {
    const { report, onTrouble } = this.#options;
    report.data.disk.error = trouble ?? null;
    const isNews = (this.#trouble === undefined) !== (trouble === undefined);
    this.#trouble = trouble;
    if (isNews) onTrouble(trouble);
  }

  /** The signal has ended the waiting for the disk. */
  #giveUp(frames: number): void {
    this.#options.report.dropped("not writable", frames);
    this.#givenUp += frames;
  }

  /** Says once what was given up, however many frames. */
  #tellGivenUp(): void {
    if (this.#givenUp === 0) return;
    this.#options.log.error(`${this.#givenUp} frames are lost: ${this.#trouble ?? "they cannot be written"}`);
    this.#givenUp = 0;
    this.#tell(undefined);
  }
}
