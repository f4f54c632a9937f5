/** TypeScript as typed, made into what the engine can evaluate. @module */
import { stripTypeScriptTypes } from "node:module";
import { rewriteImports } from "./rewrite_imports.ts";

/** JavaScript, or why there is none. */
export type Translation =
  | { readonly javascript: string }
  /** More lines are needed. */
  | { readonly incomplete: true }
  | { readonly error: SyntaxError };

/** Node's types know "strip" only; Deno has both. */
const TRANSFORM: object = { mode: "transform" };

/**
 * Takes the types out, and makes imports dynamic.
 *
 * What ends too soon is incomplete, as in `if (x) {`: the parser stumbles over the end and nothing else. A line that
 * begins with a brace is an object wherever it can be one.
 *
 * @param base URL of the folder that relative imports are meant from.
 */
export function toJavaScript(source: string, base: string): Translation {
  if (hasOpenComment(source)) return { incomplete: true };
  const rewritten = rewriteImports(source, base);
  if (/^\s*\{/.test(rewritten) && !/;\s*$/.test(rewritten)) {
    const asObject = strip(`(${rewritten}\n)`);
    if ("javascript" in asObject) return asObject;
  }
  return strip(rewritten);
}

function strip(source: string): Translation {
  try {
    // Finds what is wrong, and where; mere stripping does not tell, and drops nothing that is not used yet.
    const transformed = stripTypeScriptTypes(source, TRANSFORM);
    return { javascript: hasOnlyTypes(source) ?? transformed };
  } catch (error) {
    // Deno gives a plain error of that name.
    if (!(error instanceof Error)) throw error;
    return endsTooSoon(error, source) ? { incomplete: true } : { error: readable(error) };
  }
}

/** The text without its types; undefined where they are more than that: enums and the like. */
function hasOnlyTypes(source: string): string | undefined {
  try {
    return stripTypeScriptTypes(source, { mode: "strip" });
  } catch {
    return undefined;
  }
}

/** Whether the parser wanted more where the text ends. */
function endsTooSoon({ message }: Error, source: string): boolean {
  if (message.includes("Unterminated template")) return true;
  const [, line, column] = /:(\d+):(\d+)\s*$/.exec(message) ?? [];
  if (line === undefined || column === undefined) return false;
  const lines = source.replace(/(?:\s|\n\s*\/\/[^\n]*)+$/, "").split("\n");
  const row = Number(line);
  if (row > lines.length) return true;
  return row === lines.length && Number(column) > (lines.at(-1) ?? "").length;
}

/** The parser's own text, without the names it gives to the error and to what was typed. */
function readable({ message }: Error): SyntaxError {
  const text = message.replace(/^SyntaxError: /, "").replaceAll(
    /\s*at file:\/\/\/stripTypeScriptTypes\.ts:\d+:\d+\s*/g,
    "\n",
  );
  return new SyntaxError(text.trimEnd());
}

/** Whether a `/*` waits for its end; the parser takes that for a comment to the end of the text. */
function hasOpenComment(source: string): boolean {
  const open = source.lastIndexOf("/*");
  return open >= 0 && source.indexOf("*/", open + 2) < 0 && /^[ \t]*$/.test(lineBefore(source, open));
}

/** What stands before a place in its line: within strings and globs (`"a/*"`) a `/*` is not the first. */
function lineBefore(source: string, at: number): string {
  return source.slice(source.lastIndexOf("\n", at) + 1, at);
}
