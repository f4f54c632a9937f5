/** Fields of housekeeping files: what there is, and their samples. @module */
import { type HkProviderSummary, HkSummary } from "../read_summary.ts";
import { type HkProviderBlock, sliceVector } from "../read_block.ts";
import { type HkSeries, HkSeriesCollector } from "../read_series.ts";
import { type HkNote, readHkBlocks, type ReadHkOptions } from "./read_files.ts";

/** What files have. */
export interface HkListing {
  /** Providers with their fields, in the order of the alphabet. */
  readonly providers: readonly HkProviderSummary[];
  /** The files that were read. */
  readonly files: readonly string[];
  /** What was odd or damaged. */
  readonly notes: readonly HkNote[];
}

/** Samples of fields. */
export interface HkReading {
  /** The fields by their full names, in the order of the alphabet. */
  readonly series: ReadonlyMap<string, HkSeries>;
  /** The files that were read. */
  readonly files: readonly string[];
  /** What was odd or damaged. */
  readonly notes: readonly HkNote[];
}

/**
 * Lists the fields of files; memory does not grow with the files.
 *
 * @param paths Files and folders, see `findG3Files`.
 * @throws {Deno.errors.NotFound} And the like, if one of the paths is not there.
 */
export async function listHkFields(
  paths: string | readonly string[],
  options: ReadHkOptions = {},
): Promise<HkListing> {
  const summary = new HkSummary();
  const { files, notes, telling } = keeping(options);
  for await (const block of readHkBlocks(paths, telling)) summary.add(block);
  return { providers: summary.providers(), files, notes };
}

/**
 * Reads the samples of fields into memory, in order of time: what so3g's `load_range` and `HKArchive.simple` are for.
 *
 * @example One hour of a month of data
 * ```ts no-run
 * const { series, notes } = await readHkFields("/data/hk", {
 *   fields: ["thermo.Channel_01"],
 *   sinceSeconds: 1700000000,
 *   untilSeconds: 1700003600,
 * });
 * for (const { kind, times, values } of series.values()) console.log(kind, times.length, values[0]);
 * for (const { text } of notes) console.warn(text);
 * ```
 *
 * @param paths Files and folders, see `findG3Files`.
 * @throws {Deno.errors.NotFound} And the like, if one of the paths is not there.
 */
export async function readHkFields(
  paths: string | readonly string[],
  options: ReadHkOptions = {},
): Promise<HkReading> {
  const { files, notes, telling } = keeping(options);
  const collector = new HkSeriesCollector((text) => {
    telling.onNote({ kind: "schema", file: "", offset: undefined, text });
  });
  for await (const block of readHkBlocks(paths, telling)) collector.add(ownMemory(block));
  return { series: collector.series(), files, notes };
}

function keeping(options: ReadHkOptions): {
  readonly files: string[];
  readonly notes: HkNote[];
  readonly telling: ReadHkOptions & { readonly onNote: (note: HkNote) => void };
} {
  const files: string[] = [];
  const notes: HkNote[] = [];
  const telling = {
    ...options,
    onFile: (file: string) => {
      files.push(file);
      options.onFile?.(file);
    },
    onNote: (note: HkNote) => {
      if (notes.length < MAX_NOTES) notes.push(note);
      options.onNote?.(note);
    },
  };
  return { files, notes, telling };
}

/** Notes that are kept. */
const MAX_NOTES = 10_000;

/** Arrays of a frame lie side by side in memory: one field kept would keep all the others. */
function ownMemory(block: HkProviderBlock): HkProviderBlock {
  const { ticks } = block;
  const fields = new Map(
    [...block.fields].map(([name, vector]) => [name, sliceVector(vector, 0, ticks.length)]),
  );
  return { ...block, ticks: ticks.slice(), fields };
}
