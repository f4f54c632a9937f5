/** Bytes of a pipe as lines of text. @module */

// A program that writes no line ends must not fill the memory; Python logs what one read gives.
const LONGEST_LINE = 65_536;

/**
 * Splits what arrives into lines, without their ends and without empty ones.
 *
 * UTF-8, put together over the borders of chunks; bytes that are none become U+FFFD (smurf B24). A line of more than
 * 65,536 characters comes in pieces. Holds one line at most.
 */
export class TextLines {
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** Takes a chunk and gives the lines it has completed. */
  push(bytes: Uint8Array): string[] {
    return this.#split(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Gives what has no end of line yet, when nothing more comes. */
  end(): string[] {
    const lines = this.#split(this.#decoder.decode());
    const last = this.#rest.trimEnd();
    this.#rest = "";
    return last === "" ? lines : [...lines, last];
  }

  #split(text: string): string[] {
    const parts = (this.#rest + text).split("\n");
    this.#rest = parts.pop() ?? "";
    const lines = parts.map((line) => line.trimEnd()).filter((line) => line !== "");
    while (this.#rest.length > LONGEST_LINE) {
      lines.push(this.#rest.slice(0, LONGEST_LINE));
      this.#rest = this.#rest.slice(LONGEST_LINE);
    }
    return lines;
  }
}
