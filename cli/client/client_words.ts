/** The words of `ocs client`, brought into the order that the parser takes. @module */

const REGISTRY = "--use-registry";
/** The id that Python takes where none is given (spec ocs 7.2). */
const DEFAULT_REGISTRY = "registry";

/**
 * Lets the words be as for Python's tools: site options stand before the sub-command as well, and `--use-registry` may have
 * no value.
 */
export function clientWords(words: readonly string[]): string[] {
  let at = 1;
  // Every site option takes a value.
  while (words[at]?.startsWith("--") && words[at] !== "--help") at += words[at]?.includes("=") ? 1 : 2;
  const ordered = [
    ...words.slice(0, 1),
    ...words.slice(at, at + 1),
    ...words.slice(1, at),
    ...words.slice(at + 1),
  ];
  return ordered.flatMap((word, at) => {
    const next = ordered[at + 1];
    return word === REGISTRY && (next === undefined || next.startsWith("-"))
      ? [word, DEFAULT_REGISTRY]
      : [word];
  });
}
