/** Trees of values as text, whole or cut to a terminal. @module */
import { fitText, textWidth } from "../fit_text.ts";
import type { Look } from "../look.ts";
import type { Elements } from "./elements.ts";
import type { Children, TreeLine } from "./object_tree.ts";

/** How much is shown, and how. */
export interface TreeLook {
  readonly look: Look;
  /** Leave nothing out, whatever the width. */
  readonly all: boolean;
}

/** So many lines below another are shown on a terminal. */
const MOST_CHILDREN = 16;
/** Names are looked at so far for a common width, and padded up to so many columns. */
const LOOKED_AT = 200;
const MOST_PADDED = 24;
/** A value has so many columns at least, and is cut by the end of the line otherwise. */
const LEAST_ROOM = 12;

/**
 * Writes lines and what is below them, in pieces: a vector may be longer than a text can be.
 *
 * @param depth How far the lines are indented.
 */
export function* treePieces(lines: Children, depth: number, tree: TreeLook): Generator<string, void, void> {
  const { look } = tree;
  const isCut = !tree.all && Number.isFinite(look.columns);
  const shown = isCut && lines.length > MOST_CHILDREN + 1 ? MOST_CHILDREN : lines.length;
  const nameColumns = commonWidth(lines, shown, ({ name }) => name);
  const kindColumns = commonWidth(lines, shown, ({ kind }) => kind);
  for (let i = 0; i < shown; i++) {
    const line = lines.at(i);
    const indent = "  ".repeat(depth);
    const name = isCut ? fitText(line.name, Math.max(MOST_PADDED, look.columns >> 1)) : line.name;
    // The class is what is read last.
    const head = indent + padded(name, nameColumns) + look.style("dim", padded(line.kind, kindColumns));
    if (isCut) {
      const room = Math.max(LEAST_ROOM, look.columns - textWidth(head));
      yield `${fitText(head + cutValue(line, room), look.columns)}\n`;
    } else {
      yield head;
      yield* wholeValue(line);
      yield "\n";
    }
    if (line.children !== undefined) yield* treePieces(line.children, depth + 1, tree);
  }
  const more = lines.length - shown;
  if (more > 0) yield `${"  ".repeat(depth)}${look.style("dim", `… ${more} more; --all shows them`)}\n`;
}

function commonWidth(lines: Children, shown: number, text: (line: TreeLine) => string): number {
  let width = 0;
  for (let i = 0; i < Math.min(shown, LOOKED_AT); i++) width = Math.max(width, textWidth(text(lines.at(i))));
  return Math.min(width, MOST_PADDED);
}

function padded(text: string, columns: number): string {
  if (columns === 0) return "";
  return text + " ".repeat(Math.max(0, columns - textWidth(text)) + 2);
}

function* wholeValue({ text, elements }: TreeLine): Generator<string, void, void> {
  yield [...text === undefined ? [] : [text], ...elements === undefined ? [] : [countText(elements)]].join(
    " ",
  );
  for (let i = 0; i < (elements?.length ?? 0); i++) yield ` ${elements?.at(i)}`;
}

function countText({ length }: Elements): string {
  return length === 0 ? "empty" : `${length}:`;
}

/** A text, then as many elements as there is room for, and the last one. */
function cutValue({ text, elements }: TreeLine, room: number): string {
  if (elements === undefined) return text ?? "";
  const head = [...text === undefined ? [] : [text], countText(elements)].join(" ");
  const found: string[] = [];
  let width = textWidth(head);
  for (let i = 0; i < elements.length && width <= room; i++) {
    const element = elements.at(i);
    width += textWidth(element) + 1;
    found.push(element);
  }
  if (found.length === elements.length && width <= room) return [head, ...found].join(" ");
  const last = elements.at(elements.length - 1);
  while (found.length > 0 && width + textWidth(last) + 3 > room) width -= textWidth(found.pop() ?? "") + 1;
  return [head, ...found, "…", last].join(" ");
}
