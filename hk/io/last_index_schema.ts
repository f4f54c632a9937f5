/** The index of last samples as SQLite keeps it. @module */
import type { DatabaseSync } from "node:sqlite";
import type { LastField, LastKind, LastValue } from "../last_field.ts";

/** Name of the index in a data folder. */
export const LAST_INDEX_FILE = "hk_last.sqlite";

/** Layout of the tables, in SQLite's `user_version`. */
export const LAST_INDEX_VERSION = 1;

/** Makes the tables of a new index. */
export const SCHEMA = `
CREATE TABLE feed (
  id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, session TEXT NOT NULL, fresh REAL NOT NULL, frame REAL NOT NULL
);
CREATE TABLE file (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE field (
  id INTEGER PRIMARY KEY, feed INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, value, time REAL NOT NULL,
  arrived REAL NOT NULL, gap REAL, waits REAL, file INTEGER, written REAL, UNIQUE (feed, name)
);
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
PRAGMA user_version = ${LAST_INDEX_VERSION};
`;

/** Every row, whole; `value` of an integer is a bigint. */
const SELECT = `
SELECT field.id AS id, feed.id AS feedId, feed.address AS address, session, fresh, frame, name, kind, value, time, arrived,
  gap, waits, file.path AS path, written
FROM field JOIN feed ON field.feed = feed.id LEFT JOIN file ON field.file = file.id
ORDER BY field.id`;

/** A row with the numbers by which the tables know it. */
export interface StoredField extends LastField {
  readonly id: number;
  readonly feedId: number;
}

/** Reads every field. */
export function* storedFields(database: DatabaseSync): Generator<StoredField> {
  const select = database.prepare(SELECT);
  select.setReadBigInts(true);
  for (const row of select.iterate()) {
    const kind = row.kind;
    if (!isKind(kind)) throw new Error(`malformed: kind "${String(kind)}" of a field`);
    yield {
      id: Number(row.id),
      feedId: Number(row.feedId),
      address: String(row.address),
      sessionId: String(row.session),
      freshSeconds: Number(row.fresh),
      frameSeconds: Number(row.frame),
      field: String(row.name),
      kind,
      value: decodeValue(kind, row.value),
      timeSeconds: Number(row.time),
      arrivedSeconds: Number(row.arrived),
      gapSeconds: row.gap === null ? undefined : Number(row.gap),
      waitsSinceSeconds: row.waits === null ? undefined : Number(row.waits),
      file: row.path === null ? undefined : String(row.path),
      writtenSeconds: row.written === null ? undefined : Number(row.written),
    };
  }
}

/** What an index says about itself, in Unix seconds. */
export interface IndexTimes {
  /** When the index was begun. */
  readonly begunSeconds: number | undefined;
  /** When it was last written: every few seconds while the recorder lives. */
  readonly updatedSeconds: number | undefined;
  /** When recording ended in order; undefined while it goes on, or when it ended otherwise. */
  readonly endedSeconds: number | undefined;
}

/** Reads what an index says about itself. */
export function indexTimes(database: DatabaseSync): IndexTimes {
  const select = database.prepare("SELECT value FROM meta WHERE key = ?");
  const time = (key: string): number | undefined => {
    const value = select.get(key)?.value;
    return typeof value === "number" ? value : undefined;
  };
  return { begunSeconds: time("begun"), updatedSeconds: time("updated"), endedSeconds: time("ended") };
}

/** The layout of an opened database; 0 for one without tables. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

/** Longer texts are cut: an index is no archive. */
const MOST_CHARACTERS = 1000;

/** A value as a column without a type keeps it. */
export function encodeValue(kind: LastKind, value: LastValue): number | bigint | string {
  switch (typeof value) {
    case "boolean":
      return value ? 1n : 0n;
    case "string":
      // A text ends at its first NUL when SQLite gives it back; shown is the sign for it.
      return value.slice(0, MOST_CHARACTERS).replaceAll("\0", "\u2400");
    case "bigint":
      // Beyond 64 bits no file takes it either.
      return BigInt.asIntN(64, value) === value ? value : Number(value);
    case "number":
      return kind === "int" && Number.isSafeInteger(value) ? BigInt(value) : value;
  }
}

/** SQLite has no NaN and makes null of it; what is a float or an int tells the kind. */
function decodeValue(kind: LastKind, value: unknown): LastValue {
  switch (kind) {
    case "string":
      return String(value);
    case "bool":
      return Number(value) !== 0;
    case "float":
      return value === null ? NaN : Number(value);
    case "int":
      return typeof value === "bigint" && !Number.isSafeInteger(Number(value)) ? value : Number(value);
  }
}

function isKind(value: unknown): value is LastKind {
  return value === "int" || value === "float" || value === "string" || value === "bool";
}
