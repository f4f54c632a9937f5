/** The fields that an operator has asked for. @module */
import { matchesGlob } from "../ocs/mod.ts";
import { nearMiss } from "../site/near_miss.ts";
import { FieldNotFoundError } from "./errors.ts";
import { printable } from "./fit_text.ts";

/** Names or patterns of fields, and which of them were seen. */
export class FieldChoice {
  readonly #wanted: readonly { readonly text: string; readonly matches: (name: string) => boolean }[];
  /** Every field seen, and whether it was asked for. */
  readonly #names = new Map<string, boolean>();

  /**
   * Nothing asked for is everything.
   *
   * @param exact Whether `*` and `?` stand for themselves.
   */
  constructor(wanted: readonly string[], { exact = false }: { readonly exact?: boolean } = {}) {
    this.#wanted = wanted.map((text) => ({
      text,
      matches: exact ? (name) => name === text : (name) => matchesGlob(name, text),
    }));
  }

  /** Tells whether a field was asked for, and remembers that it is there. */
  has(name: string): boolean {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const isWanted = this.#wanted.length === 0 || this.#wanted.some(({ matches }) => matches(name));
    if (this.#names.size < MAX_NAMES) this.#names.set(name, isWanted);
    return isWanted;
  }

  /** What was asked for and not seen in anything published so far; undefined where nothing was published. */
  missing(target: string, verb: string): FieldNotFoundError | undefined {
    const names = [...this.#names.keys()];
    if (names.length === 0) return undefined;
    const lost = this.#wanted.filter(({ matches }) => !names.some(matches)).map(({ text }) => text);
    const [first] = lost;
    if (first === undefined) return undefined;
    const near = nearMiss(first, names);
    const hint = near === undefined ? "" : `; did you mean "${printable(near)}"?`;
    return new FieldNotFoundError(
      `Cannot ${verb} "${target}": no field ${
        lost.map((text) => `"${text}"`).join(", ")
      } was published, only ${listed(names)}${hint}`,
    );
  }
}

/** More names than that are a fault, and are not remembered. */
const MAX_NAMES = 10_000;
const MAX_LISTED = 30;

function listed(names: readonly string[]): string {
  const more = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).map(printable).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
