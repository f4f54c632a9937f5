/** A list that is longer than its screen. @module */
import type { Key } from "./key_decoder.ts";

/** Where a list is scrolled to. */
export class Scroll {
  #offset = 0;
  #page = 1;
  #length = 0;

  /** Takes a key that moves the list; others are left alone. */
  onKey(key: Key): void {
    const to: Readonly<Record<string, number>> = {
      up: this.#offset - 1,
      down: this.#offset + 1,
      k: this.#offset - 1,
      j: this.#offset + 1,
      pageup: this.#offset - this.#page,
      pagedown: this.#offset + this.#page,
      " ": this.#offset + this.#page,
      home: 0,
      end: this.#length,
    };
    this.#offset = to[key] ?? this.#offset;
  }

  /** The part that is on the screen, and the place of its first item in the list. */
  window<T>(items: readonly T[], room: number): { readonly first: number; readonly shown: readonly T[] } {
    this.#length = items.length;
    this.#page = Math.max(1, room);
    this.#offset = Math.max(0, Math.min(this.#offset, items.length - this.#page));
    return { first: this.#offset, shown: items.slice(this.#offset, this.#offset + Math.max(0, room)) };
  }
}

/** Which part of a list is seen, such as `4-12 of 40`; empty where all of it is. */
export function windowText(first: number, shown: number, length: number): string {
  return shown >= length ? "" : `${first + 1}-${first + shown} of ${length}`;
}
