/** How far arrivals are apart as a rule. @module */

/** More than that are not remembered. */
const MOST = 8;
/** Before that nothing is usual: agents say several things when they start. */
const FEWEST = 3;

/** The gaps between the last arrivals of a field. */
export class UsualGap {
  readonly #gaps: number[] = [];
  #next = 0;

  /** Goes on from what was usual before. */
  constructor(usual?: number) {
    if (usual !== undefined) { while (this.#gaps.length < FEWEST) this.add(usual); }
  }

  /** Takes the seconds between two arrivals; less than none are of a clock that was set back. */
  add(seconds: number): void {
    if (seconds < 0) return;
    if (this.#gaps.length < MOST) this.#gaps.push(seconds);
    else this.#gaps[this.#next] = seconds;
    this.#next = (this.#next + 1) % MOST;
  }

  /** The longest but one: an interruption is not usual. Undefined while too little is known. */
  get seconds(): number | undefined {
    if (this.#gaps.length < FEWEST) return undefined;
    let longest = -1;
    let second = -1;
    for (const gap of this.#gaps) {
      if (gap > longest) {
        second = longest;
        longest = gap;
      } else if (gap > second) second = gap;
    }
    return second;
  }
}
