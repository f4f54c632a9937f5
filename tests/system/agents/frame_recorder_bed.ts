/** A frame recorder without a network, on a folder and a clock of its own. @module */
import type { RecordingRules } from "../../../agents/timestream_aggregator/acquisition.ts";
import {
  FrameRecorder,
  type FrameRecorderOptions,
} from "../../../agents/timestream_aggregator/frame_recorder.ts";
import { Room } from "../../../agents/timestream_aggregator/room.ts";
import { StreamReport } from "../../../agents/timestream_aggregator/stream_report.ts";
import { ManualClock } from "../../../framework/mod.ts";
import { FrameSplitter, type G3Frame } from "../../../g3/mod.ts";
import { splitG3File } from "../../../g3/io/mod.ts";
import { frameLabel } from "../../helpers/smurf_frames.ts";
import { filesBelow, START_SECONDS } from "./recorder_bed.ts";

/** What of the options and rules a test sets itself. */
export type FrameRecorderSettings =
  & Partial<RecordingRules>
  & Partial<Pick<FrameRecorderOptions, "sync" | "monitor">>
  & { readonly stopFreeBytes?: number };

/** A recorder, its clock, and what it has recorded. */
export class FrameRecorderBed implements AsyncDisposable {
  readonly clock = new ManualClock(START_SECONDS);
  readonly report = new StreamReport(this.clock);
  readonly recorder: FrameRecorder;
  /** Aborted to end the waiting for room. */
  readonly over = new AbortController();
  readonly logs: string[] = [];
  /** What was said of trouble; undefined for its end. */
  readonly troubles: (string | undefined)[] = [];

  private constructor(readonly folder: string, settings: FrameRecorderSettings) {
    const { sync = "never", monitor, stopFreeBytes = 0, ...rules } = settings;
    const say = (text: string) => void this.logs.push(text);
    this.recorder = new FrameRecorder({
      rules: { dataDir: folder, fileNaming: "date", timePerFileSeconds: 10, gapSeconds: 5, ...rules },
      sync,
      monitor,
      report: this.report,
      room: new Room({
        path: folder,
        warnFreeBytes: 2 * stopFreeBytes,
        stopFreeBytes,
        clock: this.clock,
        onReading: () => {},
      }),
      log: { info: say, warn: say, error: say },
      clock: this.clock,
      onTrouble: (trouble) => void this.troubles.push(trouble),
    });
  }

  /** Makes one that records to `folder`, or to a folder of its own. */
  static async start(
    settings: FrameRecorderSettings & { readonly folder?: string } = {},
  ): Promise<FrameRecorderBed> {
    const { folder, ...rest } = settings;
    return new FrameRecorderBed(folder ?? await Deno.makeTempDir({ prefix: "frames_" }), rest);
  }

  /** Takes frames that arrive in one piece. */
  async take(...frames: readonly G3Frame[]): Promise<void> {
    await this.takeBytes(new Uint8Array(frames.flatMap((frame) => [...frame.encode()])));
  }

  /** Takes a piece of a stream that begins and ends with whole frames. */
  async takeBytes(piece: Uint8Array): Promise<void> {
    const frames = new FrameSplitter({ reuse: true, crc: "report" }).push(piece);
    await this.recorder.take(piece, frames, this.over.signal);
  }

  /** Takes a stream in pieces of one size, in memory that is used again as a connection does. */
  async takePieces(bytes: Uint8Array, size: number): Promise<void> {
    const splitter = new FrameSplitter({ reuse: true, crc: "report" });
    const buffer = new Uint8Array(size);
    for (let at = 0; at < bytes.length; at += size) {
      const piece = buffer.subarray(0, Math.min(size, bytes.length - at));
      piece.set(bytes.subarray(at, at + size));
      await this.recorder.take(piece, splitter.push(piece), this.over.signal);
    }
    splitter.end();
  }

  /** The files and what they hold, as short names of frames. */
  async contents(): Promise<Record<string, string[]>> {
    const contents: Record<string, string[]> = {};
    for (const file of await filesBelow(this.folder)) {
      if (!file.endsWith(".g3")) continue;
      const labels: string[] = [];
      for await (const raw of splitG3File(`${this.folder}/${file}`)) labels.push(frameLabel(raw));
      contents[file] = labels;
    }
    return contents;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over.abort();
    await this.recorder.close();
    await Deno.remove(this.folder, { recursive: true }).catch((error: unknown) => {
      // A disk of its own is unmounted by whoever has mounted it.
      if (!(error instanceof Error && /busy/i.test(error.message))) throw error;
    });
  }
}
