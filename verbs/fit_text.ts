/** Texts of foreign origin on a screen of limited width. @module */
import { stripVTControlCharacters } from "node:util";

/** Letters that a terminal shows two columns wide: East Asian ones and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
/** Accents that stand on the letter before. */
const NARROW = /[\p{Mn}\p{Me}\u200b-\u200d\ufe0f]/u;
// deno-lint-ignore no-control-regex -- finding control characters is what it is for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
// deno-lint-ignore no-control-regex -- the same
const STYLE = /^\u001b\[[0-9;]*m/;

/** What nearly every text is. */
const PLAIN = /^[ -~]*$/;

/** Columns that one letter takes. */
function letterWidth(letter: string): number {
  if (NARROW.test(letter)) return 0;
  return WIDE.test(letter) ? 2 : 1;
}

/** Columns that a text takes; styles take none. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const letter of stripVTControlCharacters(text)) width += letterWidth(letter);
  return width;
}

/**
 * Makes a text of foreign origin harmless for a terminal: what an agent publishes must not move the cursor, change the
 * window's title or turn the text around.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROL, "·");
}

/**
 * Cuts a text where the screen ends, with `…` in the last column; its styles are kept.
 *
 * @param columns Columns available; a text that fits is returned as it is.
 */
export function fitText(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (textWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  let isStyled = false;
  for (let at = 0; at < text.length;) {
    const style = STYLE.exec(text.slice(at, at + 32))?.[0];
    if (style !== undefined) {
      kept += style;
      at += style.length;
      isStyled = true;
      continue;
    }
    // Inside the text there is a letter at every place.
    const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (width + letterWidth(letter) > columns - 1) break;
    kept += letter;
    width += letterWidth(letter);
    at += letter.length;
  }
  return `${kept}…${isStyled ? "\u001b[0m" : ""}`;
}

/** Fills a text up with spaces to so many columns; a longer one is cut. */
export function padText(text: string, columns: number): string {
  const fitted = fitText(text, columns);
  return fitted + " ".repeat(Math.max(0, columns - textWidth(fitted)));
}

/** Breaks a text without styles into lines of so many columns, wherever they end. */
export function breakText(text: string, columns: number): string[] {
  const lines = [""];
  let width = 0;
  for (const letter of text) {
    const taken = letterWidth(letter);
    if (width + taken > columns && width > 0) {
      lines.push("");
      width = 0;
    }
    lines[lines.length - 1] += letter;
    width += taken;
  }
  return lines;
}
