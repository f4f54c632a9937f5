/** Files that are missing between others. @module */
import type { Gap } from "./gap_watch.ts";
import { shownText } from "./shown_text.ts";

/** Watches the numbers at the ends of names go on, such as those of `1700000000_003.g3` (g3 7.5). */
export class SequenceWatch {
  #base = "";
  #number = 0;

  /** Looks at the next file; gives what is missing before it. */
  file(path: string): Gap[] {
    const [, base, digits] = /^(.*)_(\d{3,})\.g3(?:\.\w+)?$/.exec(path) ?? [];
    if (base === undefined) return [];
    const number = Number(digits);
    const last = base === this.#base ? this.#number : number;
    this.#base = base;
    this.#number = number;
    const missing = number - last - 1;
    if (missing < 1) return [];
    const stem = shownText(base.slice(base.lastIndexOf("/") + 1));
    const name = (of: number): string => `${stem}_${String(of).padStart(3, "0")}`;
    const which = missing === 1 ? `${name(last + 1)} is` : `${name(last + 1)} to ${name(number - 1)} are`;
    return [{ kind: "gap", text: `${which} missing before this file` }];
  }
}
