/** Texts that were made for a terminal. @module */

// deno-lint-ignore no-control-regex -- escapes of colours and weights
const COLORS = /\x1b\[[\d;]*m/g;

/** A text without colours and weights. */
export function withoutColors(text: string): string {
  return text.replaceAll(COLORS, "");
}
