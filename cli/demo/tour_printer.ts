/** How the demo's tour is shown. @module */
import { type Console, type Output, styled } from "../output.ts";

/** What a tour prints with. */
export interface TourPrinterOptions {
  readonly console: Console;
  /** One JSON object for each step instead of text. */
  readonly json: boolean;
  /** Ends the tour at its next step. */
  readonly signal: AbortSignal;
}

/** What is shown of a step that goes on for a while. */
export type ShowLine = (text: string, item: unknown) => Promise<void>;

/** Shows steps: what is done, in which words, and what came of it. */
export class TourPrinter {
  readonly #out: Output;
  readonly #json: boolean;
  readonly #signal: AbortSignal;

  constructor({ console, json, signal }: TourPrinterOptions) {
    this.#out = console.out;
    this.#json = json;
    this.#signal = signal;
  }

  /** Shows a step that is over. */
  async step(title: string, code: string, result: unknown): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#json) return await this.#object(title, code, jsonOf(result));
    const { colors } = this.#out.look;
    await this.#head(title, code);
    await this.#out.print(indented(Deno.inspect(result, { colors, breakLength: 76 })));
  }

  /** Shows a step whose result is a text, or with `--json` the data that it shows. */
  async text(title: string, code: string, result: unknown): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#json) return await this.#object(title, code, result);
    await this.#head(title, code);
    await this.#out.print(indented(String(result)));
  }

  /** Shows a step while it goes on: a line for each thing that comes. */
  async live(title: string, code: string, run: (show: ShowLine) => Promise<void>): Promise<void> {
    this.#signal.throwIfAborted();
    const items: unknown[] = [];
    if (!this.#json) await this.#head(title, code);
    await run(async (text, item) => {
      items.push(item);
      if (!this.#json) await this.#out.print(indented(text));
    });
    if (this.#json) await this.#object(title, code, items);
  }

  /** A time of day in the words of the tour. */
  time(timeSeconds: number): string {
    const time = new Date(timeSeconds * 1000).toTimeString().slice(0, 8);
    return styled(this.#out.look, "dim", time);
  }

  /** Something to be seen first. */
  bold(text: string): string {
    return styled(this.#out.look, "bold", text);
  }

  async #head(title: string, code: string): Promise<void> {
    const words = code.split("\n").map((line) => `  ${styled(this.#out.look, "cyan", `> ${line}`)}`);
    await this.#out.print(["", this.bold(title), ...words].join("\n"));
  }

  async #object(title: string, code: string, result: unknown): Promise<void> {
    await this.#out.print(JSON.stringify({ event: "step", title, code, result }));
  }
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}

/** A reply as the triple it is on the wire; everything else as it is. */
function jsonOf(result: unknown): unknown {
  return typeof result === "object" && result !== null && Symbol.iterator in result && !Array.isArray(result)
    ? Array.from(result as Iterable<unknown>) // Safe: it has just been found iterable.
    : result;
}
