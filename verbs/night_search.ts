/** Finding lines in the nights of a site. @module */
import { type NightEntry, nightOf } from "./night_entry.ts";
import { entriesOf, nightFiles } from "./night_files.ts";

/** Which entries are wanted. */
export interface SearchOptions {
  /** Not before this Unix time, in seconds; default: all there are. */
  readonly sinceSeconds?: number | undefined;
  /** At most so many, the newest; default 20. */
  readonly limit?: number | undefined;
}

/** What a search has found. */
export interface SearchResult {
  /** Oldest first. */
  readonly entries: readonly NightEntry[];
  /** Lines that were passed over because they are torn, or not of a night log. */
  readonly damagedLines: number;
}

/**
 * Finds entries.
 *
 * @param folder Folder of the site's nights; one that is not there has none.
 * @param pattern A part of the line, the reply, the writer or the outcome, in small or capital letters; `*` stands for
 * anything. Empty: all.
 */
export async function searchNights(
  folder: string,
  pattern: string,
  { sinceSeconds = 0, limit = 20 }: SearchOptions = {},
): Promise<SearchResult> {
  const wanted = matcher(pattern);
  const firstNight = nightOf(sinceSeconds);
  let found: NightEntry[] = [];
  let damagedLines = 0;
  for (const { night, path } of (await nightFiles(folder)).reverse()) {
    if (night < firstNight || found.length >= limit) break;
    const here: NightEntry[] = [];
    const room = limit - found.length;
    for await (const entry of entriesOf(path)) {
      if (entry === undefined) damagedLines++;
      else if (entry.timeSeconds >= sinceSeconds && wanted(entry)) here.push(entry);
      // Cut now and then, not at each: a night may have a hundred thousand.
      if (here.length >= 2 * room + 1000) here.splice(0, here.length - room);
    }
    found = [...here.slice(-room), ...found];
  }
  return { entries: found, damagedLines };
}

function matcher(pattern: string): (entry: NightEntry) => boolean {
  if (pattern === "") return () => true;
  const source = pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&")).join(".*");
  const regExp = new RegExp(source, "is");
  return ({ line, reply, who, outcome }) => [line, reply, who, outcome].some((text) => regExp.test(text));
}
