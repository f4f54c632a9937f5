/** The files of a night log. @module */
import { toError } from "../internal/to_error.ts";
import { type NightEntry, parseNightEntry } from "./night_entry.ts";

/** One night of a site. */
export interface NightFile {
  /** Day of its evening, such as `2026-11-26`. */
  readonly night: string;
  readonly path: string;
}

const TAIL_BYTES = 65_536;

/**
 * The nights in a folder, oldest first; none where there is no folder.
 *
 * @throws {Error} If it cannot be read.
 */
export async function nightFiles(folder: string): Promise<NightFile[]> {
  const files: NightFile[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      const night = /^(\d{4}-\d\d-\d\d)\.ndjson$/.exec(name)?.[1];
      if (isFile && night !== undefined) files.push({ night, path: `${folder}/${name}` });
    }
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) {
      throw new Error(`Cannot read the night log in "${folder}": ${toError(cause).message}`, { cause });
    }
  }
  return files.sort((a, b) => (a.night < b.night ? -1 : 1));
}

/** The entries of a file in its order; undefined for each line that is none. Empty lines do not count. */
export async function* entriesOf(path: string): AsyncGenerator<NightEntry | undefined> {
  const file = await Deno.open(path);
  let rest = "";
  // Ends the file as well, also when the reader breaks off.
  for await (const chunk of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield parseNightEntry(line);
  }
  if (rest.trim() !== "") yield parseNightEntry(rest);
}

/** The newest entry in a folder that is whole; undefined where there is none. */
export async function lastEntry(folder: string): Promise<NightEntry | undefined> {
  for (const { path } of (await nightFiles(folder)).reverse()) {
    const entry = await lastEntryOf(path);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

async function lastEntryOf(path: string): Promise<NightEntry | undefined> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  for (let length = TAIL_BYTES;; length *= 4) {
    const from = Math.max(0, size - length);
    await file.seek(from, Deno.SeekMode.Start);
    const bytes = new Uint8Array(size - from);
    for (let at = 0; at < bytes.length;) {
      const read = await file.read(bytes.subarray(at));
      if (read === null) break;
      at += read;
    }
    const lines = new TextDecoder().decode(bytes).split("\n");
    // The first one may have begun before.
    for (const line of lines.slice(from === 0 ? 0 : 1).reverse()) {
      const entry = line === "" ? undefined : parseNightEntry(line);
      if (entry !== undefined) return entry;
    }
    if (from === 0) return undefined;
  }
}
