/** A log that says the same kind of thing only now and then. @module */
import type { Clock } from "./clock.ts";

const PERIOD_MS = 60_000;
const LONGEST_TEXT = 300;

/** Lines by kind: the first at once, then one per minute with the number of those in between. */
export class LimitedLog {
  readonly #write: (text: string) => void;
  readonly #clock: Clock;
  readonly #kinds = new Map<string, { saidAtMs: number; held: number }>();

  /** Writes somewhere; `clock` says when a minute is over. */
  constructor(write: (text: string) => void, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  /**
   * Says something, unless the same kind was said less than a minute ago.
   *
   * @param kind One of few, because each is remembered.
   */
  say(kind: string, text: string): void {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#kinds.get(kind);
    if (known !== undefined && nowMs - known.saidAtMs < PERIOD_MS) {
      known.held++;
      return;
    }
    const held = known?.held ?? 0;
    this.#kinds.set(kind, { saidAtMs: nowMs, held: 0 });
    this.#write(printable(text) + (held > 0 ? ` (and ${held} more like it since the last line)` : ""));
  }
}

/** Makes text from the wire fit for one line of a log: no control characters, 300 characters at most. */
export function printable(text: string): string {
  const line = text.replace(/\p{C}/gu, (char) => JSON.stringify(char).slice(1, -1).replace(char, "?"));
  return line.length <= LONGEST_TEXT ? line : `${line.slice(0, LONGEST_TEXT)}... (${line.length} characters)`;
}
