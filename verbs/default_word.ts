/** Second words that may be left out. @module */

/** What a verb alone means. */
const DEFAULTS: Readonly<Record<string, string>> = { hosts: "list" };

/**
 * Puts in the second word where a verb of two was given alone, or with options only: `hosts --json` is
 * `hosts list --json`.
 *
 * The parser has no alternatives that take no word at all.
 */
export function withDefaultWord(words: readonly string[]): readonly string[] {
  const [verb = "", second] = words;
  const word = Object.hasOwn(DEFAULTS, verb) ? DEFAULTS[verb] : undefined;
  if (word === undefined || second === "--help" || second === "-h") return words;
  return second === undefined || second.startsWith("-") ? [verb, word, ...words.slice(1)] : words;
}
