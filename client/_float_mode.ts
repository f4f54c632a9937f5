/** Whether floats are decoded with their kind, for a connection whose users differ in that. @module */
import { toPlain } from "../internal/float.ts";
import type { Floats } from "./wamp_session.ts";

/**
 * The one decoder of a connection keeps kinds as long as one of its users wants that; the others' values are
 * made plain afterwards, which costs them a walk and nobody anything when all want plain numbers.
 */
export class FloatMode {
  readonly #usual: Floats;
  #keepers = 0;

  /** Takes what users get that do not say. */
  constructor(usual: Floats) {
    this.#usual = usual;
  }

  /** How to decode right now. */
  get decoding(): Floats {
    return this.#keepers > 0 ? "keep" : this.#usual;
  }

  /** Notes a user; the function returned ends that and does nothing the second time. */
  enter(floats: Floats | undefined): () => void {
    if (floats !== "keep") return () => {};
    this.#keepers++;
    let live = true;
    return () => {
      if (live) this.#keepers--;
      live = false;
    };
  }

  /** A decoded value as a user wants it. */
  shape<T>(value: T, floats: Floats | undefined): T {
    if ((floats ?? this.#usual) === "keep" || this.decoding === "plain") return value;
    // toPlain changes leaves from Float to number and nothing else.
    return toPlain(value) as T;
  }
}
