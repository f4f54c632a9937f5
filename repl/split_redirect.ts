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
