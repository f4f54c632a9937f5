/** Recorded fields as an operator wants to see them. @module */
import { relative } from "node:path";
import { duration } from "../duration.ts";
import { fitText, printable, textWidth } from "../fit_text.ts";
import type { Look, Style } from "../look.ts";
import { formatTable, wrap } from "../table.ts";
import { sampleText } from "../value_text.ts";
import type { LastData, LastRow } from "./last_data.ts";

/** How much is told. */
export interface LastTextOptions {
  readonly look: Look;
  /** Whether a terminal gets every row, too. */
  readonly all: boolean;
}

/** Below this width the file is told below the table only. */
const WIDE_COLUMNS = 100;
/** Rows, and notes, that an operator reads on a terminal; trouble comes first. */
const MOST_ROWS = 200;
const MOST_NOTES = 10;
/** Where the agent's time and the recorder's are further apart than that, one of the clocks is wrong. */
const CLOCK_SECONDS = 60;

const STYLES: Readonly<Record<LastRow["state"], Style | readonly Style[]>> = {
  landing: "green",
  late: "yellow",
  unknown: "yellow",
  held: ["bold", "red"],
  stopped: ["bold", "red"],
  old: "dim",
};

/** Writes a table, with the recorder above it if that has ended, and below it what is wrong, feed by feed, with why. */
export function lastText(data: LastData, { look, all }: LastTextOptions): string {
  const { fields } = data;
  // In a pipe nothing is left out.
  const isWhole = all || look.columns === Infinity;
  const shown = isWhole ? fields : fields.slice(0, MOST_ROWS);
  const lines = recorderLines(data, look).map((line) => wrap(line, look.columns).join("\n"));
  if (shown.length > 0) lines.push(tableText(shown, data, look));
  if (shown.length < fields.length) {
    const rest = fields.length - shown.length;
    lines.push(look.style("dim", `… and ${rest} more; --all shows them, AGENT or AGENT.FEED some of them`));
  }
  if (lines.length > 0) lines.push("");
  const notes = noteLines(fields, { look, most: isWhole ? Infinity : MOST_NOTES });
  for (const line of [...summaryLines(data, look), ...notes]) {
    lines.push(wrap(line, look.columns - 2).join("\n  "));
  }
  return lines.join("\n");
}

function recorderLines({ recorder, dataDir }: LastData, look: Look): string[] {
  const { state, ageSeconds } = recorder;
  if (state === "recording") return [];
  if (ageSeconds === null) return [look.style("yellow", `Nothing was recorded into ${dataDir} yet.`)];
  const since = duration(ageSeconds);
  if (state === "ended") {
    const what = `Recording into ${dataDir} was stopped ${since} ago; this is what came last.`;
    return [look.style("yellow", what)];
  }
  const what = `The recorder of ${dataDir} has not been heard of for ${since}`;
  return [`${look.style(["bold", "red"], what)}; this is what came last.`];
}

function tableText(rows: readonly LastRow[], { dataDir }: LastData, look: Look): string {
  const isWide = look.columns >= WIDE_COLUMNS;
  const valueColumns = isWide ? 24 : 11;
  const behind = rows.map((row) => [
    look.columns === Infinity ? sampleText(row.value) : fitText(sampleText(row.value), valueColumns),
    ageCell(row, look),
    look.style(STYLES[row.state], row.state),
    ...(isWide ? [row.file === null ? "-" : printable(relative(dataDir, row.file))] : []),
  ]);
  const taken = (behind[0] ?? []).map((_, at) =>
    Math.max(5, ...behind.map((cells) => textWidth(cells[at] ?? "")))
  );
  const nameColumns = Math.max(20, look.columns - taken.reduce((sum, width) => sum + width + 2, 0));
  const cells = rows.map((row, at) => [
    look.style("bold", fitEnd(printable(row.name), nameColumns)),
    ...behind[at] ?? [],
  ]);
  return formatTable(["FIELD", "VALUE", "AGE", "STATE", ...(isWide ? ["FILE"] : [])], cells, look);
}

/** Cut at its beginning: the end of a name tells fields apart. */
function fitEnd(name: string, columns: number): string {
  return name.length <= columns ? name : `…${name.slice(1 - columns)}`;
}

function ageCell({ ageSeconds, state }: LastRow, look: Look): string {
  const text = ageSeconds < 0 ? `-${duration(-ageSeconds)}` : duration(ageSeconds);
  return state === "landing" ? text : look.style(STYLES[state], text);
}

function summaryLines({ fields, dataDir }: LastData, look: Look): string[] {
  if (fields.length === 0) return ["No fields."];
  const counts = new Map<LastRow["state"], number>();
  let newest: LastRow | undefined;
  for (const row of fields) {
    counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
    if ((row.written ?? -Infinity) > (newest?.written ?? -Infinity)) newest = row;
  }
  const feeds = new Set(fields.map(({ address }) => address)).size;
  const states = [...counts].map(([state, count]) => look.style(STYLES[state], `${count} ${state}`));
  const file = newest?.file ?? undefined;
  return [
    `${counted(fields.length, "field")} of ${counted(feeds, "feed")}: ${states.join(", ")}`,
    look.style(
      "dim",
      file === undefined
        ? `No frame of them is in a file of ${dataDir} yet`
        : `newest file: ${printable(file)}`,
    ),
  ];
}

/** What is wrong and why, feed by feed: what stops is an agent or a device, rarely one field. */
function noteLines(
  fields: readonly LastRow[],
  { look, most }: { readonly look: Look; readonly most: number },
): string[] {
  const notes = new Map<string, { readonly first: LastRow; count: number }>();
  for (const row of fields) {
    if (whyText(row) === undefined) continue;
    const key = `${row.state} ${row.address}`;
    const note = notes.get(key);
    if (note === undefined) notes.set(key, { first: row, count: 1 });
    else note.count++;
  }
  const lines = [...notes.values()].slice(0, most).map(({ first, count }) => {
    const { name, field, state } = first;
    const what = count === 1 ? name : `${name.slice(0, -field.length - 1)} (${count} fields)`;
    return `${look.style(STYLES[state], state)} ${printable(what)}: ${whyText(first) ?? ""}`;
  });
  const rest = notes.size - lines.length;
  if (rest > 0) lines.push(look.style("dim", `… and ${counted(rest, "feed")} more`));
  return lines;
}

/** What the state goes by; undefined where all is well, or so old that nobody asks. */
function whyText(row: LastRow): string | undefined {
  const { state, silentSeconds, usualGapSeconds, freshSeconds, frameSeconds } = row;
  const silent = `silent for ${duration(silentSeconds)}`;
  const usual = usualGapSeconds === null ? "" : `, usually every ${duration(usualGapSeconds)}`;
  switch (state) {
    case "late":
      return `${silent}${usual}`;
    case "stopped":
      return `${silent}${usual}; its feed counts as gone after ${duration(freshSeconds)}`;
    case "held": {
      const waits = row.waitsSince === null ? 0 : row.arrived - row.waitsSince;
      return `it comes, but is in no file for ${duration(waits)}; frames are ${duration(frameSeconds)} long`;
    }
    case "landing": {
      const off = row.time - row.arrived;
      if (Math.abs(off) <= Math.max(CLOCK_SECONDS, 3 * (usualGapSeconds ?? 0))) return undefined;
      return `its time is ${duration(Math.abs(off))} ${off > 0 ? "ahead of" : "behind"} the recorder's`;
    }
    default:
      return undefined;
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
