/** Which frames and keys are wanted. @module */
import { matchesGlob } from "../../ocs/mod.ts";

/** Numbers of frames from 0, both ends included. */
interface FrameRange {
  readonly from: number;
  readonly to: number;
}

/** Numbers and ranges of frames, names and patterns of keys. */
export class FrameChoice {
  readonly #ranges: readonly FrameRange[];
  readonly #keys: readonly string[];

  /**
   * Nothing asked for is everything.
   *
   * @param frames Such as `3`, `0-5`, `7-`, `0,2,4-6`.
   * @param keys Names; `*` and `?` stand for any letters.
   * @throws {SyntaxError} For what is neither number nor range.
   */
  constructor(frames: readonly string[], keys: readonly string[]) {
    this.#ranges = frames.flatMap((text) => text.split(",").map((part) => rangeOf(part.trim(), text)));
    this.#keys = keys;
  }

  /** Whether keys were asked for by name. */
  get namesKeys(): boolean {
    return this.#keys.length > 0;
  }

  /** The last frame that was asked for; `Infinity` where there is no last one. */
  get last(): number {
    return this.#ranges.length === 0 ? Infinity : Math.max(...this.#ranges.map(({ to }) => to));
  }

  /** Whether a frame was asked for. */
  hasFrame(number: number): boolean {
    return this.#ranges.length === 0 || this.#ranges.some(({ from, to }) => number >= from && number <= to);
  }

  /** Whether a key was asked for. */
  hasKey(key: string): boolean {
    return this.#keys.length === 0 || this.#keys.some((wanted) => key === wanted || matchesGlob(key, wanted));
  }
}

function rangeOf(part: string, text: string): FrameRange {
  const [, first, dash, last] = /^(\d+)(?:(-)(\d*))?$/.exec(part) ?? [];
  const from = Number(first);
  const to = dash === undefined ? from : last === "" ? Infinity : Number(last);
  if (first !== undefined && to >= from) return { from, to };
  throw new SyntaxError(`Cannot read frames "${text}": expected numbers and ranges such as 3, 0-5, 7-`);
}
