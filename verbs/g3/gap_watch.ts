/** Samples and frames that are missing between others. @module */
import type { G3Frame } from "../../g3/frame.ts";
import { isoTimeOf, TICKS_PER_SECOND, unixSecondsOf } from "../../g3/time.ts";
import type { HkProviderBlock } from "../../hk/mod.ts";
import { duration } from "../duration.ts";
import type { Finding } from "./finding.ts";
import { shownText } from "./shown_text.ts";

/** What is missing; where is known to whoever asks. */
export type Gap = Omit<Finding, "offset">;

/** A gap in the samples of one block. */
interface Silence extends Gap {
  readonly from: bigint;
  readonly to: bigint;
}

/** So many blocks of a provider that are silent together are told in one line: a restart has no more to say. */
const TOGETHER = 3;
/** A step is a gap where it is so many times what is usual, and longer than the shortest gap. */
const UNUSUAL = 3n;
/** So many steps are remembered to tell what is usual, and fewer than that tell nothing. */
const REMEMBERED = 32;
const TELLING = 4;
/** What is taken for usual where nothing is known: a third of a minute, so that a minute is a gap. */
const UNKNOWN_TICKS = 20n * TICKS_PER_SECOND;

/** Where the times of something stand. */
interface Series {
  ticks: bigint;
  file: number;
  /** The last steps, in no order. */
  readonly steps: bigint[];
  count: number;
}

/** Where the numbers of a detector stream stand. */
interface Stream {
  readonly session: bigint;
  readonly number: bigint;
  readonly file: number;
}

/** Watches times and numbers go on, over frames and files. */
export class GapWatch {
  readonly #shortestTicks: bigint;
  readonly #series = new Map<string, Series>();
  readonly #streams = new Map<string, Stream>();
  #file = 0;

  /** @param shortestSeconds What is shorter is no gap. */
  constructor(shortestSeconds: number) {
    this.#shortestTicks = BigInt(Math.round(shortestSeconds * 1e8));
  }

  /** Says that what follows is of another file: files may come in any order, so going back is nothing then. */
  nextFile(): void {
    this.#file++;
  }

  /** Looks at the times of a frame's blocks of housekeeping: those in it, and how they go on from the frame before. */
  blocks(blocks: readonly HkProviderBlock[]): Gap[] {
    const found: Gap[] = [];
    const silent = new Map<string, Silence[]>();
    for (const block of blocks) {
      for (const gap of this.#block(block)) {
        if ("from" in gap) silent.set(block.provider, [...silent.get(block.provider) ?? [], gap]);
        else found.push(gap);
      }
    }
    for (const [provider, gaps] of silent) {
      found.push(
        ...gaps.length < TOGETHER
          ? gaps.map(({ kind, text }) => ({ kind, text }))
          : [together(provider, gaps)],
      );
    }
    return found;
  }

  #block({ provider, name, ticks }: HkProviderBlock): (Gap | Silence)[] {
    const [first] = ticks;
    if (first === undefined) return [];
    const key = `${provider}\0${name}`;
    const series = this.#seriesOf(key, first);
    const what = `${shownText(provider)}, block "${shownText(name)}"`;
    const found: Gap[] = [];
    for (const time of ticks) found.push(...this.#step(series, time, what));
    return found;
  }

  /** Looks at the number and time of a frame of a detector stream (g3 7.2). */
  frame(frame: G3Frame): Gap[] {
    const number = intOf(frame, "frame_num");
    if (number === undefined || frame.has("sostream_flowcontrol")) return [];
    const id = frame.get("sostream_id");
    if (id?.class !== "G3String") return [];
    const name = shownText(id.value);
    const next: Stream = { session: intOf(frame, "session_id") ?? 0n, number, file: this.#file };
    const last = this.#streams.get(id.value);
    this.#streams.set(id.value, next);
    const key = `\0${id.value}`;
    const isSame = last?.session === next.session && (last.file === next.file || last.number < number);
    if (!isSame) this.#series.delete(key);
    const found = isSame ? numberGap(name, last, next) : [];
    const time = frame.letters === "S" ? frame.get("time") : undefined;
    if (time?.class !== "G3Time") return found;
    const series = this.#seriesOf(key, time.value);
    return [...found, ...this.#step(series, time.value, `${name}, Scan frames`)];
  }

  #seriesOf(key: string, ticks: bigint): Series {
    const series = this.#series.get(key) ?? { ticks, file: this.#file, steps: [], count: 0 };
    this.#series.set(key, series);
    return series;
  }

  #step(series: Series, time: bigint, what: string): (Gap | Silence)[] {
    const { ticks: last, file } = series;
    const step = time - last;
    series.ticks = time;
    series.file = this.#file;
    if (step === 0n) return [];
    const times = `from ${isoTimeOf(last)} to ${isoTimeOf(time)}`;
    if (step < 0n) {
      const text = `${what}: times go back by ${duration(unixSecondsOf(-step))}, ${times}`;
      return file === this.#file ? [{ kind: "order", text }] : [];
    }
    const isGap = step >= this.#shortestTicks && step > usualStep(series) * UNUSUAL;
    series.steps[series.count++ % REMEMBERED] = step;
    return isGap
      ? [{
        kind: "gap",
        text: `${what}: nothing for ${duration(unixSecondsOf(step))}, ${times}`,
        from: last,
        to: time,
      }]
      : [];
  }
}

/** One line for gaps of a provider's blocks. */
function together(provider: string, gaps: readonly Silence[]): Gap {
  const [shortest, ...rest] = gaps.toSorted((a, b) => a.to - a.from < b.to - b.from ? -1 : 1);
  const longest = rest.at(-1);
  if (shortest === undefined || longest === undefined) throw new RangeError("there are no gaps");
  const times = `${duration(unixSecondsOf(shortest.to - shortest.from))} and more`;
  const span = `the longest from ${isoTimeOf(longest.from)} to ${isoTimeOf(longest.to)}`;
  return {
    kind: "gap",
    text: `${shownText(provider)}, ${gaps.length} blocks: nothing for ${times}, ${span}`,
  };
}

/** What three of four of the last steps do not exceed. */
function usualStep({ steps }: Series): bigint {
  if (steps.length < TELLING) return UNKNOWN_TICKS;
  return [...steps].sort((a, b) => a < b ? -1 : 1)[Math.floor(steps.length * 3 / 4)] ?? UNKNOWN_TICKS;
}

/** Every frame of a session has the number behind the one before. */
function numberGap(name: string, last: Stream, { number, session }: Stream): Gap[] {
  const missing = number - last.number - 1n;
  if (missing < 0n) {
    const text = `${name}: frame_num goes from ${last.number} to ${number} in session ${session}`;
    return [{ kind: "order", text }];
  }
  if (missing === 0n) return [];
  const which = missing === 1n ? "1 frame is" : `${missing} frames are`;
  return [{ kind: "gap", text: `${name}: ${which} missing between frame_num ${last.number} and ${number}` }];
}

function intOf(frame: G3Frame, key: string): bigint | undefined {
  const object = frame.get(key);
  return object?.class === "G3Int" ? object.value : undefined;
}
