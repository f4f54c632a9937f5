/** Cuts what a program writes into lines. @module */

/** Longest line that is handed out whole; a longer one comes in pieces. */
const MAX_LINE_CHARACTERS = 16_384;

/** Hands out the lines of a byte stream; bad UTF-8 becomes U+FFFD, and no line makes memory grow. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** @param onLine Takes each line without its line break. */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /**
   * Reads a stream to its end; what stands behind the last line break is a line as well.
   *
   * @param signal Ends it before.
   */
  async readAll(stream: ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<void> {
    const reader = stream.getReader();
    const cancel = (): void => void reader.cancel().catch(() => {});
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        this.#take(this.#decoder.decode(read.value, { stream: true }));
      }
    } finally {
      signal?.removeEventListener("abort", cancel);
      reader.releaseLock();
    }
    this.#take(this.#decoder.decode());
    if (this.#rest !== "") this.#onLine(this.#rest);
    this.#rest = "";
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    while (this.#rest.length > MAX_LINE_CHARACTERS) {
      this.#onLine(this.#rest.slice(0, MAX_LINE_CHARACTERS));
      this.#rest = this.#rest.slice(MAX_LINE_CHARACTERS);
    }
  }
}
