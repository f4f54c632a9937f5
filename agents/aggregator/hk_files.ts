/** The files of one run of the aggregator: which are begun when, and what they begin with (g3 5.5). @module */
import type { G3Frame } from "../../g3/frame.ts";
import { G3FileWriter } from "../../g3/io/file_writer.ts";
import type { SyncPolicy } from "../../g3/io/sync_policy.ts";
import { hkFilePath } from "../../hk/hk_file_path.ts";
import { atFreeSecond } from "../../internal/at_free_second.ts";
import type { Clock } from "../../internal/clock.ts";
import { toError } from "../../internal/to_error.ts";

/** Where files go, and what they begin with. */
export interface HkFilesOptions {
  /** Folder of all files. */
  readonly dataDir: string;
  /** Age at which a file is closed. */
  readonly timePerFileSeconds: number;
  /** When data are forced to the disk. */
  readonly sync: SyncPolicy;
  /** The frame that every file begins with. */
  readonly sessionFrame: () => G3Frame;
  /** Told of each new file. */
  readonly onOpen: (path: string) => void;
  /** Told of what went wrong and costs no data. */
  readonly onTrouble: (text: string) => void;
  readonly clock: Clock;
}

// Files of other recorders, or of one that was restarted, may have the names of this second and those after it.
const MOST_NAMES = 1000;

/**
 * Writes frames one behind the other, in files of limited age.
 *
 * A file is new always, never one that is there. A file whose write failed is closed: it is whole up to its last whole
 * frame, and what could not be written goes to the next one.
 */
export class HkFiles implements AsyncDisposable {
  /** Frames and bytes that are in files, and how many files there are. */
  readonly counts = { files: 0, frames: 0, bytes: 0 };
  readonly #options: HkFilesOptions;
  #file: G3FileWriter | undefined;
  #openedAt = 0;
  #path: string | null = null;
  /** The last one, of whichever file. */
  #status: G3Frame | undefined;
  #hasSession = false;
  #hasStatus = false;

  /** Opens nothing yet. */
  constructor(options: HkFilesOptions) {
    this.#options = options;
  }

  /** The file that is open, or was open last; null before the first. */
  get path(): string | null {
    return this.#path;
  }

  /** Opens a file unless one is open, and sees to it that it has its session frame. */
  async open(): Promise<void> {
    if (this.#file === undefined) await this.#openNext();
    if (this.#hasSession) return;
    await this.#write(this.#options.sessionFrame());
    this.#hasSession = true;
  }

  /** Writes the status frame, which every file to come repeats before its data. */
  async writeStatus(frame: G3Frame): Promise<void> {
    await this.open();
    await this.#write(frame);
    this.#status = frame;
    this.#hasStatus = true;
  }

  /** Writes a data frame. */
  async writeData(frame: G3Frame): Promise<void> {
    await this.open();
    if (!this.#hasStatus && this.#status !== undefined) await this.writeStatus(this.#status);
    await this.#write(frame);
  }

  /** Forces to the disk what has waited for that long enough, also when nothing more is written for minutes. */
  async syncIfDue(): Promise<void> {
    try {
      await this.#file?.syncIfDue();
    } catch (error) {
      this.#cannotSync(error);
    }
  }

  /** Closes the file if it is old enough. */
  async rotate(): Promise<void> {
    const { clock, timePerFileSeconds } = this.#options;
    const age = clock.now() - this.#openedAt;
    // Below 0 after the machine's clock has been set back: files are found by their time.
    if (age > timePerFileSeconds || age < 0) await this.close();
  }

  /** Closes the file; the next frame begins another. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    try {
      await file?.close();
    } catch (error) {
      this.#options.onTrouble(`Cannot close "${file?.path}" in order: ${toError(error).message}`);
    }
  }

  /** Closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #openNext(): Promise<void> {
    const now = this.#options.clock.now();
    const file = await this.#create(Math.floor(now));
    this.#file = file;
    this.#hasSession = false;
    this.#hasStatus = false;
    this.#openedAt = now;
    this.#path = file.path;
    this.counts.files++;
    this.#options.onOpen(file.path);
  }

  /** Makes a file with the name of this second, or of the first one after it whose name is free. */
  async #create(second: number): Promise<G3FileWriter> {
    const { dataDir, sync, clock } = this.#options;
    try {
      return await atFreeSecond(second, async (free) => {
        const path = hkFilePath(dataDir, free);
        await makeFolder(path.slice(0, path.lastIndexOf("/")));
        return await G3FileWriter.open(path, { sync, now: () => clock.monotonicMs() });
      }, MOST_NAMES);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      throw new Error(
        `Cannot begin a file "${hkFilePath(dataDir, second)}": it and the ${MOST_NAMES} after it exist`,
      );
    }
  }

  async #write(frame: G3Frame): Promise<void> {
    const file = this.#file;
    if (file === undefined) throw new TypeError("Cannot write frame: no file is open");
    const before = file.bytes;
    let trouble: unknown;
    try {
      await file.write(frame);
    } catch (error) {
      trouble = error;
    }
    // A frame that is whole in the file counts as written even if it could not be forced to the disk: a second time it
    // would be there twice.
    const written = file.bytes - before;
    if (written > 0) {
      this.counts.frames++;
      this.counts.bytes += written;
    }
    if (trouble === undefined) return;
    // It may end inside the frame, and nothing behind that could be read.
    if (file.broken !== undefined) await this.close();
    if (written === 0) throw trouble;
    this.#cannotSync(trouble);
  }

  #cannotSync(error: unknown): void {
    this.#options.onTrouble(`Cannot force "${this.#path}" to the disk: ${toError(error).message}`);
  }
}

/** Makes a folder with those above it; a file in its place is no name that is taken, and no other second helps. */
async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    throw new Deno.errors.NotADirectory(cause.message, { cause });
  }
}
