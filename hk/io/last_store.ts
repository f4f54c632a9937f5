/** The index of last samples while it is being kept: the open database and what is known of it. @module */
import { isAbsolute, join, relative } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { LastFeed, LastKind, LastValue } from "../last_field.ts";
import type { UsualGap } from "../usual_gap.ts";
import {
  encodeValue,
  type IndexTimes,
  indexTimes,
  LAST_INDEX_VERSION,
  SCHEMA,
  type StoredField,
  storedFields,
  versionOf,
} from "./last_index_schema.ts";

/** A feed in memory. */
export interface KeptFeed {
  /** Its number in the table; undefined while it is not there as it is here. */
  id: number | undefined;
  about: LastFeed;
  readonly fields: Map<string, KeptField>;
}

/** A field in memory. */
export interface KeptField {
  /** Its number in the table; undefined while it is not there. */
  id: number | undefined;
  readonly feed: KeptFeed;
  readonly name: string;
  kind: LastKind;
  value: LastValue;
  timeSeconds: number;
  arrivedSeconds: number;
  gap: UsualGap;
  waitsSinceSeconds: number | undefined;
  file: string | undefined;
  writtenSeconds: number | undefined;
  /** Whether it is among those to be written. */
  isDirty: boolean;
}

const UPSERT_FEED = `
INSERT INTO feed (address, session, fresh, frame) VALUES (?, ?, ?, ?)
ON CONFLICT (address) DO UPDATE SET session = excluded.session, fresh = excluded.fresh, frame = excluded.frame RETURNING id`;

const UPSERT_FILE = `
INSERT INTO file (path) VALUES (?) ON CONFLICT (path) DO UPDATE SET path = excluded.path RETURNING id`;

const UPSERT_FIELD = `
INSERT INTO field (kind, value, time, arrived, gap, waits, file, written, feed, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (feed, name) DO UPDATE SET kind = excluded.kind, value = excluded.value, time = excluded.time,
arrived = excluded.arrived, gap = excluded.gap, waits = excluded.waits, file = excluded.file, written = excluded.written RETURNING id`;

const UPDATE_FIELD = `
UPDATE field SET kind = ?, value = ?, time = ?, arrived = ?, gap = ?, waits = ?, file = ?, written = ? WHERE id = ?`;

const UPSERT_META = `
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

/** The database, open for writing, with its statements. Every method may throw what SQLite says. */
export class LastStore {
  readonly #folder: string;
  readonly #database: DatabaseSync;
  readonly #feed: StatementSync;
  readonly #file: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #meta: StatementSync;
  readonly #begun: StatementSync;
  readonly #fileIds = new Map<string, number>();
  /** What got its number in the transaction that is open, and loses it where that fails. */
  #numbered: { id: number | undefined }[] = [];

  /**
   * Opens the database, makes it where it is not there, and checks it.
   *
   * @param busyMs How long another program's lock is waited for.
   * @param folder Files below it are named as seen from there: data move, and are mounted elsewhere.
   */
  constructor(path: string, { folder, busyMs }: { readonly folder: string; readonly busyMs: number }) {
    this.#folder = folder;
    this.#database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    try {
      prepare(this.#database, busyMs);
      this.#feed = this.#database.prepare(UPSERT_FEED);
      this.#file = this.#database.prepare(UPSERT_FILE);
      this.#insert = this.#database.prepare(UPSERT_FIELD);
      this.#update = this.#database.prepare(UPDATE_FIELD);
      this.#meta = this.#database.prepare(UPSERT_META);
      this.#begun = this.#database.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('begun', ?)");
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Reads all that is there. */
  *read(): Generator<StoredField> {
    for (const row of storedFields(this.#database)) {
      const { file } = row;
      const isBelow = file !== undefined && !isAbsolute(file);
      yield { ...row, file: isBelow ? join(this.#folder, file) : file };
    }
  }

  /** What the index says about itself. */
  times(): IndexTimes {
    return indexTimes(this.#database);
  }

  /** Writes all of it or nothing. */
  write(
    fields: readonly KeptField[],
    { updatedSeconds, endedSeconds }: {
      readonly updatedSeconds: number;
      readonly endedSeconds: number | undefined;
    },
  ): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      for (const field of fields) this.#writeField(field);
      this.#meta.run("updated", updatedSeconds);
      this.#meta.run("ended", endedSeconds ?? null);
      this.#begun.run(updatedSeconds);
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#numbered = [];
    }
  }

  #rollBack(): void {
    for (const one of this.#numbered) one.id = undefined;
    this.#fileIds.clear();
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has done so itself.
    }
  }

  #writeField(field: KeptField): void {
    const { feed, kind, timeSeconds, arrivedSeconds, file } = field;
    const { waitsSinceSeconds = null, writtenSeconds = null } = field;
    const values = [
      kind,
      encodeValue(kind, field.value),
      timeSeconds,
      arrivedSeconds,
      field.gap.seconds ?? null,
      waitsSinceSeconds,
      file === undefined ? null : this.#fileId(file),
      writtenSeconds,
    ];
    if (feed.id === undefined) this.#writeFeed(feed);
    // Somebody may have deleted the row.
    if (field.id !== undefined && this.#update.run(...values, field.id).changes !== 0) return;
    const row = this.#insert.get(...values, feed.id ?? null, field.name);
    field.id = Number(row?.id);
    this.#numbered.push(field);
  }

  #writeFeed(feed: KeptFeed): void {
    const { address, sessionId, freshSeconds, frameSeconds } = feed.about;
    feed.id = Number(this.#feed.get(address, sessionId, freshSeconds, frameSeconds)?.id);
    this.#numbered.push(feed);
  }

  #fileId(path: string): number {
    const known = this.#fileIds.get(path);
    if (known !== undefined) return known;
    const below = relative(this.#folder, path);
    const id = Number(this.#file.get(below.startsWith("..") ? path : below)?.id);
    this.#fileIds.set(path, id);
    return id;
  }

  /** Closes the database. */
  close(): void {
    this.#database.close();
  }
}

function prepare(database: DatabaseSync, busyMs: number): void {
  // Never waits for the disk: what is lost with the power is made anew from the files.
  database.exec(`PRAGMA busy_timeout=${busyMs}; PRAGMA synchronous=OFF; PRAGMA cache_size=-8000`);
  // No WAL: it leaves two more files, cannot be read in a folder that is read-only, and does not work over NFS.
  database.exec("PRAGMA journal_mode=TRUNCATE");
  const version = versionOf(database);
  if (version === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
  else if (version !== LAST_INDEX_VERSION) {
    throw new Error(`its version is ${version}, and known is ${LAST_INDEX_VERSION}`);
  }
  const check = database.prepare("PRAGMA quick_check(1)").get()?.quick_check;
  if (check !== "ok") throw new Error(`malformed: ${String(check)}`);
}
