/** The samples of one block that wait to be written. @module */
import type { G3TimesampleMap } from "../g3/objects.ts";
import type { BlockFault } from "./block_fault.ts";
import { type FeedBlock, ofField, secondsOf } from "./feed_block.ts";
import type { LastSample } from "./last_field.ts";
import { type SampleColumn, sampleColumn } from "./sample_column.ts";
import { commonKind, type SampleKind, sampleKind, takesKind } from "./sample_kind.ts";
import { CELL_BYTES, SampleMemory } from "./sample_memory.ts";

const TICKS = 1e8;
const BEYOND_TICKS = 2 ** 63;

/** Co-sampled fields of one provider: names and kinds never change (g3 5.2). */
export class BlockSamples {
  /** Name of the block. */
  readonly name: string;
  /** Names of the fields as they came, which tell whether another block has the same. */
  readonly rawFields: readonly string[];
  /** Names of the fields as they go into files. */
  readonly fields: readonly string[];
  #columns: readonly SampleColumn[];
  /** Whether some of it may be in a file, which says what the kinds are. */
  #kindsAreFixed = false;
  readonly #memory = new SampleMemory();
  /** The row of the times. */
  readonly #times = this.#memory.addRow();
  #count = 0;
  #bytes = 0;

  /** Fixes the fields; `fields` and `kinds` go with `rawFields`, one by one. */
  constructor(options: {
    readonly name: string;
    readonly rawFields: readonly string[];
    readonly fields: readonly string[];
    readonly kinds: readonly SampleKind[];
  }) {
    this.name = options.name;
    this.rawFields = options.rawFields;
    this.fields = options.fields;
    this.#columns = options.kinds.map((kind) => sampleColumn(kind, this.#memory));
  }

  /** How many samples wait. */
  get count(): number {
    return this.#count;
  }

  /** What they take in memory, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a block has these very fields, in this order. */
  hasFields(rawFields: readonly string[]): boolean {
    const own = this.rawFields;
    if (own.length !== rawFields.length) return false;
    for (let i = 0; i < own.length; i++) if (own[i] !== rawFields[i]) return false;
    return true;
  }

  /** Whether every field takes the samples of a block, by its first ones. */
  takes({ samples }: FeedBlock): boolean {
    for (let i = 0; i < samples.length; i++) {
      const column = this.#columns[i];
      const kind = sampleKind(samples[i]?.[0]);
      if (column === undefined || kind === undefined || !takesKind(column.kind, kind)) return false;
    }
    return true;
  }

  /** What each field holds. */
  get kinds(): readonly SampleKind[] {
    return this.#columns.map(({ kind }) => kind);
  }

  /** The kind of each field in a block of the same fields, by its first sample. */
  kindsOf({ samples }: FeedBlock): SampleKind[] {
    return this.#columns.map(({ kind }, i) => sampleKind(samples[i]?.[0]) ?? kind);
  }

  /**
   * Makes floats of integers, or integers of bools, so that it takes samples of other kinds too.
   *
   * @returns Whether it does now. Once something is to be written the kinds stay; and digits are not given up.
   */
  widen(kinds: readonly SampleKind[]): boolean {
    if (this.#kindsAreFixed) return false;
    const common = this.#columns.map(({ kind }, i) => commonKind(kind, kinds[i] ?? kind));
    const isPossible = this.#columns.every((column, i) =>
      common[i] !== undefined && (common[i] !== "float" || column.isExactAsFloats(this.#count))
    );
    if (!isPossible) return false;
    this.#columns = this.#columns.map((column, i) => column.widened(common[i] ?? column.kind, this.#count));
    return true;
  }

  /** Adds the samples of a block that it takes: all of them or, where something is wrong with one, none. */
  append({ fields, samples, times }: FeedBlock): BlockFault | undefined {
    const start = this.#count;
    const end = start + times.length;
    this.#memory.reserve(end, start);
    const fault = this.#putTimes(times);
    if (fault !== undefined) return fault;
    for (let i = 0; i < samples.length; i++) {
      const fault = this.#columns[i]?.put(samples[i] ?? [], start);
      if (fault !== undefined) return ofField(fields[i] ?? "", fault);
    }
    this.#count = end;
    this.#bytes += this.#bytesOf(start, end);
    return undefined;
  }

  #putTimes(times: readonly unknown[]): BlockFault | undefined {
    const start = this.#memory.cell(this.#times, this.#count);
    for (let i = 0; i < times.length; i++) {
      const seconds = secondsOf(times[i]);
      // As Python does it: the product as a double, cut towards zero.
      const ticks = Math.trunc(seconds * TICKS);
      if (!(Math.abs(ticks) < BEYOND_TICKS)) {
        const found = Number.isNaN(seconds) && typeof times[i] !== "number"
          ? typeof times[i]
          : String(seconds);
        return { reason: "bad time", detail: `time ${i} is ${found}, expected Unix seconds` };
      }
      this.#memory.setInteger(start + i, ticks);
    }
    return undefined;
  }

  #bytesOf(from: number, to: number): number {
    let bytes = CELL_BYTES * (to - from);
    for (const column of this.#columns) bytes += column.bytes(from, to);
    return bytes;
  }

  /** The waiting samples as a block of a frame: a view, valid until the next `discard`; from then on the kinds stay. */
  vectors(): G3TimesampleMap {
    // Here and not when it has been written: what comes meanwhile must not change the kinds of what is on its way.
    this.#kindsAreFixed = true;
    const start = this.#memory.cell(this.#times, 0);
    const value = new Map(
      this.fields.map((field, i) => [field, this.#columns[i]?.vector(this.#count) ?? null]),
    );
    return {
      class: "G3TimesampleMap",
      times: this.#memory.integers.subarray(start, start + this.#count),
      value,
    };
  }

  /** Forgets the oldest samples. */
  discard(count: number): void {
    this.#bytes -= this.#bytesOf(0, count);
    for (const column of this.#columns) column.discard(count, this.#count);
    this.#memory.discard(count, this.#count);
    this.#count -= count;
  }

  /** The newest sample of each field; nothing where none waits. */
  *newest(): Generator<LastSample> {
    const at = this.#count - 1;
    if (at < 0) return;
    const timeSeconds = this.secondsAt(at);
    for (const [i, field] of this.fields.entries()) {
      const column = this.#columns[i];
      if (column !== undefined) yield { field, kind: column.kind, value: column.sample(at), timeSeconds };
    }
  }

  /** Time of a waiting sample, in Unix seconds. */
  secondsAt(at: number): number {
    return Number(this.#memory.integers[this.#memory.cell(this.#times, at)] ?? 0n) / TICKS;
  }
}
