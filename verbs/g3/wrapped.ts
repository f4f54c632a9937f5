/** Long lines on a terminal. @module */
import type { Look } from "../look.ts";
import { wrap } from "../table.ts";

const INDENT = "    ";

/** Breaks a line at spaces where the terminal ends, what follows indented; in a pipe a line is a line. */
export function wrapped(text: string, { columns }: Pick<Look, "columns">): string {
  if (!Number.isFinite(columns)) return text;
  return wrap(text, Math.max(20, columns - INDENT.length)).join(`\n${INDENT}`);
}
