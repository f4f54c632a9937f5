/** Texts of strangers on a terminal. @module */
import { stripVTControlCharacters } from "node:util";
import type { Look } from "./look.ts";

/** A colour or weight, which is let through; else what a terminal would obey, or what would turn a text around. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const OBEYED = /(\x1b\[[0-9;]*m)|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Takes out what would move the cursor, ring the bell or recolour an operator's terminal; line ends and tabs stay.
 *
 * In a pipe a text is what it is.
 */
export function safeText(text: string, look: Pick<Look, "columns">): string {
  if (!Number.isFinite(look.columns)) return text;
  return stripVTControlCharacters(text).replaceAll(OBEYED, "");
}

/**
 * Lets nothing through to a terminal but letters, colours, line ends and tabs: the last gate for all that verbs print, where
 * names of foreign origin (agents, operations, keys of session data) may hold anything.
 */
export function harmlessText(text: string): string {
  return text.replaceAll(OBEYED, (found, style: string | undefined) => style ?? (found === "\r" ? "" : "·"));
}

/** Local time of a wire's Unix seconds, such as `16:02:51`. */
export function clockTime(seconds: unknown): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? "?" : date.toTimeString().slice(0, 8);
}
