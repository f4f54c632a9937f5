/** Reads the index of last samples, whoever keeps it. @module */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { LastField } from "../last_field.ts";
import {
  type IndexTimes,
  indexTimes,
  LAST_INDEX_VERSION,
  storedFields,
  versionOf,
} from "./last_index_schema.ts";

/** What an index holds. */
export interface ReadLastIndex extends IndexTimes {
  /** In no order. */
  readonly fields: readonly LastField[];
}

/** How long the recorder is waited for, which writes for some milliseconds. */
const BUSY_MS = 2000;

/**
 * Reads an index as it is at this moment; the recorder goes on.
 *
 * @throws {Error} If there is none, or it cannot be read.
 */
export function readLastIndex(path: string): ReadLastIndex {
  try {
    statSync(path);
  } catch (cause) {
    throw new Error(`Cannot read index "${path}": there is none`, { cause });
  }
  try {
    return read(path, { readOnly: true });
  } catch {
    // A recorder that was killed while it wrote has left what is to be undone, which only a writer may do.
    try {
      return read(path, { readOnly: false });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`Cannot read index "${path}": ${reason}`, { cause });
    }
  }
}

function read(path: string, options: { readonly readOnly: boolean }): ReadLastIndex {
  using database = new DatabaseSync(path, options);
  database.exec(`PRAGMA busy_timeout=${BUSY_MS}; BEGIN`);
  const version = versionOf(database);
  if (version !== LAST_INDEX_VERSION) {
    throw new Error(`its version is ${version}, and expected was ${LAST_INDEX_VERSION}`);
  }
  const folder = dirname(resolve(path));
  const fields: LastField[] = [];
  for (const { id: _id, feedId: _feedId, file, ...field } of storedFields(database)) {
    fields.push({ ...field, file: file === undefined ? undefined : resolve(folder, file) });
  }
  return { fields, ...indexTimes(database) };
}
