/** The line that is being typed, and what is printed above it. @module */
import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from "node:readline";
import { PassThrough, Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { HistorySearch } from "./history_search.ts";
import { RawTerminal } from "./raw_terminal.ts";
import { type Keys, KeySplitter } from "./key_splitter.ts";
import type { TextOutput } from "./text_output.ts";

/** What came of reading a line. */
export type ReadLine =
  | { readonly kind: "line"; readonly text: string }
  /** Ctrl-C on an empty line. */
  | { readonly kind: "interrupt" }
  /** Ctrl-D on an empty line, or the terminal is gone. */
  | { readonly kind: "end" };

/** Candidates that replace the end of the text before the cursor. */
export interface Completions {
  /** Whole replacements of `replaced`. */
  readonly candidates: readonly string[];
  /** The end of the text before the cursor that they stand for. */
  readonly replaced: string;
}

/** How the line works. */
export interface PromptLineOptions {
  readonly output: TextOutput;
  /** Nothing is redrawn but what the operator edits: what happens meanwhile is told before the next line. */
  readonly plain: boolean;
  /** Lines of earlier times, newest first. */
  readonly history: readonly string[];
  /** Candidates for the text before the cursor. */
  readonly complete: (text: string) => Promise<Completions>;
  /** Makes a line fit to be kept: passwords are taken out. */
  readonly redact: (line: string) => string;
}

/** Stands for a line's end within a pasted text. */
const LINE_END = "⏎";
const MAX_HISTORY = 5000;
/** Nobody types so many letters at once. */
const LONG_TEXT = 32;
/** What may be typed ahead, in characters. */
const MAX_AHEAD = 65_536;

/** Reads lines from the terminal of this process. Whoever makes it disposes of it. */
export class PromptLine implements Disposable {
  readonly #output: TextOutput;
  readonly #options: PromptLineOptions;
  readonly #editor: Interface;
  readonly #keys = new PassThrough();
  readonly #screen: Writable;
  readonly #splitter = new KeySplitter();
  readonly #terminal: RawTerminal;
  readonly #ended = new AbortController();
  #history: string[];
  #ahead: Keys[] = [];
  #resolve: ((result: ReadLine) => void) | undefined;
  #prompt = "";
  #keepHistory = true;
  /** A line was entered and the next one is not read yet. */
  #isEntered = false;
  #isInterrupted = false;
  #search: { readonly search: HistorySearch; readonly before: string } | undefined;
  #held: string[] = [];
  #onInterrupt: (() => boolean) | undefined;

  /** Takes the terminal. */
  constructor(options: PromptLineOptions) {
    this.#options = options;
    this.#output = options.output;
    this.#history = [...options.history];
    const { output } = options;
    // Not that of Node: a terminal that was stopped (Ctrl-S) must not stop what else runs in this process.
    this.#screen = Object.defineProperties(
      new Writable({
        decodeStrings: false,
        // In the order of all that is written; the output itself keeps what a slow terminal does not take yet.
        write: (text, _encoding, done) => {
          void output.write(String(text));
          done();
        },
      }),
      { columns: { get: () => output.look.columns }, isTTY: { value: true } },
    );
    this.#editor = createInterface({
      input: this.#keys,
      output: this.#screen,
      terminal: true,
      history: this.#history,
      historySize: MAX_HISTORY,
      removeHistoryDuplicates: true,
      escapeCodeTimeout: 50,
      completer: (text: string, done: (error: null, result: [string[], string]) => void) => {
        void this.#complete(text).then((result) => done(null, result));
      },
    });
    this.#editor.on("line", (text: string) => this.#settle({ kind: "line", text: unfold(text) }));
    this.#editor.on("history", (history: string[]) => this.#keep(history));
    this.#terminal = new RawTerminal(output, {
      onText: (text) => this.#take(this.#splitter.split(text)),
      onEnd: () => {
        this.#ended.abort();
        this.#settle({ kind: "end" });
      },
      onResize: () => this.#drawAgain(),
      onContinue: () => this.#beginAnew(),
    });
  }

  /** Aborted when the terminal is gone. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /**
   * Has a function called at a Ctrl-C while no line is read, until what it returns is disposed of. What was typed ahead is
   * forgotten where the function has interrupted something; else the Ctrl-C is for the next line.
   */
  onInterrupt(action: () => boolean): Disposable {
    const before = this.#onInterrupt;
    this.#onInterrupt = action;
    return { [Symbol.dispose]: () => this.#onInterrupt = before };
  }

  /** Whether Ctrl-C was pressed between Enter and now; asked once, when the line begins to be carried out. */
  takeInterrupt(): boolean {
    const was = this.#isInterrupted;
    this.#isInterrupted = false;
    return was;
  }

  /**
   * Reads one line.
   *
   * @param keepHistory False for answers to questions.
   */
  read(prompt: string, { keepHistory = true }: { readonly keepHistory?: boolean } = {}): Promise<ReadLine> {
    if (this.#ended.signal.aborted) return Promise.resolve({ kind: "end" });
    for (const text of this.#held.splice(0)) void this.#output.write(`${text}\n`);
    this.#prompt = prompt;
    this.#keepHistory = keepHistory;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#editor.setPrompt(prompt);
      this.#drawnRows = 0;
      this.#editor.prompt();
      // Of a line that did not begin at all.
      const late: readonly Keys[] = this.takeInterrupt() ? [{ kind: "control", text: "\x03" }] : [];
      const ahead = [...late, ...this.#ahead];
      this.#ahead = [];
      this.#isEntered = false;
      this.#take(ahead);
    });
  }

  /** Shows another prompt before the line that is being typed; a question stays. */
  setPrompt(prompt: string): void {
    if (this.#options.plain || this.#resolve === undefined || !this.#keepHistory) return;
    if (prompt === this.#prompt) return;
    this.#prompt = prompt;
    if (this.#search !== undefined) return;
    this.#erase();
    this.#draw(prompt);
  }

  /** Prints a text above the line that is being typed; at once where none is. */
  above(text: string): void {
    if (this.#resolve === undefined) {
      void this.#output.write(`${text}\n`);
    } else if (this.#options.plain) {
      this.#held.push(text);
    } else {
      this.#erase();
      void this.#output.write(`${text}\n`);
      this.#draw(this.#drawnPrompt);
    }
  }

  /** Gives the terminal to another program; disposing of what that returns takes it back. */
  lend(): Disposable {
    return this.#terminal.lend();
  }

  /** Gives the terminal back. */
  [Symbol.dispose](): void {
    // Nothing is drawn any more.
    this.#resolve = undefined;
    this.#editor.close();
    this.#keys.destroy();
    this.#terminal[Symbol.dispose]();
  }

  /** Deals with keys one after the other; what comes behind the end of the line waits for the next one. */
  #take(pieces: readonly Keys[]): void {
    for (const piece of pieces) {
      if (piece.text === "\x1a") void this.#terminal.suspend();
      else if (this.#resolve !== undefined) this.#edit(piece);
      else if (piece.text === "\x03" && this.#interruptLine()) this.#ahead = [];
      else if (this.#ahead.reduce((sum, { text }) => sum + text.length, 0) < MAX_AHEAD) {
        this.#ahead.push(piece);
      }
    }
  }

  /** Interrupts the line that was entered, or its beginning when it has not begun; false where none was. */
  #interruptLine(): boolean {
    if (this.#onInterrupt?.() === true) return true;
    this.#isInterrupted = this.#isEntered;
    return this.#isEntered;
  }

  /** The terminal has another size, and has broken the rows anew: of the editor's own notion of rows nothing holds. */
  #drawAgain(): void {
    if (this.#resolve === undefined) return;
    this.#erase();
    this.#draw(this.#drawnPrompt);
  }

  /** Others have written, so the line begins on a row of its own. */
  #beginAnew(): void {
    if (this.#resolve === undefined) return;
    void this.#output.write("\r\n");
    this.#drawnRows = 0;
    this.#draw(this.#drawnPrompt);
  }

  #edit(piece: Keys): void {
    if (this.#search !== undefined && !this.#searchKey(piece)) return;
    const { kind, text } = piece;
    if (kind === "paste" || isLongText(text)) this.#insert(text);
    else if (text === "\x03") this.#interrupt();
    else if (text === "\x04" && this.#editor.line === "") this.#leaveLine({ kind: "end" });
    else if (text === "\x12") this.#beginSearch();
    else this.#keys.write(text);
  }

  #insert(pasted: string): void {
    // Whoever pastes looks before Enter; that of the last line is not meant for us.
    const text = pasted.replace(/\n$/, "").replaceAll("\t", "  ").replaceAll("\n", LINE_END);
    // In one piece: letter by letter, the editor draws the whole line for each, which takes minutes for a long paste.
    // deno-lint-ignore no-control-regex -- escapes in a paste would be commands to the editor
    this.#editor.write(text.replaceAll(/[\x00-\x1f\x7f]/g, ""));
  }

  #interrupt(): void {
    if (this.#editor.line === "") return this.#leaveLine({ kind: "interrupt" });
    this.#editor.write(null, { ctrl: true, name: "e" });
    void this.#output.write("^C\n");
    this.#setLine("");
    this.#drawnRows = 0;
    this.#draw(this.#prompt);
  }

  #leaveLine(result: ReadLine): void {
    void this.#output.write("\n");
    this.#settle(result);
  }

  #settle(result: ReadLine): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    this.#isEntered = result.kind === "line";
    resolve?.(result);
  }

  #keep(history: string[]): void {
    this.#history = history;
    // Told before the line itself: what is to be forgotten never was there.
    if (!this.#keepHistory || history[0]?.trim() === "") history.shift();
    else if (history[0] !== undefined) history[0] = this.#options.redact(history[0]);
  }

  async #complete(text: string): Promise<[string[], string]> {
    try {
      const { candidates, replaced } = await this.#options.complete(text);
      return [[...candidates], replaced];
    } catch {
      // Whatever is wrong with the line shows when it is entered.
      return [[], text];
    }
  }

  #beginSearch(): void {
    this.#search = { search: new HistorySearch(this.#history), before: this.#editor.line };
    this.#drawSearch();
  }

  /** Takes a key of a search; true for one that ends it and goes to the line. */
  #searchKey({ kind, text }: Keys): boolean {
    const { search, before } = this.#search ?? {};
    if (search === undefined) return true;
    const isEscape = text.startsWith("\x1b");
    if (text === "\x03" || text === "\x07" || text === "\x04") this.#endSearch(before ?? "");
    else if (text === "\x12") search.older();
    else if (text === "\x7f" || text === "\x08") search.back();
    else if (text === "\r" || text === "\n" || isEscape || text === "\t") {
      this.#endSearch(search.state.found ?? before ?? "");
      return text === "\r" || text === "\n" || isEscape && text.length > 1;
    } else if (kind !== "control") search.add(text.split("\n")[0] ?? "");
    if (this.#search !== undefined) this.#drawSearch();
    return false;
  }

  /** What stands before the line now. */
  get #drawnPrompt(): string {
    return this.#search === undefined ? this.#prompt : this.#searchPrompt;
  }

  get #searchPrompt(): string {
    const { query, found } = this.#search?.search.state ?? { query: "", found: undefined };
    return `(search${query !== "" && found === undefined ? ", not found" : ""}) ${query}: `;
  }

  #drawSearch(): void {
    this.#erase();
    this.#setLine(this.#search?.search.state.found ?? "");
    this.#draw(this.#searchPrompt);
  }

  #endSearch(line: string): void {
    this.#search = undefined;
    this.#erase();
    this.#setLine(line);
    this.#draw(this.#prompt);
  }

  /** Takes the prompt and the line off the screen; the cursor is where they began. */
  #erase(): void {
    moveCursor(this.#screen, 0, -this.#editor.getCursorPos().rows);
    cursorTo(this.#screen, 0);
    clearScreenDown(this.#screen);
    this.#drawnRows = 0;
  }

  #draw(prompt: string): void {
    this.#editor.setPrompt(prompt);
    this.#editor.prompt(true);
  }

  // Two members of Node's interface that its types do not let be written: nothing else changes the line as a whole, or tells
  // the editor that what it drew is not there any more.
  #setLine(text: string): void {
    Reflect.set(this.#editor, "line", text);
    Reflect.set(this.#editor, "cursor", text.length);
  }

  set #drawnRows(rows: number) {
    Reflect.set(this.#editor, "prevRows", rows);
  }
}

/** Whether a piece of typed text is a paste of a terminal that puts no brackets around it. */
function isLongText(text: string): boolean {
  // deno-lint-ignore no-control-regex -- what has an escape is for the editor to read
  return text.length >= LONG_TEXT && !/[\x00-\x1f\x7f]/.test(text);
}

/** A pasted text as it was. */
function unfold(line: string): string {
  return stripVTControlCharacters(line).replaceAll(LINE_END, "\n");
}

/** A text of several lines as one line of a history. */
export function foldLines(text: string): string {
  return text.replaceAll("\n", LINE_END);
}
