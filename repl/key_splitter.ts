/** What a terminal sends, cut where the prompt has to look. @module */

/** A piece of what was typed. */
export type Keys =
  /** For the line editor, as it is. */
  | { readonly kind: "keys"; readonly text: string }
  /** One control character that the prompt may want itself: Ctrl-C, Ctrl-D, Ctrl-G, Ctrl-R, Ctrl-Z, Tab, Enter, Escape, Backspace. */
  | { readonly kind: "control"; readonly text: string }
  /** What was pasted between brackets. */
  | { readonly kind: "paste"; readonly text: string };

const PASTE_BEGIN = "\x1b[200~";
const PASTE_END = "\x1b[201~";
/** A paste larger than that is cut: nobody types a megabyte on purpose. */
const MAX_PASTE_CHARACTERS = 1024 * 1024;
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const CONTROL = /[\x03\x04\x07\t\x12\x1a\r\n\x7f\x08]|\x1b(?![[O\w])/;

/** Cuts the stream of keys; a paste may come in many pieces. */
export class KeySplitter {
  #rest = "";
  /** Whether the last thing was an Escape, which was not kept waiting, and may have been the beginning of a paste. */
  #escaped = false;
  #paste: string | undefined;

  /** Takes what has come, and gives what is complete. */
  split(text: string): Keys[] {
    const found: Keys[] = [];
    const isBegin = this.#escaped &&
      (PASTE_BEGIN.startsWith(`\x1b${text}`) || text.startsWith(PASTE_BEGIN.slice(1)));
    let input = isBegin ? `\x1b${text}` : this.#rest + text;
    this.#rest = "";
    while (input !== "") {
      input = this.#paste === undefined ? this.#typed(input, found) : this.#pasted(input, found);
    }
    this.#escaped = this.#paste === undefined && text.endsWith("\x1b");
    return found;
  }

  #typed(input: string, found: Keys[]): string {
    const at = input.indexOf(PASTE_BEGIN);
    const typed = at < 0 ? withoutTail(input, PASTE_BEGIN, 2) : input.slice(0, at);
    pushTyped(typed, found);
    if (at < 0) {
      this.#rest = input.slice(typed.length);
      return "";
    }
    this.#paste = "";
    return input.slice(at + PASTE_BEGIN.length);
  }

  #pasted(input: string, found: Keys[]): string {
    const at = input.indexOf(PASTE_END);
    const part = at < 0 ? withoutTail(input, PASTE_END, 1) : input.slice(0, at);
    this.#paste = ((this.#paste ?? "") + part).slice(0, MAX_PASTE_CHARACTERS);
    if (at < 0) {
      this.#rest = input.slice(part.length);
      return "";
    }
    found.push({ kind: "paste", text: this.#paste.replaceAll(/\r\n?/g, "\n") });
    this.#paste = undefined;
    return input.slice(at + PASTE_END.length);
  }
}

/** A text without an end that may be the beginning of a mark, of so many letters at least: an Escape is a key of its own. */
function withoutTail(text: string, mark: string, least: number): string {
  for (let length = mark.length - 1; length >= least; length--) {
    if (text.endsWith(mark.slice(0, length))) return text.slice(0, -length);
  }
  return text;
}

function pushTyped(typed: string, found: Keys[]): void {
  for (let rest = typed; rest !== "";) {
    const match = CONTROL.exec(rest);
    const before = match === null ? rest : rest.slice(0, match.index);
    if (before !== "") found.push({ kind: "keys", text: before });
    if (match === null) return;
    found.push({ kind: "control", text: match[0] });
    rest = rest.slice(match.index + match[0].length);
  }
}
