/** A verb's terminal that keeps what is written to it. @module */
import { type Look, PLAIN } from "../../verbs/look.ts";
import type { VerbTerminal } from "../../verbs/terminal.ts";

/** Keeps results, and what is said beside them. */
export class KeptTerminal implements VerbTerminal {
  readonly look: Look;
  readonly plain = true;
  readonly showsProgress: boolean;
  /** Results. */
  out = "";
  /** What was said beside them. */
  readonly said: string[] = [];
  /** What was shown as progress. */
  readonly shown: string[] = [];

  /** @param columns Columns of the terminal; default a pipe. */
  constructor(
    { columns, progress = false }: { readonly columns?: number; readonly progress?: boolean } = {},
  ) {
    this.look = { ...PLAIN, ...columns === undefined ? {} : { columns } };
    this.showsProgress = progress;
  }

  /** The results as lines. */
  get lines(): string[] {
    return this.out.replace(/\n$/, "").split("\n");
  }

  /** The results as JSON, one value a line. */
  get json(): Record<string, unknown>[] {
    // A line that is no object makes the test fail where it is looked into.
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  print(text: string): Promise<void> {
    return this.write(`${text}\n`);
  }

  write(text: string): Promise<void> {
    this.out += text;
    return Promise.resolve();
  }

  say(text: string): void {
    this.said.push(text);
  }

  progress(text: string | undefined): void {
    if (text !== undefined) this.shown.push(text);
  }
}
