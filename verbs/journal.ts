/** What was typed at the prompts of a site, by whom, and what came of it. @module */
import { resolveSite } from "../site/mod.ts";
import { duration } from "./duration.ts";
import type { Look, Style } from "./look.ts";
import type { NightEntry, NightOutcome } from "./night_entry.ts";
import { searchNights, type SearchResult } from "./night_search.ts";
import type { Outcome } from "./outcome.ts";
import { parseSince } from "./parse_since.ts";
import type { VerbOptions } from "./site_link.ts";
import { stateFolder } from "../internal/state_folder.ts";
import { siteKey } from "./state_folder.ts";
import { formatTable } from "./table.ts";

/** Which lines are wanted. */
export interface JournalOptions extends VerbOptions {
  /** Such as `2h` or `18:30`, see `parseSince`; default: all there are. */
  readonly since?: string | undefined;
  /** At most so many, the newest; default 20. */
  readonly count?: number | undefined;
}

/**
 * Searches the night log of the site; needs no router.
 *
 * @param pattern A part of the line, its reply, writer or outcome; `*` stands for anything. Empty: all.
 */
export async function journal(
  pattern: string,
  { since, count = 20, site, link }: JournalOptions = {},
): Promise<Outcome<readonly NightEntry[]>> {
  const resolved = link?.resolved ?? await resolveSite(site);
  const folder = `${stateFolder()}/${siteKey(resolved)}`;
  const now = Date.now() / 1000;
  const sinceSeconds = since === undefined ? undefined : parseSince(since, now);
  const found = await searchNights(folder, pattern, { sinceSeconds, limit: count });
  return {
    result: "ok",
    data: found.entries,
    text: (look) => journalText(found, { look, now, what: pattern, folder }),
  };
}

const STYLES: Readonly<Record<NightOutcome, Style>> = {
  ok: "green",
  failed: "red",
  refused: "red",
  interrupted: "yellow",
  timeout: "yellow",
};

function journalText(
  { entries, damagedLines }: SearchResult,
  { look, now, what, folder }: {
    readonly look: Look;
    readonly now: number;
    readonly what: string;
    readonly folder: string;
  },
): string {
  const lines = entries.length === 0
    ? [`Nothing ${what === "" ? "was typed yet" : `matches "${what}"`} in ${folder}`]
    : [
      formatTable(
        ["N", "TIME", "WHO", "OUTCOME", "TOOK", "LINE"],
        entries.map((one) => cells(one, look, now)),
        look,
      ),
    ];
  const [only] = entries;
  if (only !== undefined && entries.length === 1 && only.reply !== "") {
    lines.push(only.reply.replaceAll(/^/gm, "  "));
  }
  if (damagedLines > 0) {
    lines.push(look.style("dim", `${damagedLines} damaged lines were passed over in ${folder}`));
  }
  return lines.join("\n");
}

function cells(entry: NightEntry, look: Look, now: number): string[] {
  const { n, timeSeconds, who, outcome, durationSeconds, line } = entry;
  const [first = "", ...more] = line.split("\n");
  return [
    look.style("bold", String(n)),
    momentText(timeSeconds, now),
    who,
    look.style(STYLES[outcome], outcome),
    duration(durationSeconds),
    more.length === 0 ? first : `${first} … ${more.length} more lines`,
  ];
}

/** The time of day, with the day where that is not today's; local, as everything that operators see. */
function momentText(timeSeconds: number, now: number): string {
  const date = new Date(timeSeconds * 1000);
  const time = date.toTimeString().slice(0, 8);
  if (date.toDateString() === new Date(now * 1000).toDateString()) return time;
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) =>
    String(part).padStart(2, "0")
  );
  return `${day.join("-")} ${time}`;
}
