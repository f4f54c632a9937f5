/** What was typed in a night, kept for the next morning. @module */
import { stripVTControlCharacters } from "node:util";
import { lockFile } from "../internal/file_lock.ts";
import type { Logger } from "../internal/log.ts";
import { toError } from "../internal/to_error.ts";
import { type NightEntry, nightOf } from "./night_entry.ts";
import { entriesOf, lastEntry, nightFiles } from "./night_files.ts";
import { searchNights, type SearchOptions, type SearchResult } from "./night_search.ts";
import { redact } from "./redact.ts";

/** How a night log is opened. */
export interface NightLogOptions {
  /** State folder of all sites, see `stateFolder`. */
  readonly folder: string;
  /** Name of the site's folder in it, see `siteKey`. */
  readonly site: string;
  /** Who types, see `userAtHost`. */
  readonly who: string;
  /** Told once when lines cannot be kept, and once when they can again. */
  readonly log: Logger;
}

/** A line that was typed; its number, writer and session are the log's. */
export type NewEntry = Omit<NightEntry, "n" | "who" | "session">;

/** Longest reply that is kept, in characters. */
const MAX_REPLY = 2000;
/** How many entries of its own a prompt remembers, for `save` and `again`. */
const MAX_ENTRIES = 10_000;

/**
 * The night log of a site: one file a night in the state folder, one JSON object a line, only ever appended to.
 *
 * Several prompts of one site may write at the same time. What cannot be written (a full disk, a folder of somebody
 * else's) is told once; the entries of this prompt stay in memory then.
 */
export class NightLog {
  readonly #folder: string;
  readonly #who: string;
  readonly #log: Logger;
  readonly #session = crypto.randomUUID().slice(0, 8);
  readonly #entries: NightEntry[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #lastN = 0;
  #failing = false;

  private constructor({ folder, site, who, log }: NightLogOptions) {
    this.#folder = `${folder}/${site}`;
    this.#who = who;
    this.#log = log;
  }

  /** Makes the folder where it is missing. Never rejects for the sake of the disk. */
  static async open(options: NightLogOptions): Promise<NightLog> {
    const night = new NightLog(options);
    try {
      // What operators type is nobody else's business.
      await Deno.mkdir(night.#folder, { recursive: true, mode: 0o700 });
      night.#lastN = (await lastEntry(night.#folder))?.n ?? 0;
    } catch (error) {
      night.#failed(error);
    }
    return night;
  }

  /** Folder of this site's nights. */
  get folder(): string {
    return this.#folder;
  }

  /** What this prompt has appended, oldest first; the newest 10,000. */
  get entries(): readonly NightEntry[] {
    return this.#entries;
  }

  /**
   * Adds a line, without its passwords. Never rejects for the sake of the disk.
   *
   * @returns The entry as it was written, with its number.
   */
  append(entry: NewEntry): Promise<NightEntry> {
    const added = this.#last.then(() => this.#append(entry));
    this.#last = added;
    return added;
  }

  /** Finds entries of all prompts of the site, see `searchNights`. */
  search(pattern: string, options: SearchOptions = {}): Promise<SearchResult> {
    return searchNights(this.#folder, pattern, options);
  }

  /** The entry of a number; undefined where there is none. Of two with one number, the newer. */
  async entry(n: number): Promise<NightEntry | undefined> {
    const own = this.#entries.findLast((entry) => entry.n === n);
    if (own !== undefined) return own;
    for (const { path } of (await nightFiles(this.#folder)).reverse()) {
      let first: number | undefined;
      let found: NightEntry | undefined;
      for await (const entry of entriesOf(path)) {
        if (entry === undefined) continue;
        first ??= entry.n;
        if (first > n) break;
        if (entry.n === n) found = entry;
      }
      if (found !== undefined) return found;
      if (first !== undefined && first < n) return undefined;
    }
    return undefined;
  }

  async #append({ line, reply, ...rest }: NewEntry): Promise<NightEntry> {
    const complete = (n: number): NightEntry => ({
      n,
      ...rest,
      who: this.#who,
      session: this.#session,
      line: redact(line, rest.kind),
      reply: abbreviated(redact(stripVTControlCharacters(reply))),
    });
    let entry: NightEntry | undefined;
    try {
      entry = await this.#write(nightOf(rest.timeSeconds), complete);
      if (this.#failing) this.#log.info(`The night log in "${this.#folder}" is kept again`);
      this.#failing = false;
    } catch (error) {
      this.#failed(error);
    }
    entry ??= complete(this.#lastN + 1);
    this.#lastN = entry.n;
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
    return entry;
  }

  async #write(night: string, complete: (n: number) => NightEntry): Promise<NightEntry> {
    const path = `${this.#folder}/${night}.ndjson`;
    using file = await Deno.open(path, { create: true, append: true, read: true, mode: 0o600 });
    // Without the lock nothing is damaged either: two entries may get the same number.
    await lockFile(file);
    const last = await lastEntry(this.#folder);
    const entry = complete(Math.max(last?.n ?? 0, this.#lastN) + 1);
    const text = `${await isTorn(file) ? "\n" : ""}${JSON.stringify(entry)}\n`;
    const bytes = new TextEncoder().encode(text);
    // One write, so that it lands in one piece behind whatever others have written.
    const written = await file.write(bytes);
    if (written < bytes.length) {
      throw new Error(`Cannot write "${path}": ${written} of ${bytes.length} bytes fitted`);
    }
    return entry;
  }

  #failed(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    const reason = toError(error).message;
    this.#log.warn(
      `Cannot keep the night log in "${this.#folder}": ${reason}; until it can be written, lines are remembered in this prompt only`,
    );
  }
}

/** Whether a file ends in the middle of a line, which somebody died over or the disk was too full for. */
async function isTorn(file: Deno.FsFile): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  await file.seek(-1, Deno.SeekMode.End);
  const last = new Uint8Array(1);
  await file.read(last);
  return last[0] !== 0x0a;
}

function abbreviated(reply: string): string {
  const text = reply.trimEnd();
  if (text.length <= MAX_REPLY) return text;
  const half = MAX_REPLY / 2;
  return `${text.slice(0, half)}\n… ${text.length - MAX_REPLY} more characters …\n${text.slice(-half)}`;
}
