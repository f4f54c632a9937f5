/** The log file of a script: what it writes, line by line with the time. @module */
import { toError } from "../internal/to_error.ts";

/** A line longer than this is written in pieces, so that a script without line ends does not fill the memory. */
const MAX_LINE = 64 * 1024;

/** Appends to a file; never cuts one that exists. Dispose of it. */
export class ScriptLog implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #onFailure: (error: unknown) => void;
  readonly #rest = new Map<string, string>();
  #failed = false;

  private constructor(file: Deno.FsFile, onFailure: (error: unknown) => void) {
    this.#file = file;
    this.#onFailure = onFailure;
  }

  /**
   * Opens a file for appending, and makes it if need be.
   *
   * @param onFailure Called once, when it cannot be written any more (disk full); the script goes on.
   * @throws {RangeError} If it cannot be opened.
   */
  static open(path: string, onFailure: (error: unknown) => void): ScriptLog {
    try {
      return new ScriptLog(Deno.openSync(path, { append: true, create: true }), onFailure);
    } catch (cause) {
      const why = toError(cause).message;
      throw new RangeError(
        `Cannot append to log file "${path}": ${why}; expected a file in a folder that is there`,
        {
          cause,
        },
      );
    }
  }

  /** Writes one line: time in UTC, where it comes from, text. */
  line(source: string, text: string): void {
    if (this.#failed) return;
    const bytes = new TextEncoder().encode(`${new Date().toISOString()} ${source} ${text}\n`);
    try {
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
    } catch (error) {
      this.#failed = true;
      this.#onFailure(error);
    }
  }

  /** Takes a piece of a stream; lines that are whole are written. */
  piece(source: string, text: string): void {
    const lines = ((this.#rest.get(source) ?? "") + text).split(/\r?\n/);
    let rest = lines.pop() ?? "";
    for (const line of lines) this.line(source, line);
    for (; rest.length > MAX_LINE; rest = rest.slice(MAX_LINE)) this.line(source, rest.slice(0, MAX_LINE));
    this.#rest.set(source, rest);
  }

  /** Writes what is left of unfinished lines, and closes. */
  [Symbol.dispose](): void {
    for (const [source, rest] of this.#rest) if (rest !== "") this.line(source, rest);
    this.#file.close();
  }
}
