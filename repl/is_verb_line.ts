/** Verb or TypeScript: the rule of the prompt. @module */

/** What the rule has to know. */
export interface VerbLineContext {
  /** Words that are verbs. */
  readonly verbs: ReadonlySet<string>;
  /** Whether the operator has declared something of this name. */
  readonly isDeclared: (name: string) => boolean;
}

/** Begins of what follows a verb: a word, a quoted one, an option, a pattern, a path, `> file`. */
const ARGUMENT =
  /^(?:[\p{L}\p{N}_"'~]|--?[A-Za-z]|(?!\?[.?])[*?]+(?:[\p{L}\p{N}_./-]|$)|\.{0,2}\/[^\s/*]|>>?\s*[^\s=>])/u;
/** Words that join two parts of an expression. */
const JOINING = /^(?:in|instanceof|as|satisfies)\s/;
/** An argument that could not go on an expression: two words in a row are no TypeScript. */
const WORD = /^[\p{L}\p{N}_"']/u;

/**
 * Tells verb lines from TypeScript.
 *
 * A line is a verb if its first word is one and stands alone, or is followed by a blank and something that can be a verb's
 * argument: a word (`start faker1.acq`), an option (`agents --json`), a pattern (`status faker*`), a path, or
 * `> file`. Everything else is TypeScript: `start = 5`, `start(5)`, `data.x`, `wait + 1`, `show ? 1 : 2`. Where the
 * operator has declared a variable of that name, a line that can be read both ways is TypeScript.
 */
export function isVerbLine(line: string, { verbs, isDeclared }: VerbLineContext): boolean {
  const [, verb = "", rest = ""] = /^\s*([a-z][a-z\d]*)(?:\s+(\S.*))?\s*$/.exec(line) ?? [];
  if (!verbs.has(verb)) return false;
  if (isDeclared(verb)) return WORD.test(rest) && !JOINING.test(rest);
  if (rest === "") return true;
  return ARGUMENT.test(rest) && !JOINING.test(rest);
}
