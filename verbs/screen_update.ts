/** From one view to the next with as few bytes as reasonable. @module */
import { fitText, textWidth } from "./fit_text.ts";

/** Size of a screen in letters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lines as they stand on a screen: as many as it has rows, none wider than it. */
export function screenRows(lines: readonly string[], { columns, rows }: ScreenSize): string[] {
  return Array.from({ length: rows }, (_, row) => fitText(lines[row] ?? "", columns));
}

/**
 * The bytes that turn a screen into another: only rows that changed, each from its first column.
 *
 * @param before Rows that stand there; undefined when it is not known, then everything is cleared first.
 * @param after From `screenRows`.
 */
export function screenUpdate(
  before: readonly string[] | undefined,
  after: readonly string[],
  { columns }: ScreenSize,
): string {
  let update = before === undefined ? "\x1b[0m\x1b[H\x1b[2J" : "";
  after.forEach((line, row) => {
    if ((before?.[row] ?? "") === line) return;
    // Behind a full line there is nothing to clear: it would take the last letter away.
    const clear = textWidth(line) < columns ? "\x1b[0m\x1b[K" : "\x1b[0m";
    update += `\x1b[${row + 1};1H${line}${clear}`;
  });
  return update;
}
