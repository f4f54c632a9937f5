/** Progress on a terminal. @module */
import { stripVTControlCharacters } from "node:util";
import { type Output, styled } from "./output.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;
/** Whatever is done sooner needs no spinner. */
const DELAY_MS = 300;

/** A line on a terminal that says what is waited for; nothing at all in a pipe. */
export class Spinner implements Disposable {
  readonly #output: Output;
  #text = "";
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawn = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Whether anybody would see it. */
  get isVisible(): boolean {
    return this.#output.look.isTerminal;
  }

  /** Shows a text, or changes it. */
  show(text: string): void {
    this.#text = text;
    if (!this.isVisible || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#tick(), DELAY_MS);
  }

  /** Takes the line away. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#drawn) void this.#output.write("\r\x1b[2K");
    this.#drawn = false;
  }

  /** Stops. */
  [Symbol.dispose](): void {
    this.stop();
  }

  #tick(): void {
    const { look } = this.#output;
    const frame = FRAMES[this.#frame++ % FRAMES.length] ?? "";
    const text = stripVTControlCharacters(this.#text).slice(0, Math.max(10, look.columns - 4));
    void this.#output.write(`\r\x1b[2K${styled(look, "cyan", frame)} ${text}`);
    this.#drawn = true;
    this.#timer = setTimeout(() => this.#tick(), FRAME_MS);
  }
}
