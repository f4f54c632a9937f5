/** The words of `ocs run`: its own, and the script's. @module */

/**
 * Parts the words of `ocs run`: its own options and the script, and what is the script's.
 *
 * Everything behind the script's name is the script's, whatever it looks like.
 */
export function splitRunWords(
  words: readonly string[],
): { readonly own: readonly string[]; readonly rest: readonly string[] } {
  let at = 1;
  // Every option of this command takes a value, but for --help.
  while (at < words.length && words[at]?.startsWith("-")) {
    const word = words[at] ?? "";
    at += word.includes("=") || word === "--help" || word === "-h" ? 1 : 2;
  }
  return { own: words.slice(0, at + 1), rest: words.slice(at + 1) };
}
