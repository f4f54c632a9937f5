/** Makes the index of what is recorded from the files. @module */
import { resolve } from "node:path";
import { type HkNote, type IndexedFiles, indexHkFiles, LAST_INDEX_FILE } from "../../hk/io/mod.ts";
import { printable } from "../fit_text.ts";
import { fileError } from "../g3/input_files.ts";
import type { Look } from "../look.ts";
import type { Outcome } from "../outcome.ts";
import { parseSince } from "../parse_since.ts";
import type { VerbOptions } from "../site_link.ts";
import { findDataFolder } from "./data_folder.ts";

/** Which files are read. */
export interface IndexOptions extends VerbOptions {
  /** Folder of the files; default see `findDataFolder`. */
  readonly dataDir?: string | undefined;
  /** Such as `7d` or `2026-11-25`, see `parseSince`. */
  readonly since: string;
  /** Told when a file is begun. */
  readonly onFile?: ((file: string) => void) | undefined;
}

/** What `hk index` answers. */
export interface IndexData extends IndexedFiles {
  /** Absolute path. */
  readonly dataDir: string;
  /** What could not be read. */
  readonly notes: readonly HkNote[];
}

/**
 * Enters the last samples of the files of a folder into its index, which is made if it is not there.
 *
 * `failed` when a file could not be read or is damaged; the others are in the index all the same. A file that is being
 * written may end inside a frame, and is read up to there.
 *
 * @throws {SyntaxError} If the time cannot be read.
 * @throws {SiteError} If it is not known where housekeeping is recorded.
 * @throws {Error} If there is no such folder, or the index cannot be written.
 */
export async function index(options: IndexOptions): Promise<Outcome<IndexData>> {
  const { signal, since, onFile } = options;
  const sinceSeconds = parseSince(since, Date.now() / 1000);
  const dataDir = resolve(await findDataFolder(options.dataDir, options));
  const notes: HkNote[] = [];
  const onNote = (note: HkNote): void => {
    if (note.kind !== "schema") notes.push(note);
  };
  const path = `${dataDir}/${LAST_INDEX_FILE}`;
  let done: IndexedFiles;
  try {
    done = await indexHkFiles(path, dataDir, { sinceSeconds, signal, onFile, onNote });
  } catch (error) {
    throw fileError("index", dataDir, error);
  }
  const data = { dataDir, ...done, notes };
  return { result: notes.length > 0 ? "failed" : "ok", data, text: (look) => indexText(data, since, look) };
}

function indexText({ dataDir, files, fields, changed, notes }: IndexData, since: string, look: Look): string {
  const lines = notes.map(({ text }) => look.style("yellow", printable(text)));
  if (files === 0) lines.push(`No files since ${since} below ${dataDir}`);
  else {lines.push(
      `Read ${files} files since ${since}: ${fields} fields, ${changed} of them new to the index of ${dataDir}`,
    );}
  return lines.join("\n");
}
