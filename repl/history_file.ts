/** What was typed at the prompts of a site, for the arrow keys. @module */
import { stripVTControlCharacters } from "node:util";
import { lockFile } from "../internal/file_lock.ts";
import type { Logger } from "../internal/log.ts";
import { redact } from "../verbs/redact.ts";
import { harmlessText } from "../verbs/terminal_text.ts";

/** How a history is opened. */
export interface HistoryFileOptions {
  /** State folder of all sites, see `stateFolder`. */
  readonly folder: string;
  /** Name of the site's folder in it, see `siteKey`. */
  readonly site: string;
  /** Told once when lines cannot be kept. */
  readonly log: Logger;
}

/** So many lines are offered; the file is written anew when it has twice as many. */
const MAX_LINES = 5000;
/** A file that nobody can have typed is not read whole. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * The history of a site: a file with a JSON text a line, to which all prompts of the site append.
 *
 * A line that was typed before moves to the end. Passwords are not kept. What cannot be written is told once, and stays in
 * memory.
 */
export class HistoryFile {
  readonly #folder: string;
  readonly #path: string;
  readonly #log: Logger;
  /** In the order of their last use; a line is there once. */
  readonly #lines = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  #failing = false;

  private constructor({ folder, site, log }: HistoryFileOptions) {
    this.#folder = `${folder}/${site}`;
    this.#path = `${this.#folder}/history`;
    this.#log = log;
  }

  /** Reads what is there. Never rejects for the sake of the disk. */
  static async open(options: HistoryFileOptions): Promise<HistoryFile> {
    const history = new HistoryFile(options);
    try {
      await Deno.mkdir(history.#folder, { recursive: true, mode: 0o700 });
      const count = await history.#load();
      if (count > 2 * MAX_LINES) await history.#locked((isLocked) => history.#rewrite(isLocked));
    } catch (error) {
      history.#failed(error);
    }
    return history;
  }

  /** Oldest first, each once; a line may hold several lines. */
  get lines(): readonly string[] {
    return [...this.#lines];
  }

  /** Adds a line, without its passwords. Never rejects for the sake of the disk. */
  append(line: string, kind: "verb" | "typescript" = "verb"): Promise<void> {
    const kept = redact(line.trimEnd(), kind);
    if (kept === "") return this.#last;
    this.#remember(kept);
    this.#last = this.#last.then(async () => {
      try {
        await this.#locked(() => this.#write(kept));
        this.#failing = false;
      } catch (error) {
        this.#failed(error);
      }
    });
    return this.#last;
  }

  #remember(line: string): void {
    this.#lines.delete(line);
    this.#lines.add(line);
    for (const oldest of this.#lines) {
      if (this.#lines.size <= MAX_LINES) break;
      this.#lines.delete(oldest);
    }
  }

  /** Reads the file; gives how many lines it has. */
  async #load(): Promise<number> {
    let text: string;
    try {
      const { size } = await Deno.stat(this.#path);
      if (size > MAX_BYTES) {
        throw new Error(`"${this.#path}" has ${size} bytes, expected at most ${MAX_BYTES}`);
      }
      text = await Deno.readTextFile(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
    const lines = text.split("\n").filter((line) => line !== "");
    for (const line of lines) {
      const typed = parseLine(line);
      if (typed !== undefined) this.#remember(typed);
    }
    return lines.length;
  }

  async #write(line: string): Promise<void> {
    using file = await Deno.open(this.#path, { create: true, append: true, mode: 0o600 });
    // A line's end in front as well: whatever stands at the end of the file may be torn.
    const bytes = new TextEncoder().encode(`\n${JSON.stringify(line)}\n`);
    const written = await file.write(bytes);
    if (written < bytes.length) throw new Error(`${written} of ${bytes.length} bytes fitted`);
  }

  /** Writes a file with each line once, and puts it in the place of the old one in one step. */
  async #rewrite(isLocked: boolean): Promise<void> {
    // Without the lock, a line that another prompt appends now would be lost; the next prompt tries again.
    if (!isLocked) return;
    // Another prompt may have appended, or done this, since it was read.
    await this.#load();
    const fresh = `${this.#path}.new`;
    const text = this.lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    await Deno.writeTextFile(fresh, text, { mode: 0o600 });
    await Deno.rename(fresh, this.#path);
  }

  /** The lock is a file of its own, which is never replaced as the history is. */
  async #locked(action: (isLocked: boolean) => Promise<void>): Promise<void> {
    using lock = await Deno.open(`${this.#path}.lock`, { create: true, write: true, mode: 0o600 });
    await action(await lockFile(lock));
  }

  #failed(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.warn(
      `Cannot keep the history in "${this.#path}": ${reason}; it is remembered in this prompt only`,
    );
  }
}

function parseLine(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // The line is drawn as it is: what a terminal would obey cannot have been typed.
    return typeof value === "string" ? stripVTControlCharacters(harmlessText(value)) : undefined;
  } catch {
    return undefined;
  }
}
