/** `> file` behind a verb. @module */
import { splitWords } from "../verbs/split_line.ts";

/** A verb's words, and where its result goes to. */
export interface Redirected {
  readonly words: readonly string[];
  /** Undefined: to the terminal. */
  readonly file: { readonly path: string; readonly append: boolean } | undefined;
}

/**
 * Splits a verb line into its words and the file at its end.
 *
 * @throws {SyntaxError} If a quote is not closed, there is no file behind `>`, or something behind the file.
 */
export function splitRedirect(line: string): Redirected {
  const words = splitWords(line);
  const at = words.findIndex(({ text, quoted }) => !quoted && text.startsWith(">"));
  if (at < 0) return { words: words.map(({ text }) => text), file: undefined };
  const [, arrow = "", glued = ""] = /^(>>?)(.*)$/s.exec(words[at]?.text ?? "") ?? [];
  const behind = words.slice(at + 1).map(({ text }) => text);
  const [path, ...more] = glued === "" ? behind : [glued, ...behind];
  if (path === undefined || path.startsWith(">")) {
    throw new SyntaxError(`Cannot read "${line}": there is no file behind "${arrow}"`);
  }
  if (more.length > 0) {
    throw new SyntaxError(`Cannot read "${line}": "${more.join(" ")}" is behind the file, expected nothing`);
  }
  return { words: words.slice(0, at).map(({ text }) => text), file: { path, append: arrow === ">>" } };
}

/**
 * Opens the file of a result; the caller closes it. A file that is there is added to or refused, never overwritten.
 *
 * @throws {Error} If it is there and is not to be added to, or it cannot be made.
 */
export async function openResultFile(
  { path, append }: { readonly path: string; readonly append: boolean },
): Promise<Deno.FsFile> {
  const home = Deno.env.get("HOME");
  const full = home !== undefined && path.startsWith("~/") ? `${home}${path.slice(1)}` : path;
  try {
    return await Deno.open(full, append ? { append: true, create: true } : { write: true, createNew: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) {
      throw new Error(`Cannot write "${path}": it is there already; use >> to add to it`, { cause });
    }
    throw new Error(`Cannot write "${path}": ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
