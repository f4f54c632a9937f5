/** Keys and strings of G3 files where people read them. @module */

/** What a terminal would obey, what ends a line or turns a text around, and bytes that are no UTF-8 (see `decodeText`). */
const UNSHOWN =
  // deno-lint-ignore no-control-regex -- finding control characters is what it is for
  /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu;
const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Writes a text on one line, with `\n` or `\x1b` for what cannot be shown; bytes that are no UTF-8 are `\xff`.
 *
 * It is the same on a terminal and in a pipe: a line of output is a line, whatever a file holds.
 */
export function shownText(text: string): string {
  // Nearly every text is shown as it is.
  return /^[ -~]*$/.test(text) ? text : text.replaceAll(UNSHOWN, escaped);
}

/** A key: the empty one is to be seen, too. */
export function shownKey(key: string): string {
  return key === "" ? '""' : shownText(key);
}

function escaped(letter: string): string {
  const code = letter.charCodeAt(0);
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  const short = SHORT[letter];
  if (short !== undefined) return short;
  return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
