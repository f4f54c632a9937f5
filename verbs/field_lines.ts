/** The table of a feed's fields. @module */
import { duration } from "./duration.ts";
import { type FieldRow, numberOf } from "./field_table.ts";
import { fitText, padText, printable, textWidth } from "./fit_text.ts";
import type { Look } from "./look.ts";
import { numberText, sampleText } from "./value_text.ts";

/** Widths of the columns behind the name. */
interface Widths {
  readonly name: number;
  readonly value: number;
  readonly age: number;
  /** Each of the three; 0 where they are left out. */
  readonly range: number;
  /** Everything behind the age. */
  readonly rest: number;
}

/**
 * Writes titles and one line for each row; what is not fresh is marked.
 *
 * Where the screen is narrow the range is left out, then the age but for its mark. A long text goes on in place of the range.
 */
export function fieldLines(
  rows: readonly FieldRow[],
  { columns, look }: { readonly columns: number; readonly look: Look },
): { readonly title: string; readonly lines: readonly string[] } {
  const widths = widthsFor(Math.max(5, ...rows.map(({ field }) => textWidth(printable(field)))), columns);
  const titles = ["VALUE".padStart(widths.value), widths.age > 5 ? "AGE".padStart(widths.age) : ""];
  if (widths.range > 0) titles.push(...["MIN", "MAX", "MEAN"].map((title) => title.padStart(widths.range)));
  return {
    title: `${padText("FIELD", widths.name)}  ${titles.join("")}`,
    lines: rows.map((row) => fieldLine(row, widths, look)),
  };
}

function widthsFor(longestName: number, columns: number): Widths {
  const [value, age, range] = [12, 12, 11];
  const all = value + age + 2;
  if (columns >= Math.min(longestName, 16) + all + 3 * range) {
    const name = Math.min(longestName, columns - all - 3 * range);
    return { name, value, age, range, rest: columns - all - name };
  }
  if (columns >= 8 + all) {
    const name = Math.min(longestName, columns - all);
    return { name, value, age, range: 0, rest: columns - all - name };
  }
  return { name: Math.max(3, columns - 15), value: 8, age: 5, range: 0, rest: 0 };
}

function fieldLine(row: FieldRow, widths: Widths, look: Look): string {
  const isFresh = row.staleness === "fresh";
  const whole = sampleText(row.value);
  const isNumber = numberOf(row.value) !== undefined;
  const value = isNumber ? whole.padStart(widths.value) : padText(whole, widths.value);
  const name = padText(printable(row.field), widths.name);
  let more = "";
  if (row.range !== undefined && widths.range > 0) {
    const { min, max, mean } = row.range;
    more = [min, max, mean].map((each) => numberText(each).padStart(widths.range)).join("");
  } else if (!isNumber && textWidth(whole) > widths.value && widths.rest > 8) {
    more = `  ${fitText(whole, widths.rest - 2)}`;
  }
  return [
    isFresh ? name : look.style("yellow", name),
    "  ",
    look.style(isFresh ? "bold" : "dim", value),
    ageText(row, widths.age, look),
    more,
  ].join("");
}

function ageText({ ageSeconds, staleness }: FieldRow, columns: number, look: Look): string {
  const isNarrow = columns <= 5;
  if (staleness === "fresh") return (isNarrow ? "" : duration(ageSeconds)).padStart(columns);
  const mark = isNarrow ? staleness : `${staleness} ${duration(ageSeconds)}`;
  return look.style(["bold", "yellow"], mark.padStart(columns));
}
