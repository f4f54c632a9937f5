/** The table of `top`. @module */
import { duration } from "./duration.ts";
import { padText, printable, textWidth } from "./fit_text.ts";
import type { Look, Style } from "./look.ts";
import type { TopOrder } from "./top_order.ts";
import { isIdle, isTrouble, type TopRow } from "./top_rows.ts";

interface Column {
  readonly title: string;
  readonly order: TopOrder | undefined;
  /** Least and most letters. */
  readonly room: readonly [number, number];
  /** The last ones to go on a narrow screen have the lowest. */
  readonly rank: number;
  readonly text: (row: TopRow) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "AGENT", order: "agent", room: [6, 30], rank: 0, text: ({ agent }) => printable(agent) },
  {
    title: "CLASS",
    order: "class",
    room: [6, 26],
    rank: 5,
    text: ({ agentClass }) => printable(agentClass ?? "-"),
  },
  { title: "STATE", order: "state", room: [7, 7], rank: 3, text: ({ state }) => state },
  {
    title: "HEARD",
    order: undefined,
    room: [9, 9],
    rank: 4,
    text: ({ heardSeconds }) => duration(heardSeconds),
  },
  {
    title: "OPERATION",
    order: "operation",
    room: [9, 30],
    rank: 1,
    text: ({ operation }) => printable(operation ?? "-"),
  },
  { title: "CODE", order: undefined, room: [9, 9], rank: 2, text: ({ code }) => code ?? "-" },
  {
    title: "FOR",
    order: "age",
    room: [9, 9],
    rank: 3,
    text: ({ forSeconds }) => forSeconds === null ? "-" : duration(forSeconds),
  },
];

/** Agent and operation. */
const NAMES_RANK = 1;
/** What comes before uncut names: what an operation does, and for how long. */
const NEEDED_RANK = 3;

/**
 * Writes titles and one line for each row; columns that do not fit are left out, the class first.
 *
 * @param order The column that the rows are sorted by is marked.
 * @param all Rows that the widths go by: the same while a list is scrolled.
 */
export function topLines(
  rows: readonly TopRow[],
  { columns, look, order, all = rows }: {
    readonly columns: number;
    readonly look: Look;
    readonly order: TopOrder;
    readonly all?: readonly TopRow[];
  },
): { readonly title: string; readonly lines: readonly string[] } {
  const widthOf = ({ room: [least, most], title, text }: Column) =>
    Math.min(most, Math.max(least, title.length, ...all.map((row) => textWidth(text(row)))));
  const chosen = fitting(columns, widthOf);
  const widths = chosen.map(widthOf);
  shrink(widths, chosen, columns);
  const title = chosen.map((column, at) => {
    const text = padText(column.title, widths[at] ?? 0);
    return column.order === order ? look.style("bold", text) : look.style("dim", text);
  }).join("  ").trimEnd();
  const lines = rows.map((row) =>
    chosen.map((column, at) => {
      const text = padText(column.text(row), widths[at] ?? 0);
      const style = styleOf(column, row);
      return style === undefined ? text : look.style(style, text);
    }).join("  ").trimEnd()
  );
  return { title, lines };
}

/**
 * The columns that fit, by rank: what tells rows apart, agent and operation, at full width if the screen has that at all,
 * the others at their least.
 */
function fitting(columns: number, widthOf: (column: Column) => number): readonly Column[] {
  const chosen = new Set<Column>();
  let least = -2;
  let used = -2;
  for (const column of COLUMNS.toSorted((a, b) => a.rank - b.rank)) {
    least += column.room[0] + 2;
    used += (column.rank <= NAMES_RANK ? widthOf(column) : column.room[0]) + 2;
    const isNeeded = column.rank <= NEEDED_RANK;
    if (chosen.size > 0 && (isNeeded ? least : used) > columns) break;
    chosen.add(column);
  }
  return COLUMNS.filter((column) => chosen.has(column));
}

/** Takes letters until all fit: from the widest of what tells no rows apart, then from the widest of all. */
function shrink(widths: number[], chosen: readonly Column[], columns: number): void {
  let excess = widths.reduce((sum, width) => sum + width + 2, -2) - columns;
  for (const lowestRank of [NAMES_RANK + 1, 0]) {
    while (excess > 0) {
      let widest = -1;
      widths.forEach((width, at) => {
        const { room: [least], rank } = chosen[at] ?? { room: [0], rank: 0 };
        const isShrinkable = rank >= lowestRank && width > least;
        if (isShrinkable && width > (widths[widest] ?? 0)) widest = at;
      });
      if (widest < 0) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess--;
    }
  }
}

function styleOf({ title }: Column, row: TopRow): Style | undefined {
  if (title === "AGENT") return row.state === "up" ? undefined : "red";
  if (title === "STATE") return row.state === "up" ? "green" : "red";
  if (title !== "CODE" && title !== "OPERATION") return undefined;
  if (isTrouble(row)) return "red";
  if (isIdle(row)) return "dim";
  return row.code === "RUNNING" ? "green" : "yellow";
}
