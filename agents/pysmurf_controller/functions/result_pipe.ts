/** What a helper writes on descriptor 3. @module */
import type { Readable } from "node:stream";

/** Largest answer that is taken; session data of this size are beyond what any client reads. */
export const MAX_RESULT_BYTES = 64 * 1024 * 1024;

/** Collects everything up to the end of a pipe, and no more than `MAX_RESULT_BYTES`. */
export class ResultPipe {
  /** Resolves at the end of the pipe, or when there is too much in it. */
  readonly ended: Promise<void>;
  readonly #chunks: Uint8Array[] = [];
  readonly #onTooMuch: () => void;
  #size = 0;
  #tooMuch = false;

  /**
   * Starts to read.
   *
   * @param onTooMuch Called once when more comes than is taken; what has come is forgotten then.
   */
  constructor(pipe: Readable, onTooMuch: () => void) {
    this.#onTooMuch = onTooMuch;
    this.ended = this.#read(pipe);
  }

  /** Whether more came than is taken. */
  get tooMuch(): boolean {
    return this.#tooMuch;
  }

  /** Whether what has come so far ends with the end of a line, as our own helper's answer does. */
  get endsWithLine(): boolean {
    return this.#chunks.at(-1)?.at(-1) === 10;
  }

  /** What has come so far. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  async #read(pipe: Readable): Promise<void> {
    try {
      for await (const chunk of pipe) {
        this.#size += chunk.length;
        if (this.#size > MAX_RESULT_BYTES) {
          this.#tooMuch = true;
          this.#size = 0;
          this.#chunks.length = 0;
          this.#onTooMuch();
          return;
        }
        this.#chunks.push(chunk);
      }
    } catch {
      // Only disposing of the child ends the pipe before its end.
    }
  }
}

/** Longest line of a function that goes on; an update of `check_state` has some 20 kB. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

/**
 * Reads a pipe line by line to its end.
 *
 * @param onLine Called with each line, without its end.
 * @returns Resolves at the end of the pipe.
 * @throws {RangeError} If a line is longer than `MAX_LINE_BYTES`; whatever `onLine` throws.
 */
export async function readLines(pipe: Readable, onLine: (line: Uint8Array) => void): Promise<void> {
  let rest: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of pipe) {
    // A pipe without an encoding gives bytes.
    const bytes = chunk as Uint8Array;
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      rest.push(bytes.subarray(from, end));
      onLine(joined(rest, size + end - from));
      rest = [];
      size = 0;
      from = end + 1;
    }
    if (from === bytes.length) continue;
    rest.push(bytes.subarray(from));
    size += bytes.length - from;
    if (size > MAX_LINE_BYTES) {
      throw new RangeError(`Cannot read line: it has more than ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (size > 0) onLine(joined(rest, size));
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
