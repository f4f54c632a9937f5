/** Keys from the bytes that a terminal sends. @module */

/**
 * One key: a letter as it is, `ctrl-c` and the like, or the name of a special key: `up`, `down`, `left`, `right`, `home`,
 * `end`, `pageup`, `pagedown`, `insert`, `delete`, `enter`, `tab`, `backtab`, `backspace`, `escape`; `unknown` for others.
 */
export type Key = string;

/** By the last letter of `ESC [ …` and `ESC O …`. */
const FINAL: Readonly<Record<string, Key>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  Z: "backtab",
};

/** By the number of `ESC [ N ~`. */
const NUMBERED: Readonly<Record<string, Key>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
};

/** Control characters that are keys of their own; the others are `ctrl-` and their letter. */
const CONTROL: Readonly<Record<string, Key>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\b": "backspace",
  "\x7f": "backspace",
};

// deno-lint-ignore no-control-regex -- escapes begin with a control character
const SEQUENCE = /^\x1b(?:\[([0-9;:<=>?]*)[ -/]*([@-~])|O([@-~]))/;
// deno-lint-ignore no-control-regex -- the same
const PARTIAL = /^\x1b(?:\[[0-9;:<=>?]*[ -/]*|O)?$/;
/** No terminal's key is longer; what claims to be is noise. */
const MAX_SEQUENCE = 64;

/** Takes bytes as they come, split anywhere, and gives keys. */
export class KeyDecoder {
  readonly #decoder = new TextDecoder();
  #pending = "";

  /** Whether an escape is unfinished: `flush` when nothing has followed for a moment, as for the Escape key itself. */
  get isPending(): boolean {
    return this.#pending !== "";
  }

  /** Takes some bytes. */
  push(bytes: Uint8Array): Key[] {
    this.#pending += this.#decoder.decode(bytes, { stream: true });
    const keys: Key[] = [];
    while (this.#pending !== "") {
      const isPartial = PARTIAL.test(this.#pending) && this.#pending.length < MAX_SEQUENCE;
      if (isPartial) break;
      keys.push(this.#take());
    }
    return keys;
  }

  /** Gives up to wait for the rest of an escape. */
  flush(): Key[] {
    const keys: Key[] = [];
    while (this.#pending !== "") keys.push(this.#take());
    return keys;
  }

  #take(): Key {
    const sequence = SEQUENCE.exec(this.#pending);
    if (sequence !== null) {
      const [whole, params = "", final, application] = sequence;
      this.#pending = this.#pending.slice(whole.length);
      if (final === "~") return NUMBERED[params.split(";")[0] ?? ""] ?? "unknown";
      if (application === "M") return "enter";
      return FINAL[final ?? application ?? ""] ?? "unknown";
    }
    // There is at least one letter, see the callers.
    const letter = String.fromCodePoint(this.#pending.codePointAt(0) ?? 0);
    this.#pending = this.#pending.slice(letter.length);
    if (letter === "\x1b") return "escape";
    const named = CONTROL[letter];
    if (named !== undefined) return named;
    const code = letter.charCodeAt(0);
    return code < 0x20 ? `ctrl-${String.fromCharCode(code + 0x60)}` : letter;
  }
}
