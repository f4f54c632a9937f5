/** Lines of the prompt, one after the other. @module */
import { ExitCode } from "../verbs/exit_code.ts";
import { verbExitCode } from "../verbs/verb_exit_code.ts";
import { isVerbLine } from "./is_verb_line.ts";
import type { LineContext, LineResult } from "./line_context.ts";
import { PROMPT_VERBS } from "./prompt_verbs.ts";
import { runTypeScript } from "./run_typescript.ts";
import { runVerbLine } from "./run_verb_line.ts";

/** Lines of one operator: what is typed, pasted or piped. */
export class PromptSession {
  readonly #context: LineContext;
  readonly #isInterrupted: () => boolean;
  #pending = "";
  #line: AbortController | undefined;
  #lastFailure: number = ExitCode.OK;
  #declared: ReadonlySet<string> = new Set();

  /**
   * Lines work with the context; whoever made that disposes of it.
   *
   * @param isInterrupted Asked when a line begins: whether it was interrupted before.
   */
  constructor(context: LineContext, isInterrupted: () => boolean = () => false) {
    this.#context = context;
    this.#isInterrupted = isInterrupted;
  }

  /** Whether a text was begun that needs more lines. */
  get isPending(): boolean {
    return this.#pending !== "";
  }

  /** Code of the last line that failed; 0 where none did. */
  get code(): number {
    return this.#lastFailure;
  }

  /** Throws away a text that was begun. */
  forget(): void {
    this.#pending = "";
  }

  /** Comes back from the line that is under way; false where there is none. */
  interrupt(): boolean {
    if (this.#line === undefined) return false;
    this.#line.abort(new Error("Interrupted"));
    return true;
  }

  /** Whether a line would be taken for a verb. */
  isVerb(line: string): boolean {
    const isDeclared = (name: string): boolean => this.#declared.has(name);
    return this.#pending === "" && isVerbLine(line, { verbs: PROMPT_VERBS, isDeclared });
  }

  /**
   * Takes a text of one line or more: verbs are carried out line by line, what is between them is evaluated as a whole. After a
   * line that fails, the others are not carried out.
   */
  async take(text: string): Promise<void> {
    const lines = text.split("\n");
    while (lines.length > 0) {
      const piece = this.#nextPiece(lines);
      if (lines.length > 0 || piece.length < text.length) await this.#echo(piece);
      const failed = await this.#one(piece);
      if (failed && lines.some((line) => line.trim() !== "")) {
        await this.#context.terminal.tell(`Not carried out: ${lines.length} more lines`);
        return;
      }
    }
  }

  /** The text has ended; one that was begun is wrong then. */
  async end(): Promise<void> {
    if (this.#pending === "") return;
    await this.#context.terminal.tell(`Error: Cannot evaluate "${this.#pending}": it ends too soon`);
    this.#lastFailure = ExitCode.FAILED;
    this.#pending = "";
  }

  /** Takes a verb line, or lines of TypeScript up to the next one, away from the lines. */
  #nextPiece(lines: string[]): string {
    const first = lines.shift() ?? "";
    if (this.isVerb(first)) return first;
    const piece = [first];
    while (lines.length > 0 && !this.isVerb(lines[0] ?? "")) piece.push(lines.shift() ?? "");
    return piece.join("\n");
  }

  async #echo(piece: string): Promise<void> {
    if (piece.trim() === "") return;
    const { terminal } = this.#context;
    if (!terminal.plain) {
      await terminal.print(terminal.look.style("dim", `> ${piece.replaceAll("\n", "\n  ")}`));
    }
  }

  /** True for one that has failed. */
  async #one(piece: string): Promise<boolean> {
    const isVerb = this.isVerb(piece);
    const source = this.#pending === "" ? piece : `${this.#pending}\n${piece}`;
    if (source.trim() === "") return false;
    const { terminal, night, evaluator, link: { connection } } = this.#context;
    const timeSeconds = Date.now() / 1000;
    const startMs = performance.now();
    terminal.takeKept();
    using line = this.#begin();
    if (connection.state !== "joined") terminal.progress(`waiting for the router at ${connection.url}`);
    const result = isVerb
      ? await this.#verb(piece, line.signal)
      : await runTypeScript(source, this.#context, line.signal);
    if (result === undefined) {
      this.#pending = source;
      return false;
    }
    this.#pending = "";
    terminal.progress(undefined);
    if (!isVerb) this.#declared = new Set(await evaluator.names());
    const failed = result.code !== ExitCode.OK;
    if (failed) this.#lastFailure = result.code;
    await night.append({
      timeSeconds,
      line: source,
      kind: isVerb ? "verb" : "typescript",
      ...result.carriedOut,
      reply: terminal.takeKept(),
      outcome: result.outcome,
      durationSeconds: Math.round(performance.now() - startMs) / 1000,
      ...(result.targets === undefined ? {} : { targets: result.targets }),
    });
    return failed;
  }

  async #verb(line: string, signal: AbortSignal): Promise<LineResult> {
    if (!/^\s*(?:help|run|again|save)\b/.test(line)) return await runVerbLine(line, this.#context, signal);
    const { runOwnVerb } = await import("./run_own_verb.ts");
    const runLine = async (again: string): Promise<LineResult> => {
      if (this.isVerb(again)) return await runVerbLine(again, this.#context, signal);
      const result = await runTypeScript(again, this.#context, signal);
      return result ?? { outcome: "refused", code: ExitCode.FAILED };
    };
    try {
      const own = await runOwnVerb(line, { context: this.#context, runLine });
      return own ?? await runVerbLine(line, this.#context, signal);
    } catch (error) {
      const { look } = this.#context.terminal;
      const text = error instanceof Error ? error.message : String(error);
      await this.#context.terminal.tell(`${look.style(["bold", "red"], "Error:")} ${text}`);
      const code = verbExitCode(error) ?? ExitCode.FAILED;
      return { outcome: code === ExitCode.USAGE ? "refused" : "failed", code };
    }
  }

  #begin(): Disposable & { readonly signal: AbortSignal } {
    const controller = new AbortController();
    this.#line = controller;
    if (this.#isInterrupted()) this.interrupt();
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => this.#line = undefined,
    };
  }
}
