/** How far a long file has been read. @module */
import type { VerbTerminal } from "../terminal.ts";
import { sizeText } from "./size_text.ts";

const BAR_COLUMNS = 20;
/** Time between two looks of the eye. */
const SHOWN_EVERY_MS = 100;

/** Counts what is read of one file, and shows it where somebody sees it. */
export class ReadProgress {
  readonly #terminal: VerbTerminal;
  readonly #name: string;
  readonly #fileBytes: number;
  #readBytes = 0;
  #shownMs = 0;

  /** @param fileBytes Size of the file as it lies on the disk. */
  constructor(path: string, fileBytes: number, terminal: VerbTerminal) {
    this.#name = path.slice(path.lastIndexOf("/") + 1);
    this.#fileBytes = fileBytes;
    this.#terminal = terminal;
  }

  /** Takes the size of what was read just now. */
  add(bytes: number): void {
    this.#readBytes += bytes;
    if (!this.#terminal.showsProgress) return;
    const nowMs = performance.now();
    if (nowMs - this.#shownMs < SHOWN_EVERY_MS) return;
    this.#shownMs = nowMs;
    this.#terminal.progress(progressText(this.#name, this.#readBytes, this.#fileBytes));
  }
}

/** Such as `━━━━━━━━━━──────────  50 % of 2.8 GB  1700000000.g3`; the name last, where it may be cut. */
export function progressText(name: string, readBytes: number, fileBytes: number): string {
  // A file that is being written is longer at its end than at the beginning.
  const whole = Math.max(fileBytes, readBytes, 1);
  const done = Math.floor(readBytes / whole * BAR_COLUMNS);
  const bar = "━".repeat(done) + "─".repeat(BAR_COLUMNS - done);
  return `${bar} ${String(Math.floor(readBytes / whole * 100)).padStart(3)} % of ${sizeText(whole)}  ${name}`;
}
