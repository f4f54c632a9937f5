/** The file that one output stream of a child goes to. @module */
import { copyFileSync } from "node:fs";

/** How much a file may hold before it is put aside; the file that was put aside before goes then. */
const MAX_BYTES = 4 * 1024 * 1024;
/** How much of the end is read for the last lines. */
const TAIL_BYTES = 16 * 1024;
const MAX_LINE_CHARACTERS = 1000;

/**
 * A log file that a child writes and this program reads.
 *
 * The child writes it itself, so that it goes on writing while no manager runs, and is not held up by one that hangs.
 */
export class ChildLog {
  readonly path: string;
  /** Where the current run of the child begins. */
  #start = 0;
  #seenSize = -1;
  #lines: readonly string[] = [];

  /** @param path The file; it need not be there yet. */
  constructor(path: string) {
    this.path = path;
  }

  /** Forgets the lines there are: what comes now is of a new run. */
  begin(): void {
    this.#start = this.#size();
    this.#seenSize = -1;
    this.#lines = [];
  }

  /** Last lines of the current run, a hundred at the most, oldest first. */
  get lines(): readonly string[] {
    const size = this.#size();
    if (size !== this.#seenSize) {
      this.#seenSize = size;
      this.#lines = this.#readTail(size);
    }
    return this.#lines;
  }

  /** Puts the file aside when it has become too long: `x.out` becomes `x.out.1`. */
  rotate(): void {
    const size = this.#size();
    // Somebody else may have cut it.
    if (size < this.#start) this.#start = 0;
    if (size <= MAX_BYTES) return;
    // The child has it open for appending, so it is copied and emptied, not renamed.
    try {
      copyFileSync(this.path, `${this.path}.1`);
    } catch {
      // A disk that is full gets its room back all the same.
    }
    Deno.truncateSync(this.path, 0);
    this.#start = 0;
  }

  #size(): number {
    try {
      return Deno.statSync(this.path).size;
    } catch {
      return 0;
    }
  }

  #readTail(size: number): readonly string[] {
    const from = Math.max(Math.min(this.#start, size), size - TAIL_BYTES);
    if (from >= size) return [];
    try {
      using file = Deno.openSync(this.path);
      file.seekSync(from, Deno.SeekMode.Start);
      const bytes = new Uint8Array(size - from);
      let length = 0;
      for (let part = file.readSync(bytes); part !== null && part > 0;) {
        length += part;
        part = file.readSync(bytes.subarray(length));
      }
      const lines = new TextDecoder().decode(bytes.subarray(0, length)).split(/\r?\n/);
      if (lines.at(-1) === "") lines.pop();
      return lines.slice(-100).map((line) => line.slice(0, MAX_LINE_CHARACTERS));
    } catch {
      return [];
    }
  }
}
