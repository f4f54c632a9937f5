/** Texts of strangers on a terminal. @module */
import { stripVTControlCharacters } from "node:util";
import type { Look } from "./look.ts";

/**
 * Takes out what would move the cursor, ring the bell or recolour an operator's terminal; line ends and tabs stay.
 *
 * In a pipe a text is what it is.
 */
export function safeText(text: string, look: Pick<Look, "columns">): string {
  if (!Number.isFinite(look.columns)) return text;
  // deno-lint-ignore no-control-regex -- control characters are what is taken out
  return stripVTControlCharacters(text).replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}

/** Local time of a wire's Unix seconds, such as `16:02:51`. */
export function clockTime(seconds: unknown): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? "?" : date.toTimeString().slice(0, 8);
}
