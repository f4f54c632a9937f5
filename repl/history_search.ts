/** Ctrl-R. @module */

/** Where a search stands. */
export interface SearchState {
  readonly query: string;
  /** The line found; undefined where there is none. */
  readonly found: string | undefined;
}

/** Searches a history backwards, letter by letter. */
export class HistorySearch {
  readonly #history: readonly string[];
  #query = "";
  #at = 0;

  /** @param history Newest first. */
  constructor(history: readonly string[]) {
    this.#history = history;
  }

  /** What is shown now. */
  get state(): SearchState {
    return { query: this.#query, found: this.#query === "" ? undefined : this.#history[this.#at] };
  }

  /** Adds letters. */
  add(text: string): void {
    this.#query += text;
    this.#seek(this.#at);
  }

  /** Takes the last letter away, and begins with the newest line again. */
  back(): void {
    this.#query = [...this.#query].slice(0, -1).join("");
    this.#seek(0);
  }

  /** Goes to the next older line that holds the letters; stays where there is none. */
  older(): void {
    const at = this.#history.findIndex((line, index) => index > this.#at && line.includes(this.#query));
    if (at >= 0) this.#at = at;
  }

  #seek(from: number): void {
    const at = this.#history.findIndex((line, index) => index >= from && line.includes(this.#query));
    this.#at = at < 0 ? this.#history.length : at;
  }
}
