/** The `.g3` files of an emulated stream (smurf 5.2). @module */
import { atFreeSecond } from "../../internal/at_free_second.ts";
import type { G3Frame } from "../../g3/mod.ts";
import { G3FileWriter } from "../../g3/io/mod.ts";
import { EmulatedFrames, type EmulatedFramesOptions } from "./emulated_frames.ts";
import { emulatedStatus, type StatusOptions } from "./emulated_status.ts";

/** What a stream is written from. */
export interface SessionWriterOptions extends Omit<EmulatedFramesOptions, "sessionId" | "channels"> {
  /** `<base>/timestreams` */
  readonly folder: string;
  readonly status: StatusOptions;
  /** After this long a stream goes on in a new file. */
  readonly fileDurationSeconds: number;
  readonly frameSeconds: number;
}

/** Files `<folder>/<5 digits>/<stream id>/<session>_<NNN>.g3` of one session; disposing of it closes the last. */
export class SessionWriter implements AsyncDisposable {
  /** Unix second of the first file, the session's id. */
  readonly sessionId: number;
  readonly #options: SessionWriterOptions;
  readonly #frames: EmulatedFrames;
  readonly #files: string[];
  #file: G3FileWriter | undefined;
  #fileStartSeconds: number;
  #sequence = 0;

  private constructor(sessionId: number, file: G3FileWriter, options: SessionWriterOptions) {
    this.sessionId = sessionId;
    this.#file = file;
    this.#files = [file.path];
    this.#options = options;
    this.#fileStartSeconds = options.now();
    const channels = options.status.loaded.tune.mask.length;
    this.#frames = new EmulatedFrames({ ...options, sessionId, channels });
  }

  /** Opens the first file, at the first second that no session has yet, and begins the session in it. */
  static async open(options: SessionWriterOptions): Promise<SessionWriter> {
    const writer = await atFreeSecond(options.now(), async (second) => {
      const path = pathOf(options, second, 0);
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      return new SessionWriter(second, await G3FileWriter.open(path), options);
    });
    try {
      await writer.#write(writer.#frames.observation("start"));
      await writer.#write(writer.#frames.wiring(emulatedStatus(options.status)));
    } catch (error) {
      await writer[Symbol.asyncDispose]();
      throw error;
    }
    return writer;
  }

  /** Paths of the files so far. */
  get files(): readonly string[] {
    return this.#files;
  }

  async #write(frame: G3Frame): Promise<void> {
    this.#file ??= await this.#next();
    await this.#file.write(frame);
  }

  async #next(): Promise<G3FileWriter> {
    for (;;) {
      const path = pathOf(this.#options, this.sessionId, ++this.#sequence);
      try {
        const file = await G3FileWriter.open(path);
        this.#files.push(path);
        this.#fileStartSeconds = this.#options.now();
        return file;
      } catch (error) {
        // Somebody else's file stays as it is.
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  }

  /** Writes the samples between two times; before, goes on in a new file where it is time for one. */
  async scan(startSeconds: number, stopSeconds: number): Promise<void> {
    const { now, fileDurationSeconds } = this.#options;
    if (this.#file !== undefined && now() - this.#fileStartSeconds > fileDurationSeconds) await this.end();
    const frame = this.#frames.scan(startSeconds, stopSeconds);
    if (frame !== undefined) await this.#write(frame);
  }

  /**
   * Writes a whole stream, without rotation.
   *
   * @param pace Called before each frame with the time of its end; for waiting.
   */
  async between(startSeconds: number, stopSeconds: number, pace: (untilSeconds: number) => Promise<boolean>) {
    const { frameSeconds } = this.#options;
    for (let i = 0;; i++) {
      const from = startSeconds + i * frameSeconds;
      if (from >= stopSeconds) break;
      const to = Math.min(startSeconds + (i + 1) * frameSeconds, stopSeconds);
      if (!await pace(to)) break;
      const frame = this.#frames.scan(from, to);
      if (frame !== undefined) await this.#write(frame);
    }
    await this.end();
  }

  /** Ends the present file with an `end` frame. Without a file it does nothing. */
  async end(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    await file.write(this.#frames.observation("end"));
    this.#file = undefined;
    await file.close();
  }

  /** Closes the file that an error has left open, as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}

function pathOf({ folder, streamId }: SessionWriterOptions, sessionId: number, sequence: number): string {
  const name = `${sessionId}_${String(sequence).padStart(3, "0")}.g3`;
  return `${folder}/${String(sessionId).slice(0, 5)}/${streamId}/${name}`;
}
