/** Files on their way into the database (smurf 3.4). @module */
import type { Clock } from "../../internal/clock.ts";
import type { Logger } from "../../internal/log.ts";
import type { FileRow } from "./file_database.ts";
import { type AnnouncedFile, placeFile } from "./file_record.ts";
import { LimitedLog, printable } from "../../internal/limited_log.ts";
import { md5OfFile } from "./md5_of_file.ts";
import type { MonitorData } from "./monitor_report.ts";

/** Files that may wait in memory. */
export const MOST_WAITING = 10_000;

// More rows than this go into the database in several transactions, so that none of them is long.
const ROWS_AT_ONCE = 1000;
// As many files are named in the log when the agent ends with files waiting.
const MOST_NAMED = 20;

/** What the registrar works with. */
export interface FileRegistrarOptions {
  /** Inserts all rows or none; with none it makes the database. */
  readonly insert: (rows: readonly FileRow[]) => Promise<void>;
  readonly counts: MonitorData["files"];
  readonly database: MonitorData["database"];
  readonly log: Logger;
  readonly clock: Clock;
}

/** Takes files at any time and registers them when it is told to. */
export class FileRegistrar {
  readonly #insert: FileRegistrarOptions["insert"];
  readonly #counts: MonitorData["files"];
  readonly #database: MonitorData["database"];
  readonly #log: Logger;
  readonly #faultLog: LimitedLog;
  readonly #clock: Clock;
  readonly #queue: AnnouncedFile[] = [];
  /** Checked, and kept until they are in the database. */
  #rows: FileRow[] = [];
  #isMade = false;

  /** Starts with nothing to do. */
  constructor({ insert, counts, database, log, clock }: FileRegistrarOptions) {
    this.#insert = insert;
    this.#counts = counts;
    this.#database = database;
    this.#log = log;
    this.#faultLog = new LimitedLog((text) => log.error(text), clock);
    this.#clock = clock;
  }

  /** Takes a file; one too many is lost, loudly. */
  add(file: AnnouncedFile): void {
    if (this.#queue.length + this.#rows.length >= MOST_WAITING) {
      this.#counts.lost++;
      this.#faultLog.say("lost", `File is lost, ${MOST_WAITING} wait already: ${file.path}`);
      return;
    }
    this.#queue.push(file);
    this.#count();
  }

  /**
   * Registers everything that waits.
   *
   * Files that cannot be registered are logged and given up. When the database cannot be written, the rest stays.
   *
   * @param signal Ends it early; what has not been done stays.
   * @returns False if the database could not be written.
   */
  async pass(signal: AbortSignal): Promise<boolean> {
    do {
      await this.#check(signal);
      if (!await this.#write()) return false;
    } while (this.#queue.length > 0 && !signal.aborted);
    return true;
  }

  /** Tells the log which files were never registered, at the end of the agent. */
  reportRest(): void {
    const paths = [...this.#rows.map((row) => row.localPath), ...this.#queue.map((file) => file.path)];
    if (paths.length === 0) return;
    const more = paths.length > MOST_NAMED ? `, and ${paths.length - MOST_NAMED} more` : "";
    const named = paths.slice(0, MOST_NAMED).map(printable).join(", ");
    this.#log.error(`${paths.length} files were not registered in the database: ${named}${more}`);
  }

  async #check(signal: AbortSignal): Promise<void> {
    while (this.#rows.length < ROWS_AT_ONCE && !signal.aborted) {
      const file = this.#queue[0];
      if (file === undefined) return;
      try {
        const placed = placeFile(file);
        const md5 = await md5OfFile(placed.localPath, signal);
        this.#rows.push({ ...placed, md5, timestampSeconds: this.#clock.now() });
      } catch (error) {
        if (signal.aborted) return;
        this.#counts.failed++;
        const why = error instanceof Error ? error.message : String(error);
        this.#log.error(`Cannot register file ${printable(JSON.stringify(file.path))}: ${printable(why)}`);
      }
      // Only now: whatever came before, the file is somewhere.
      this.#queue.shift();
      this.#count();
    }
  }

  async #write(): Promise<boolean> {
    const rows = this.#rows;
    if (rows.length === 0 && this.#isMade) return true;
    try {
      await this.#insert(rows);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#database.error = why;
      const action = rows.length === 0 ? "open" : `add ${rows.length} files to`;
      // Tried again every few seconds, for a night if need be.
      this.#faultLog.say("database", `Cannot ${action} the database "${this.#database.path}": ${why}`);
      return false;
    }
    if (!this.#isMade) this.#log.info(`Database ready: ${this.#database.path}`);
    this.#isMade = true;
    this.#rows = [];
    this.#counts.registered += rows.length;
    this.#database.error = null;
    this.#count();
    return true;
  }

  #count(): void {
    this.#counts.waiting = this.#queue.length + this.#rows.length;
  }
}
