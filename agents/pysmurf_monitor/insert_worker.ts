/** Writes to the database beside the event loop: SQLite blocks while it waits for a lock or a slow disk. @module */
import { serveWork } from "../../framework/worker_task.ts";
import { type FileRow, insertFiles } from "./file_database.ts";

/** What the worker is handed. */
export interface InsertInput {
  readonly rows: readonly FileRow[];
  readonly path: string;
  readonly busyTimeoutMs: number;
  /** Report each statement. */
  readonly echo: boolean;
}

serveWork(({ rows, path, busyTimeoutMs, echo }: InsertInput, { report }) => {
  insertFiles(rows, { path, busyTimeoutMs, onSql: echo ? report : undefined });
});
