/** Which fields are wanted. @module */
import { matchesGlob } from "../ocs/access_pattern.ts";

/**
 * Names of fields as people write them.
 *
 * A name may be shortened as for so3g: its pieces between dots are to be found, in this order, among those of the full name,
 * so `thermo.Channel_01` is `observatory.thermo.feeds.temperatures.Channel_01`. In a piece `*` and `?` stand for any letters.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const choice = new HkChoice(["thermo.Channel_0*"]);
 * assert(choice.has("observatory.thermo.feeds.temperatures", "Channel_01"));
 * assert(!choice.has("observatory.thermo.feeds.temperatures", "Voltage"));
 * ```
 */
export class HkChoice {
  readonly #wanted: readonly { readonly text: string; readonly pieces: readonly string[] }[];
  readonly #known = new Map<string, boolean>();

  /** Nothing asked for is everything. */
  constructor(wanted: readonly string[] = []) {
    this.#wanted = wanted.map((text) => ({ text, pieces: text.split(".") }));
  }

  /** Whether a field is wanted. */
  has(provider: string, field: string): boolean {
    if (this.#wanted.length === 0) return true;
    const name = `${provider}.${field}`;
    let known = this.#known.get(name);
    if (known === undefined) {
      known = this.matching(name).length > 0;
      if (this.#known.size < MAX_KNOWN) this.#known.set(name, known);
    }
    return known;
  }

  /** Those of the wanted names that mean this field, by its full name. */
  matching(name: string): string[] {
    const pieces = name.split(".");
    return this.#wanted.filter(({ text, pieces: wanted }) =>
      text === name || taken(wanted, pieces) === wanted.length
    ).map(({ text }) => text);
  }

  /** Whether a provider may have a field that is wanted: its frames need not be decoded otherwise. */
  mayHave(provider: string): boolean {
    if (this.#wanted.length === 0) return true;
    const pieces = provider.split(".");
    return this.#wanted.some(({ text, pieces: wanted }) =>
      text.startsWith(`${provider}.`) || taken(wanted, pieces) >= wanted.length - 1
    );
  }
}

/** More names than that are looked up anew. */
const MAX_KNOWN = 100_000;

/** How many of the wanted pieces are found one after the other. */
function taken(wanted: readonly string[], pieces: readonly string[]): number {
  let count = 0;
  for (const piece of pieces) {
    const next = wanted[count];
    if (next !== undefined && (next === piece || matchesGlob(piece, next))) count++;
  }
  return count;
}
