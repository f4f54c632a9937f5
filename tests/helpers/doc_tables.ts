/** Tables of a Markdown page, for tests that hold a page to what it says. @module */

/** One row of a table. */
export interface DocRow {
  /** Line in the page, from 1. */
  readonly line: number;
  /** The heading that it stands below. */
  readonly section: string;
  /** Titles of its table's columns. */
  readonly titles: readonly string[];
  /** Its cells as they are written. */
  readonly cells: readonly string[];
}

/** Reads the rows of all tables of a page. */
export function docRows(page: string): DocRow[] {
  const rows: DocRow[] = [];
  let section = "";
  let titles: readonly string[] | undefined;
  for (const [at, line] of page.split("\n").entries()) {
    section = /^#+ (.*)$/.exec(line)?.[1] ?? section;
    if (!line.startsWith("|")) titles = undefined;
    else if (titles === undefined) titles = cellsOf(line);
    else if (!/^\|[ |:-]+$/.test(line)) rows.push({ line: at + 1, section, titles, cells: cellsOf(line) });
  }
  return rows;
}

/** What stands in backticks. */
export function codeSpans(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");
}

function cellsOf(line: string): string[] {
  return line.replace(/^\||\|\s*$/g, "").split("|").map((cell) => cell.trim());
}
