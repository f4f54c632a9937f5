/** The G3 files below folders, in order, without those that cannot hold what is asked for. @module */

import { toError } from "../../internal/to_error.ts";

/** Which files are wanted. */
export interface FindFilesOptions {
  /** Only files that may hold samples from this time on, in Unix seconds. Default: all. */
  readonly sinceSeconds?: number | undefined;
  /** Only files that may hold samples before this time, in Unix seconds. Default: all. */
  readonly untilSeconds?: number | undefined;
  /** Told of a folder below one that was named, which cannot be read and is passed over. Default: nobody is. */
  readonly onUnreadable?: ((folder: string, error: Error) => void) | undefined;
}

/** Names of G3 files, plain or compressed. */
const G3_NAME = /\.g3(\.(gz|bz2|xz|zst))?$/;
/** `x_999.g3` before `x_1000.g3`. */
const NATURAL = new Intl.Collator("en", { numeric: true });
/** A folder of 100,000 seconds, as the aggregator makes them, or a book of housekeeping (g3 5.6). */
const FOLDER_NAME = /^(?:hk_)?(\d{5})(?:$|_)/;
/** A file that is named by the second of its making (g3 5.5). */
const TIME_NAME = /^(\d{9,11})\.g3(\.(gz|bz2|xz|zst))?$/;
const FOLDER_SECONDS = 100_000;
/** Files are taken whose name is at most so far from what is asked for, as `load_range` does (g3 5.6). */
const MARGIN_SECONDS = 7200;

/** A file, and when it was made if its name says so. */
interface Found {
  readonly path: string;
  readonly timeSeconds: number | undefined;
}

/**
 * Finds G3 files; folders are searched with all that is below them.
 *
 * With a time range, files in folders are chosen by their names alone as so3g's `load_range` does: those made within two hours
 * of it, and the last one before, which may have been written to for longer. A file whose name is no time is taken; so is
 * every file that is named itself.
 *
 * @param paths Files, in their order, and folders; those below a folder come sorted by name, with numbers by their value.
 * @returns Each file once.
 * @throws {Deno.errors.NotFound} And the like, if one of the paths is not there; the text names it.
 */
export async function findG3Files(
  paths: string | readonly string[],
  options: FindFilesOptions = {},
): Promise<string[]> {
  const found = new Set<string>();
  const isKnown = new Set<string>();
  for (const path of typeof paths === "string" ? [paths] : paths) {
    const { isDirectory } = await Deno.stat(path);
    const files = isDirectory ? await filesBelow(path.replace(/(?<=.)\/+$/, ""), options) : [path];
    for (const file of files) {
      const real = await Deno.realPath(file).catch(() => file);
      if (isKnown.has(real)) continue;
      isKnown.add(real);
      found.add(file);
    }
  }
  return [...found];
}

async function filesBelow(folder: string, options: FindFilesOptions): Promise<string[]> {
  const found: Found[] = [];
  await walk(folder, { ...options, found, seen: new Set() });
  return chosen(found, options);
}

interface Walk extends FindFilesOptions {
  readonly found: Found[];
  /** Folders that were searched: links may lead in circles. */
  readonly seen: Set<string>;
}

async function walk(folder: string, search: Walk): Promise<void> {
  const real = await Deno.realPath(folder);
  if (search.seen.has(real)) return;
  search.seen.add(real);
  const entries = await Array.fromAsync(Deno.readDir(folder));
  entries.sort((a, b) => NATURAL.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
  for (const { name, isDirectory, isFile } of entries) {
    const path = folder === "/" ? `/${name}` : `${folder}/${name}`;
    // A link: what it leads to counts; one that leads nowhere is none.
    const target = isDirectory || isFile
      ? { isDirectory, isFile }
      : await Deno.stat(path).catch(() => undefined);
    if (target?.isDirectory === true) {
      if (!mayHold(name, search)) continue;
      try {
        await walk(path, search);
      } catch (error) {
        // One such as `lost+found` must not hide all the others.
        search.onUnreadable?.(path, toError(error));
      }
    } else if (target?.isFile === true && G3_NAME.test(name)) {
      const time = TIME_NAME.exec(name)?.[1];
      search.found.push({ path, timeSeconds: time === undefined ? undefined : Number(time) });
    }
  }
}

/** Whether a folder may hold files of the range: its own 100,000 s, and the folder before, for the last file of that. */
function mayHold(name: string, { sinceSeconds, untilSeconds }: FindFilesOptions): boolean {
  const number = FOLDER_NAME.exec(name)?.[1];
  if (number === undefined) return true;
  const startSeconds = Number(number) * FOLDER_SECONDS;
  if (untilSeconds !== undefined && startSeconds > untilSeconds + MARGIN_SECONDS) return false;
  return sinceSeconds === undefined || startSeconds + 2 * FOLDER_SECONDS > sinceSeconds - MARGIN_SECONDS;
}

/** Those that the range may be in. */
function chosen(files: readonly Found[], { sinceSeconds, untilSeconds }: FindFilesOptions): string[] {
  const since = (sinceSeconds ?? -Infinity) - MARGIN_SECONDS;
  const until = (untilSeconds ?? Infinity) + MARGIN_SECONDS;
  let before = -Infinity;
  for (const { timeSeconds } of files) {
    if (timeSeconds !== undefined && timeSeconds < since) before = Math.max(before, timeSeconds);
  }
  return files
    .filter(({ timeSeconds: time }) =>
      time === undefined || time === before || time >= since && time <= until
    )
    .map(({ path }) => path);
}
