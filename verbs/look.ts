/** How a verb's text is to look. @module */

/** Colours and weights that verbs use. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta" | "blue";

/** Where a text goes to. */
export interface Look {
  /** Columns available; `Infinity` in a pipe, where nothing is cut. */
  readonly columns: number;
  /** Styles a text, or leaves it as it is where there are no colours. */
  style(style: Style | readonly Style[], text: string): string;
}

/** No colours, no limit: files, pipes, tests. */
export const PLAIN: Look = { columns: Infinity, style: (_style, text) => text };
