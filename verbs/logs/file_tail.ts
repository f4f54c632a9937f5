/** The end of a log file that grows. @module */

const CHUNK_BYTES = 64 * 1024;
/** So much of the end of a file is looked through for its last lines. */
const MOST_BYTES = 8 * 1024 * 1024;
const NEWLINE = 10;

/** Reads the last lines of a file, then what is added to it; also when the file is cut, or another one takes its place. */
export class FileTail {
  readonly #path: string;
  #position = 0;
  #inode: number | null = null;

  /** @param path The file; it may come later. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The last lines, oldest first; `read` goes on behind them. A line without an end is left to it unless `whole`. */
  last(count: number, { whole }: { readonly whole: boolean }): readonly string[] {
    using file = this.#open();
    if (file === undefined) return [];
    const { size, ino } = file.statSync();
    this.#inode = ino;
    let bytes = new Uint8Array();
    let from = size;
    while (from > 0 && size - from < MOST_BYTES && linesIn(bytes) <= count) {
      const start = Math.max(0, from - CHUNK_BYTES);
      bytes = joined(readPart(file, start, from), bytes);
      from = start;
    }
    const end = whole ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
    this.#position = size - (bytes.length - end);
    // What comes before the first line break may be half a line.
    return textLines(decoded(bytes.subarray(0, end))).slice(from > 0 ? 1 : 0).slice(-count);
  }

  /** Lines that have come since; `cut` when the file is not the one, or as long, as it was. */
  read(): { readonly lines: readonly string[]; readonly cut: boolean } {
    using file = this.#open();
    if (file === undefined) return { lines: [], cut: false };
    const { size, ino } = file.statSync();
    const cut = this.#inode !== null && (ino !== this.#inode || size < this.#position);
    if (cut) this.#position = 0;
    this.#inode = ino;
    // What is more than that is read the next time.
    const bytes = readPart(file, this.#position, Math.min(size, this.#position + MOST_BYTES));
    const isFull = bytes.length === MOST_BYTES;
    const last = bytes.lastIndexOf(NEWLINE) + 1;
    const end = last === 0 && isFull ? bytes.length : last;
    this.#position += end;
    return { lines: textLines(decoded(bytes.subarray(0, end))), cut };
  }

  #open(): Deno.FsFile | undefined {
    try {
      return Deno.openSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }
}

function readPart(file: Deno.FsFile, from: number, to: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(to - from);
  file.seekSync(from, Deno.SeekMode.Start);
  let length = 0;
  while (length < bytes.length) {
    const part = file.readSync(bytes.subarray(length));
    if (part === null || part === 0) break;
    length += part;
  }
  return bytes.subarray(0, length);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === NEWLINE) lines++;
  return lines;
}

/** The lines of a text; a line break at its end begins none. */
export function textLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
