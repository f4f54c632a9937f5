/** The prompt as verbs see it. @module */
import { stripVTControlCharacters, styleText } from "node:util";
import { printable } from "../verbs/fit_text.ts";
import type { LiveScreen } from "../verbs/live_screen.ts";
import { type Look, PLAIN } from "../verbs/look.ts";
import type { VerbTerminal } from "../verbs/terminal.ts";
import { harmlessText } from "../verbs/terminal_text.ts";
import type { PromptLine } from "./prompt_line.ts";
import type { TextOutput } from "./text_output.ts";

/** Where a prompt writes to. */
export interface PromptTerminalOptions {
  /** Results. */
  readonly out: TextOutput;
  /** What is told beside them, where that is not the same terminal. */
  readonly err: TextOutput;
  /** Where somebody types; undefined for a pipe. */
  readonly line: PromptLine | undefined;
  readonly plain: boolean;
}

/** Whatever is done sooner needs no progress. */
const PROGRESS_DELAY_MS = 300;
/** So much of what a line has printed is kept for the night log, in characters. */
const MAX_KEPT = 20_000;

/** Writes for one line after the other. */
export class PromptTerminal {
  readonly look: Look;
  readonly #options: PromptTerminalOptions;
  #kept = "";
  #progress: string | undefined;
  #progressTimer: ReturnType<typeof setTimeout> | undefined;
  #isDrawn = false;
  #screen: LiveScreen | undefined;
  #held: string[] = [];
  #isLent = false;

  /** Writes nothing yet. */
  constructor(options: PromptTerminalOptions) {
    this.#options = options;
    const { out } = options;
    this.look = {
      get columns() {
        return out.look.columns;
      },
      style: (style, text) => {
        if (!out.look.colors || text === "") return text;
        return styleText(typeof style === "string" ? style : [...style], text, { validateStream: false });
      },
    };
  }

  /** Whether nothing is redrawn. */
  get plain(): boolean {
    return this.#options.plain || this.#options.line === undefined;
  }

  /** What was printed since the last call, without colours. */
  takeKept(): string {
    const kept = this.#kept;
    this.#kept = "";
    return stripVTControlCharacters(kept);
  }

  /** Writes a result. */
  print(text: string): Promise<void> {
    this.#clear();
    return this.#write(this.#options.out, text);
  }

  /** Tells of an error, or of something beside the result. */
  tell(text: string): Promise<void> {
    this.#clear();
    return this.#write(this.#options.line === undefined ? this.#options.err : this.#options.out, text);
  }

  /** Tells of what happens meanwhile: above the line that is typed, behind a view that is open. */
  notify(text: string): void {
    const { line, err } = this.#options;
    if (this.#isLent || this.#screen !== undefined && !this.#screen.signal.aborted) {
      this.#held.push(text);
      return;
    }
    const texts = shown([...this.#held.splice(0), text].join("\n"), this.#options.out);
    if (line === undefined) {
      void err.write(`${texts}\n`);
      return;
    }
    const progress = this.#progress;
    this.#clear();
    line.above(texts);
    // It is still waited for.
    if (progress !== undefined) this.progress(progress);
  }

  /** Resolves when what was written is out, after half a second at the latest: others write to the terminal as well. */
  flush(): Promise<void> {
    return this.#options.out.flush();
  }

  /** Shows what is waited for; undefined takes it away. */
  progress(text: string | undefined): void {
    if (text === undefined) return this.#clear();
    if (this.plain) return;
    this.#progress = text;
    if (this.#isDrawn) this.#drawProgress();
    else this.#progressTimer ??= setTimeout(() => this.#drawProgress(), PROGRESS_DELAY_MS);
  }

  /**
   * The terminal of one verb.
   *
   * @param signal Aborted when the operator has gone on to the next line: what comes later is not shown any more.
   * @param write Takes results instead of the terminal.
   */
  forVerb(signal: AbortSignal, write?: (text: string) => Promise<void>): VerbTerminal {
    const { line } = this.#options;
    return {
      look: write === undefined ? this.look : PLAIN,
      plain: this.plain || write !== undefined,
      showsProgress: !this.plain,
      print: async (text) => {
        if (signal.aborted) return;
        if (write === undefined) await this.print(text);
        else await write(text.endsWith("\n") ? text : `${text}\n`);
      },
      write: async (text) => {
        if (signal.aborted) return;
        if (write === undefined) await this.#part(text);
        else await write(text);
      },
      say: (text) => {
        if (!signal.aborted) void this.tell(text);
      },
      progress: (text) => {
        if (!signal.aborted) this.progress(text);
      },
      ...(line === undefined ? {} : { confirm: (question) => this.#confirm(line, question) }),
      ...(this.plain || write !== undefined ? {} : { openScreen: () => this.#openScreen() }),
    };
  }

  /** Whether another program has the terminal: its signals are that program's. */
  get isLent(): boolean {
    return this.#isLent;
  }

  /** Lets another program have the terminal while a function runs; what happens meanwhile is told afterwards. */
  async lend<T>(use: () => Promise<T>): Promise<T> {
    this.#clear();
    await this.#options.out.flush();
    using _lent = this.#options.line?.lend();
    this.#isLent = true;
    try {
      return await use();
    } finally {
      this.#isLent = false;
      this.showHeld();
    }
  }

  /** Tells what was held back while a view was open. */
  showHeld(): void {
    const held = this.#held.splice(0);
    if (held.length > 0) this.#options.line?.above(harmlessText(held.join("\n")));
  }

  async #openScreen(): Promise<LiveScreen> {
    const { openScreen } = await import("../verbs/live_screen.ts");
    this.#clear();
    // What was typed has to be on the terminal before the screen takes it.
    await this.#options.out.flush();
    return this.#screen = openScreen();
  }

  async #confirm(line: PromptLine, question: string): Promise<boolean> {
    this.#clear();
    const answer = await line.read(`${question} [y/N] `, { keepHistory: false });
    return answer.kind === "line" && /^\s*y(es)?\s*$/i.test(answer.text);
  }

  #part(text: string): Promise<void> {
    this.#clear();
    this.#kept = (this.#kept + text).slice(0, MAX_KEPT);
    return this.#options.out.write(shown(text, this.#options.out));
  }

  #write(output: TextOutput, text: string): Promise<void> {
    this.#kept = (this.#kept + text + "\n").slice(0, MAX_KEPT);
    return output.write(shown(text.endsWith("\n") ? text : `${text}\n`, output));
  }

  #drawProgress(): void {
    this.#isDrawn = true;
    const { out } = this.#options;
    const room = Math.max(10, out.look.columns - 1);
    const text = printable(this.#progress ?? "").slice(0, room);
    void out.write(`\r\x1b[2K${this.look.style("dim", text)}`);
  }

  #clear(): void {
    clearTimeout(this.#progressTimer);
    this.#progressTimer = undefined;
    this.#progress = undefined;
    if (this.#isDrawn) void this.#options.out.write("\r\x1b[2K");
    this.#isDrawn = false;
  }
}

/** A pipe gets a text as it is. */
function shown(text: string, { look }: TextOutput): string {
  return look.isTerminal ? harmlessText(text) : text;
}
