/** The fields of files, as the verbs that show them read them. @module */
import { isoTimeOf } from "../../g3/time.ts";
import { HkChoice, type HkProviderBlock, HkSummary } from "../../hk/mod.ts";
import { findG3Files } from "../../hk/io/find_files.ts";

import { type HkNote, readHkBlocks } from "../../hk/io/read_files.ts";
import { nearMiss } from "../../site/near_miss.ts";
import { FieldNotFoundError } from "../errors.ts";
import type { VerbResult } from "../outcome.ts";
import type { G3VerbOptions } from "./each_file.ts";
import { fileError } from "./input_files.ts";
import { parseMoment } from "./parse_moment.ts";
import { ReadProgress } from "./read_progress.ts";
import { scanBlocks } from "./scan_blocks.ts";
import { shownText } from "./shown_text.ts";

/** What is read. */
export interface FieldInputOptions extends G3VerbOptions {
  /** First moment, see `parseMoment`; default: from the beginning. */
  readonly since?: string | undefined;
  /** The moment after the last; default: to the end. */
  readonly until?: string | undefined;
}

/** Notes that are told; the others are counted. */
const MAX_TOLD = 10;
/** Notes that are counted. */
const MAX_NOTES = 10_000;

/** Files that were found, and what is met while they are read. */
export class FieldInput {
  /** Paths of the files that may hold what is asked for. */
  readonly files: readonly string[];
  /** Unix seconds; undefined where it is not limited. */
  readonly sinceSeconds: number | undefined;
  /** Unix seconds; undefined where it is not limited. */
  readonly untilSeconds: number | undefined;
  /** What was odd or damaged so far. */
  readonly notes: HkNote[] = [];
  readonly #options: G3VerbOptions;
  readonly #totalBytes: number;

  private constructor(
    files: readonly string[],
    range: Pick<FieldInput, "sinceSeconds" | "untilSeconds">,
    totalBytes: number,
    options: G3VerbOptions,
  ) {
    this.files = files;
    this.sinceSeconds = range.sinceSeconds;
    this.untilSeconds = range.untilSeconds;
    this.#totalBytes = totalBytes;
    this.#options = options;
  }

  /**
   * Finds the files.
   *
   * @param words Files and folders.
   * @throws {SyntaxError} If a moment cannot be read, or none is between the two.
   * @throws {Error} If no file or folder is there, or has files; the text names the first. Otherwise that is a note.
   */
  static async open(words: readonly string[], options: FieldInputOptions): Promise<FieldInput> {
    const { since, until } = options;
    const sinceSeconds = since === undefined ? undefined : parseMoment(since, "--since");
    const untilSeconds = until === undefined ? undefined : parseMoment(until, "--until");
    if (sinceSeconds !== undefined && untilSeconds !== undefined && sinceSeconds >= untilSeconds) {
      throw new SyntaxError(`Cannot read from "${since}" to "${until}": expected --since before --until`);
    }
    const range = { sinceSeconds, untilSeconds };
    const files: string[] = [];
    const notes: HkNote[] = [];
    const onUnreadable = (folder: string, error: Error) => {
      const { message: text } = fileError("read", folder, error);
      notes.push({ kind: "unreadable", file: folder, offset: undefined, text });
    };
    const missing: Error[] = [];
    for (const word of words) {
      try {
        const found = await findG3Files(word, { ...range, onUnreadable });
        // Of a folder that has files, only none of that time, more is known when all is read.
        if (found.length === 0 && (await findG3Files(word)).length === 0) {
          throw new Error(`Cannot read "${word}": there is no .g3 file in this folder`);
        }
        files.push(...found);
      } catch (error) {
        const found = fileError("read", word, error);
        missing.push(found);
        notes.push({ kind: "unreadable", file: word, offset: undefined, text: found.message });
      }
    }
    const [first] = missing;
    if (missing.length === words.length && first !== undefined) throw first;
    let totalBytes = 0;
    for (const file of files) totalBytes += (await Deno.stat(file).catch(() => undefined))?.size ?? 0;
    const input = new FieldInput(files, range, totalBytes, options);
    input.notes.push(...notes);
    return input;
  }

  /**
   * Reads blocks, with the fields that are wanted and the samples within the range.
   *
   * @param fields Names of fields, see `HkChoice`; none is all.
   * @param wholeTime Whether the range does not matter.
   * @param withValues Whether samples are looked at, see `scanBlocks`.
   * @param housekeepingOnly Whether detector data are passed over.
   */
  async *blocks(
    fields: readonly string[] = [],
    { wholeTime = false, withValues = true, housekeepingOnly = false }: {
      readonly wholeTime?: boolean;
      readonly withValues?: boolean;
      readonly housekeepingOnly?: boolean;
    } = {},
  ): AsyncGenerator<HkProviderBlock, void, void> {
    const { terminal, signal } = this.#options;
    const [first = ""] = this.files;
    const name = this.files.length === 1 ? first : `${this.files.length} files`;
    const progress = new ReadProgress(name, this.#totalBytes, terminal);
    yield* readHkBlocks(this.files, {
      fields,
      ...(wholeTime ? {} : { sinceSeconds: this.sinceSeconds, untilSeconds: this.untilSeconds }),
      ...(housekeepingOnly
        ? {}
        : { otherFrames: (frame, choice) => scanBlocks(frame, choice, { withValues }) }),
      onRead: (piece) => progress.add(piece.length),
      onNote: (note) => {
        if (this.notes.length < MAX_NOTES) this.notes.push(note);
      },
      signal,
    });
    terminal.progress(undefined);
  }

  /** Tells what was met; damage makes the verb fail, with all that could be read. */
  tell(): VerbResult {
    const { terminal } = this.#options;
    // What is lost comes before what is odd.
    const notes = [
      ...this.notes.filter(({ kind }) => kind !== "schema"),
      ...this.notes.filter(({ kind }) => kind === "schema"),
    ];
    for (const { kind, file, text } of notes.slice(0, MAX_TOLD)) {
      terminal.say(shownText(kind === "schema" && file !== "" ? `${file}: ${text}` : text));
    }
    if (notes.length > MAX_TOLD) terminal.say(`and ${notes.length - MAX_TOLD} more like these`);
    return this.notes.some(({ kind }) => kind !== "schema") ? "failed" : "ok";
  }

  /**
   * Why nothing was found: says what there is instead. What was met before is told.
   *
   * @param missing Names of fields that no sample was found for; none where nothing at all was found.
   */
  async notFound(action: string, missing: readonly string[]): Promise<Error> {
    // A file that could not be read may be the reason.
    this.tell();
    if (this.files.length === 0) {
      return new FieldNotFoundError(
        `Cannot ${action}: no file in the folder is of this range of time, by its name`,
      );
    }
    const summary = new HkSummary();
    const told = this.notes.length;
    for await (const block of this.blocks([], { wholeTime: true, withValues: false })) summary.add(block);
    this.notes.length = told;
    const fields = summary.providers().flatMap(({ provider, fields }) =>
      fields.map((each) => ({ ...each, name: `${provider}.${each.field}` }))
    );
    const where = this.files.length === 1 ? `"${this.files[0]}"` : `${this.files.length} files`;
    if (fields.length === 0) {
      return new FieldNotFoundError(
        `Cannot ${action}: there are neither housekeeping nor detector data in ${where}`,
      );
    }
    const [first] = missing;
    const wanted = first === undefined
      ? fields
      : fields.filter(({ provider, field }) => new HkChoice([first]).has(provider, field));
    if (wanted.length > 0) {
      const from = wanted.map(({ firstTicks }) => firstTicks).reduce((a, b) => a < b ? a : b);
      const to = wanted.map(({ lastTicks }) => lastTicks).reduce((a, b) => a > b ? a : b);
      return new FieldNotFoundError(
        `Cannot ${action}${
          first === undefined ? "" : ` "${first}"`
        }: there are no samples in this range of time, ` +
          `only from ${isoTimeOf(from).slice(0, 19)}Z to ${isoTimeOf(to).slice(0, 19)}Z`,
      );
    }
    const near = nearField(first ?? "", fields);
    const hint = near === undefined
      ? `; ocs g3 fields lists the ${fields.length} that there are`
      : `; did you mean "${shownText(near)}"?`;
    const all = missing.map((name) => `"${shownText(name)}"`).join(", ");
    return new FieldNotFoundError(`Cannot ${action} ${all}: no such field in ${where}${hint}`);
  }
}

/** The field that was probably meant, by its shortest name that says which. */
function nearField(
  text: string,
  fields: readonly { readonly name: string; readonly field: string }[],
): string | undefined {
  const whole = nearMiss(text, fields.map(({ name }) => name));
  if (whole !== undefined) return whole;
  const near = nearMiss(text.split(".").at(-1) ?? text, fields.map(({ field }) => field));
  return fields.find(({ field }) => field === near)?.name;
}
