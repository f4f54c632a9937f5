/** Blocks of housekeeping from files, with flat memory. @module */
import { G3Error, G3StreamError } from "../../g3/errors.ts";
import { G3Frame } from "../../g3/frame.ts";
import { splitG3File } from "../../g3/io/read_file.ts";
import { toError } from "../../internal/to_error.ts";
import { type HkProviderBlock, type HkVector, pickVector, sliceVector } from "../read_block.ts";
import { HkChoice } from "../read_choice.ts";
import { HkStream } from "../read_stream.ts";
import { type FindFilesOptions, findG3Files } from "./find_files.ts";

/** Something that was met while reading, and did not end it. */
export interface HkNote {
  /**
   * What is affected:
   *
   * - `damage`: the file is read to the last whole frame, or a frame with a wrong checksum is left out;
   * - `unreadable`: the file cannot be opened or read;
   * - `schema`: something is not as the rules say, and was read all the same or passed over.
   */
  readonly kind: "damage" | "unreadable" | "schema";
  /** Path of the file; empty for what was noticed over several. */
  readonly file: string;
  /** Start of the frame at which it was first met; undefined where that means nothing. */
  readonly offset: number | undefined;
  /** What was met, for people; the file's name is part of it where the kind is not `schema`. */
  readonly text: string;
}

/** What is read, and who is told. */
export interface ReadHkOptions extends FindFilesOptions {
  /**
   * Names of fields, see `HkChoice`; default all.
   */
  readonly fields?: readonly string[] | undefined;
  /** Told what is odd or damaged, once for each file and text. Default: nobody is. */
  readonly onNote?: ((note: HkNote) => void) | undefined;
  /** Told of each piece of a file as it lies on the disk; for progress. */
  readonly onRead?: ((piece: Uint8Array) => void) | undefined;
  /** Told when a file is begun. */
  readonly onFile?: ((file: string) => void) | undefined;
  /**
   * Gives blocks of frames that are no housekeeping, such as those of detectors, with the fields that are wanted. Default: they
   * are passed over.
   */
  readonly otherFrames?:
    | ((frame: G3Frame, choice: HkChoice) => Iterable<HkProviderBlock>)
    | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the blocks of files one after the other, only with the fields and the samples that are wanted.
 *
 * A file that is damaged or still being written is read to its last whole frame, and told. Each file stands for itself, as for
 * so3g: providers are those that its own frames name.
 *
 * @param paths Files and folders, see `findG3Files`.
 * @throws {Deno.errors.NotFound} And the like, if one of the paths is not there.
 */
export async function* readHkBlocks(
  paths: string | readonly string[],
  options: ReadHkOptions = {},
): AsyncGenerator<HkProviderBlock, void, void> {
  const { onFile = () => {}, onNote = () => {} } = options;
  const choice = new HkChoice(options.fields);
  const onUnreadable = options.onUnreadable ?? ((file, error) => {
    onNote({ kind: "unreadable", file, offset: undefined, text: `Cannot read "${file}": ${error.message}` });
  });
  for (const file of await findG3Files(paths, { ...options, onUnreadable })) {
    onFile(file);
    const notes = new Set<string>();
    let offset = 0;
    const note = (kind: HkNote["kind"], text: string) => {
      if (notes.has(text) || notes.size >= MAX_NOTES) return;
      notes.add(text);
      onNote({ kind, file, offset: kind === "unreadable" ? undefined : offset, text });
    };
    try {
      const stream = new HkStream({ choice, onNote: (text) => note("schema", text) });
      for await (
        const block of blocksOfFile(file, {
          stream,
          choice,
          options,
          note,
          at: (now) => offset = now,
        })
      ) {
        const cut = cutBlock(block, options);
        if (cut !== undefined) yield cut;
      }
    } catch (error) {
      if (error instanceof G3StreamError) {
        offset = error.offset;
        note("damage", error.message);
      } else if (error instanceof G3Error) {
        note("unreadable", error.message);
      } else if (isOfSystem(error)) {
        note("unreadable", `Cannot read "${file}": ${toError(error).message}`);
      } else throw error;
    }
  }
}

/** Whether the system refused the file: it vanished, is not ours to read, or lies on a bad disk. */
function isOfSystem(error: unknown): boolean {
  return / \(os error \d+\)/.test(toError(error).message);
}

/** Notes of one file that are told. */
const MAX_NOTES = 100;

async function* blocksOfFile(
  file: string,
  { stream, choice, options, note, at }: {
    readonly stream: HkStream;
    readonly choice: HkChoice;
    readonly options: ReadHkOptions;
    readonly note: (kind: HkNote["kind"], text: string) => void;
    readonly at: (offset: number) => void;
  },
): AsyncGenerator<HkProviderBlock, void, void> {
  const { onRead, otherFrames, signal } = options;
  const reading = {
    crc: "report",
    reuse: true,
    ...(signal === undefined ? {} : { signal }),
    ...(onRead === undefined ? {} : { onRead }),
  } as const;
  for await (const raw of splitG3File(file, reading)) {
    at(raw.offset);
    if (raw.crcOk === false) {
      note(
        "damage",
        `Cannot read frame at byte ${raw.offset} of "${file}": its checksum is wrong; it was left out`,
      );
      continue;
    }
    const frame = G3Frame.parse(raw);
    if (frame.letters === "H") yield* stream.read(frame);
    else if (otherFrames !== undefined) yield* others(frame);
  }

  function* others(frame: G3Frame): Generator<HkProviderBlock, void, void> {
    try {
      if (otherFrames !== undefined) yield* otherFrames(frame, choice);
    } catch (error) {
      if (!(error instanceof G3Error)) throw error;
      note("damage", `${error.message}; the frame was passed over`);
    }
  }
}

/** The samples within the range; undefined where there are none. */
function cutBlock(
  block: HkProviderBlock,
  { sinceSeconds = -Infinity, untilSeconds = Infinity }: FindFilesOptions,
): HkProviderBlock | undefined {
  if (sinceSeconds === -Infinity && untilSeconds === Infinity) return block;
  const { ticks } = block;
  const places: number[] = [];
  for (let at = 0; at < ticks.length; at++) {
    // As so3g compares: in seconds.
    const seconds = Number(ticks[at]) / 1e8;
    if (seconds >= sinceSeconds && seconds < untilSeconds) places.push(at);
  }
  const [start] = places;
  if (start === undefined) return undefined;
  if (places.length === ticks.length) return block;
  const end = start + places.length;
  const isRun = places.at(-1) === end - 1;
  const chosen = Uint32Array.from(places);
  const fields = new Map<string, HkVector>();
  for (const [name, vector] of block.fields) {
    fields.set(name, isRun ? sliceVector(vector, start, end) : pickVector(vector, chosen));
  }
  const cutTicks = isRun ? ticks.slice(start, end) : BigInt64Array.from(chosen, (at) => ticks[at] ?? 0n);
  return { ...block, ticks: cutTicks, fields };
}
