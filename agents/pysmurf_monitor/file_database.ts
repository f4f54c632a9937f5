/** The database that SupRsync reads (smurf 3.7). @module */
import { DatabaseSync } from "node:sqlite";
import type { PlacedFile } from "./file_record.ts";

/** A row for one file. */
export interface FileRow extends PlacedFile {
  /** Lowercase hex. */
  readonly md5: string;
  /** Unix seconds of registration, from which SupRsync counts. */
  readonly timestampSeconds: number;
}

/** How the database is reached. */
export interface FileDatabaseOptions {
  readonly path: string;
  /** How long a lock of another program is waited for. */
  readonly busyTimeoutMs: number;
  /** Called with each statement. */
  readonly onSql?: ((sql: string) => void) | undefined;
}

// Word for word what SQLAlchemy makes of the reference's classes, so that either side may come first.
const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS supersync_v0 (
	id INTEGER NOT NULL, 
	local_path VARCHAR NOT NULL, 
	local_md5sum VARCHAR NOT NULL, 
	archive_name VARCHAR NOT NULL, 
	remote_path VARCHAR NOT NULL, 
	timestamp FLOAT NOT NULL, 
	remote_md5sum VARCHAR, 
	copied FLOAT, 
	removed FLOAT, 
	failed_copy_attempts INTEGER, 
	deletable BOOLEAN, 
	"ignore" BOOLEAN, 
	PRIMARY KEY (id)
)`,
  `CREATE TABLE IF NOT EXISTS timecode_dirs_v0 (
	id INTEGER NOT NULL, 
	timecode INTEGER NOT NULL, 
	archive_name VARCHAR NOT NULL, 
	completed BOOLEAN, 
	synced BOOLEAN, 
	finalized BOOLEAN, 
	finalize_file_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(finalize_file_id) REFERENCES supersync_v0 (id)
)`,
];

// SupRsync selects by failed_copy_attempts, deletable and ignore, whose defaults are not in the table: with NULL there a
// row is never seen.
const INSERT = `INSERT INTO supersync_v0
 (local_path, local_md5sum, archive_name, remote_path, timestamp, failed_copy_attempts, deletable, "ignore")
 VALUES (?, ?, ?, ?, ?, 0, ?, 0)`;

/**
 * Opens the database, makes it and its folder if they are not there, and inserts all rows or none.
 *
 * Blocks while it does so; the monitor calls it in a worker.
 *
 * @throws {Error} Whatever SQLite says, such as that the database is locked; nothing has been inserted then.
 */
export function insertFiles(rows: readonly FileRow[], options: FileDatabaseOptions): void {
  const { path, busyTimeoutMs, onSql } = options;
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")) || ".", { recursive: true });
  using database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  const execute = (sql: string): void => {
    onSql?.(sql);
    database.exec(sql);
  };
  execute(`PRAGMA busy_timeout=${busyTimeoutMs}`);
  // Kept in the file; readers and one writer do not wait for each other then.
  execute("PRAGMA journal_mode=WAL");
  // A writer from the beginning, or two that both read first could not wait for each other.
  execute("BEGIN IMMEDIATE");
  for (const sql of SCHEMA) execute(sql);
  const insert = database.prepare(INSERT);
  for (const { localPath, md5, archiveName, remotePath, timestampSeconds, deletable } of rows) {
    const values = [localPath, md5, archiveName, remotePath, timestampSeconds, deletable ? 1 : 0];
    onSql?.(`${INSERT} ${JSON.stringify(values)}`);
    insert.run(...values);
  }
  // What fails before or in here is rolled back by closing.
  execute("COMMIT");
}
