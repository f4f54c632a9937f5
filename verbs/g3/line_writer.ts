/** Many short lines, written in larger pieces. @module */
import type { VerbTerminal } from "../terminal.ts";

/** So much is collected, in characters. */
const PIECE = 1 << 15;
/** So long a line may wait for others. */
const WAIT_MS = 100;

/** Collects text for a terminal; whoever writes to it flushes it at the end. Memory stays bounded: a full piece is waited for. */
export class LineWriter {
  readonly #terminal: VerbTerminal;
  #text = "";
  #writtenMs = performance.now();

  /** Writes nothing yet. */
  constructor(terminal: VerbTerminal) {
    this.#terminal = terminal;
  }

  /** Adds a line. */
  async line(text: string): Promise<void> {
    await this.part(`${text}\n`);
  }

  /** Adds a part of a line. */
  async part(text: string): Promise<void> {
    this.#text += text;
    if (this.#text.length >= PIECE || performance.now() - this.#writtenMs >= WAIT_MS) await this.flush();
  }

  /** Writes what is collected. */
  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = "";
    if (text !== "") await this.#terminal.write(text);
    this.#writtenMs = performance.now();
  }
}
