/** Session data as an operator wants to see it. @module */
import { pyRepr } from "../ocs/mod.ts";
import { joinPath } from "./data_path.ts";
import type { Look } from "./look.ts";
import { safeText } from "./terminal_text.ts";

/** How data is written. */
export interface DataTextOptions {
  readonly look: Look;
  /** Nothing is left out, whatever its size. In a pipe nothing is in any case. */
  readonly all?: boolean | undefined;
}

/** Entries of a map or list that are shown on a terminal, and lines of it all. */
const MOST_ENTRIES = 40;
const MOST_LINES = 200;
/** Shorter rooms than this are left to the terminal to break. */
const LEAST_ROOM = 20;

/**
 * Writes a value: a text as it is, maps and lists as lines that are indented, lists of plain values on one line.
 *
 * On a terminal long lists, maps and texts are abbreviated, with the number of what is left out.
 */
export function dataText(value: unknown, { look, all = false }: DataTextOptions): string {
  const isWhole = all || !Number.isFinite(look.columns);
  if (typeof value === "string") {
    const text = safeText(value, look);
    return isWhole ? text : cut(text, look.columns * 10);
  }
  const lines = linesOf(value, { look, isWhole, indent: "" });
  if (isWhole || lines.length <= MOST_LINES) return lines.join("\n");
  const more = `… ${lines.length - MOST_LINES} more lines; --all shows them`;
  return [...lines.slice(0, MOST_LINES), look.style("yellow", more)].join("\n");
}

interface Writing {
  readonly look: Look;
  readonly isWhole: boolean;
  readonly indent: string;
}

function linesOf(value: unknown, writing: Writing): string[] {
  const { look, isWhole, indent } = writing;
  const entries = entriesOf(value);
  if (entries === undefined) return [`${indent}${inline(value, writing)}`];
  const shown = isWhole ? entries : entries.slice(0, MOST_ENTRIES);
  const width = Math.min(24, Math.max(...shown.map(([key]) => key.length)) + 1);
  const lines = shown.flatMap(([key, entry]) => {
    if (entriesOf(entry) !== undefined) {
      return [
        `${indent}${look.style("cyan", `${key}:`)}`,
        ...linesOf(entry, { ...writing, indent: `${indent}  ` }),
      ];
    }
    const name = `${key}:`.padEnd(width);
    return [`${indent}${look.style("cyan", name)} ${inline(entry, writing, name.length + 1)}`];
  });
  if (shown.length === entries.length) return lines;
  const more = `${indent}… ${entries.length - shown.length} more of ${entries.length}; --all shows them`;
  return [...lines, look.style("yellow", more)];
}

/** What is written line by line: maps that are not empty, and lists with maps or lists in them. */
function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return undefined;
  if (Array.isArray(value)) {
    const isPlain = value.every((entry) => typeof entry !== "object" || entry === null);
    return isPlain ? undefined : value.map((entry, at) => [`[${at}]`, entry]);
  }
  const entries = Object.entries(value);
  return entries.length === 0 ? undefined : entries;
}

function inline(value: unknown, { look, isWhole, indent }: Writing, used = 0): string {
  const room = Math.max(LEAST_ROOM, look.columns - indent.length - used);
  if (isWhole) return pyRepr(value);
  if (!Array.isArray(value)) return cut(pyRepr(value), room);
  return listText(value, room);
}

/** A list of plain values, cut where the line ends. */
function listText(values: readonly unknown[], room: number): string {
  let text = "[";
  for (const [at, value] of values.entries()) {
    const next = `${at === 0 ? "" : ", "}${pyRepr(value)}`;
    const left = values.length - at;
    const more = `, … ${left} more]`;
    // The last one needs the bracket only.
    if (text.length + next.length + (left === 1 ? 1 : more.length) > room) {
      return at === 0 ? `[… ${values.length} values]` : `${text}${more}`;
    }
    text += next;
  }
  return `${text}]`;
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(1, room - 1))}…`;
}

/** One value that is not what it was. */
export interface DataChange {
  /** Where, from the value that is compared; empty for that itself. */
  readonly path: string;
  /** What it is now; undefined where it is no more. */
  readonly value: unknown;
}

/** Finds what differs between two values, leaf by leaf; a list of plain values is one leaf. */
export function changesBetween(before: unknown, after: unknown, path = ""): DataChange[] {
  const [old, now] = [entriesOf(before), entriesOf(after)];
  if (old === undefined || now === undefined) {
    return pyRepr(before) === pyRepr(after) ? [] : [{ path, value: after }];
  }
  const olds = new Map(old);
  const nows = new Map(now);
  const isList = Array.isArray(after);
  const stepTo = (key: string) => isList ? `${path}${key}` : joinPath(path, key);
  return [
    ...now.flatMap(([key, value]) =>
      olds.has(key) ? changesBetween(olds.get(key), value, stepTo(key)) : [{ path: stepTo(key), value }]
    ),
    ...old.filter(([key]) => !nows.has(key)).map(([key]) => ({ path: stepTo(key), value: undefined })),
  ];
}

/** Changes of one look that are written out on a terminal. */
const MOST_CHANGES = 20;

/** Writes changes on one line. */
export function changesText(changes: readonly DataChange[], { look, all = false }: DataTextOptions): string {
  const isWhole = all || !Number.isFinite(look.columns);
  const shown = isWhole ? changes : changes.slice(0, MOST_CHANGES);
  const parts = shown.map(({ path, value }) => {
    const name = path === "" ? "" : `${look.style("cyan", path)} `;
    if (value === undefined) return `${name}${look.style("yellow", "is gone")}`;
    return `${name}${inline(value, { look, isWhole, indent: "" }, path.length + 10)}`;
  });
  const more = changes.length - shown.length;
  return [...parts, ...(more > 0 ? [look.style("yellow", `… ${more} more; --all shows them`)] : [])].join(
    "  ",
  );
}
