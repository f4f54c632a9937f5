/** How many frames there are of each type. @module */
import { frameLetters, frameTypeName } from "../../g3/frame_type.ts";
import { shownText } from "./shown_text.ts";

/** Counts frames by their type. */
export class TypeCounts {
  readonly #counts = new Map<number, number>();
  #frames = 0;

  /** All frames. */
  get frames(): number {
    return this.#frames;
  }

  /** Counts a frame of a type. */
  add(type: number): void {
    this.#frames++;
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
  }

  /** The counts by the letters of the types. */
  json(): Record<string, number> {
    return Object.fromEntries([...this.#counts].map(([type, count]) => [frameLetters(type), count]));
  }

  /** Such as `3 frames (1 Observation, 2 Scan)`. */
  text(): string {
    if (this.#frames === 0) return "no frames";
    const types = [...this.#counts].map(([type, count]) =>
      `${count} ${frameTypeName(type) ?? `"${shownText(frameLetters(type))}"`}`
    );
    return `${this.#frames} ${this.#frames === 1 ? "frame" : "frames"} (${types.join(", ")})`;
  }
}
