/** A table for a terminal. @module */
import { textWidth } from "./fit_text.ts";
import type { Look } from "./look.ts";

/**
 * Writes rows below dim titles, columns as wide as they need.
 *
 * Where the terminal is too narrow the last column is wrapped, at spaces where it has some, so that nothing is lost.
 */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  look: Look,
): string {
  const last = titles.length - 1;
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => textWidth(row[at] ?? "")))
  );
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  const room = Math.max(12, look.columns - before);
  const lines = [titles.map((title) => look.style("dim", title)), ...rows].flatMap((row) => {
    const head = row.slice(0, last).map((cell, at) =>
      cell + " ".repeat((widths[at] ?? 0) - textWidth(cell) + 2)
    ).join("");
    const [first = "", ...more] = wrap(row[last] ?? "", room);
    return [head + first, ...more.map((line) => " ".repeat(before) + line)];
  });
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Breaks a text at spaces; words longer than the room stay whole, for a terminal to break. */
export function wrap(text: string, room: number): string[] {
  if (textWidth(text) <= room) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && textWidth(line) + 1 + textWidth(word) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
