/** The letters of pictures. @module */
import FONT from "./plot_font.json" with { type: "json" };

/** Size of the letters, as CSS and others measure it, in pixels. */
export const FONT_PIXELS = 14;
/** From one line to the next, in pixels. */
export const LINE_PIXELS = 18;

/** A letter as pixels. */
export interface Letter {
  /** To the next letter, in pixels. */
  readonly advance: number;
  /** First column, from where the letter begins. */
  readonly left: number;
  /** First row, from the line that letters stand on; negative is above. */
  readonly top: number;
  /** Darkness, 0 to 15, row by row. */
  readonly rows: readonly (readonly number[])[];
}

const LETTERS: Readonly<Record<string, string>> = FONT.letters;
const known = new Map<string, Letter>();

/** The pixels of a letter; those of `?` for one that there is not. */
export function letterOf(character: string): Letter {
  const found = known.get(character);
  if (found !== undefined) return found;
  const own = Object.hasOwn(LETTERS, character) ? LETTERS[character] : undefined;
  // scripts/make_plot_font.py writes them.
  const [advance = "0", left = "0", top = "0", ...rows] = (own ?? LETTERS["?"] ?? "").split(" ");
  const letter = {
    advance: Number(advance),
    left: Number(left),
    top: Number(top) - FONT.ascent,
    rows: rows.map((row) => Array.from(row, (digit) => parseInt(digit, 16))),
  };
  known.set(character, letter);
  return letter;
}

/** Width of a text, in pixels. */
export function textPixels(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + letterOf(character).advance, 0);
}
