/** Fields of G3 files as tables for other programs. @module */
import { type HkProviderBlock, type HkSeries, HkSeriesCollector } from "../../hk/mod.ts";
import { HkChoice } from "../../hk/read_choice.ts";
import { jsonText } from "../../internal/json_text.ts";
import type { VerbResult } from "../outcome.ts";
import { FieldInput, type FieldInputOptions } from "./field_input.ts";
import { NewFile } from "./new_file.ts";
import { shownText } from "./shown_text.ts";
import { sizeText } from "./size_text.ts";
import { longText, wideText } from "./text_export.ts";
import { CSV, NDJSON } from "./text_tables.ts";

/** What can be written. */
export type ExportFormat = "csv" | "ndjson" | "parquet";

/** What is written, and where. */
export interface ExportOptions extends FieldInputOptions {
  /** Names of fields, see `HkChoice`; none is all. */
  readonly fields: readonly string[];
  /** Default: by the end of the output's name, else `csv`. */
  readonly format?: ExportFormat | undefined;
  /** `long`: a row a sample, in the order of the files; `wide`: a row a time, held in memory. */
  readonly form: "long" | "wide";
  /** A new file; default: the terminal's output. */
  readonly output?: string | undefined;
}

/** Samples that `wide` holds in memory at most: some 2 GB. */
const MAX_WIDE_SAMPLES = 60_000_000;
const FORMATS: Readonly<Record<string, ExportFormat>> = {
  csv: "csv",
  ndjson: "ndjson",
  jsonl: "ndjson",
  parquet: "parquet",
};

/**
 * Writes fields to CSV, NDJSON or Parquet: to a file that is there when it is whole, or to the output.
 *
 * With `json` and an output file prints `{file, format, form, bytes, fields, samples}`; without a file it is NDJSON.
 *
 * @returns `failed` if a file is damaged or cannot be read; what could be read is written all the same.
 * @throws {SyntaxError} If the format is not clear, or Parquet has no file to go to.
 * @throws {FieldNotFoundError} If a field that was asked for has no sample; then no file is left.
 * @throws {Error} If the file exists, or cannot be written; then none is left.
 */
export async function exportFields(words: readonly string[], options: ExportOptions): Promise<VerbResult> {
  const { terminal, json, fields, form } = options;
  const output = options.output === "-" ? undefined : options.output;
  const format = formatOf(output, options);
  const input = await FieldInput.open(words, options);
  const seen = new Seen(fields);
  const pieces = piecesOf(seen.of(input.blocks(fields)), { format, form });
  if (output === undefined) {
    const decoder = new TextDecoder();
    const isForEyes = Number.isFinite(terminal.look.columns);
    for await (const piece of pieces) {
      options.signal?.throwIfAborted();
      const text = typeof piece === "string" ? piece : decoder.decode(piece);
      // A file's texts must not move the cursor of whoever looks at them.
      await terminal.write(isForEyes ? text.split("\n").map(shownText).join("\n") : text);
    }
    await seen.check(input);
    return input.tell();
  }
  await using file = await NewFile.open(output);
  const encoder = new TextEncoder();
  for await (const piece of pieces) {
    await file.write(typeof piece === "string" ? encoder.encode(piece) : piece);
  }
  await seen.check(input);
  await file.keep();
  const result = input.tell();
  const done = {
    file: output,
    format,
    form,
    bytes: file.size,
    fields: seen.names.size,
    samples: seen.samples,
  };
  await terminal.print(
    json
      ? jsonText(done)
      : `Wrote ${done.samples} samples of ${done.fields} ${
        done.fields === 1 ? "field" : "fields"
      } to ${output} ` +
        `(${format}, ${form}, ${sizeText(file.size)})`,
  );
  return result;
}

function formatOf(output: string | undefined, { format, json }: ExportOptions): ExportFormat {
  if (output === undefined) {
    if (format === "parquet") {
      throw new SyntaxError("Cannot write parquet to the output: expected a file, -o FILE.parquet");
    }
    if (json && format === "csv") throw new SyntaxError("Cannot write csv as JSON: expected --format ndjson");
    return format ?? (json ? "ndjson" : "csv");
  }
  const found = format ?? FORMATS[/\.(\w+)$/.exec(output)?.[1]?.toLowerCase() ?? ""];
  if (found !== undefined) return found;
  throw new SyntaxError(
    `Cannot tell the format of "${output}": expected a name that ends in .csv, .ndjson or .parquet, or --format`,
  );
}

/** Which fields went by, and whether all that were asked for are among them. */
class Seen {
  readonly names = new Set<string>();
  samples = 0;
  readonly #wanted: readonly string[];
  readonly #choice: HkChoice;
  readonly #missing: Set<string>;

  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
    this.#choice = new HkChoice(wanted);
    this.#missing = new Set(wanted);
  }

  async *of(blocks: AsyncIterable<HkProviderBlock>): AsyncGenerator<HkProviderBlock, void, void> {
    for await (const block of blocks) {
      this.samples += block.ticks.length * block.fields.size;
      for (const field of block.fields.keys()) {
        const name = `${block.provider}.${field}`;
        if (this.names.has(name)) continue;
        this.names.add(name);
        for (const text of this.#choice.matching(name)) this.#missing.delete(text);
      }
      yield block;
    }
  }

  /** @throws {FieldNotFoundError} If something that was asked for never came, or nothing at all. */
  async check(input: FieldInput): Promise<void> {
    if (this.#missing.size > 0) throw await input.notFound("export", [...this.#missing]);
    if (this.names.size === 0) throw await input.notFound("export fields", this.#wanted);
  }
}

async function* piecesOf(
  blocks: AsyncIterable<HkProviderBlock>,
  { format, form }: { readonly format: ExportFormat; readonly form: "long" | "wide" },
): AsyncGenerator<string | Uint8Array, void, void> {
  if (form === "long") {
    if (format !== "parquet") return yield* longText(blocks, format === "csv" ? CSV : NDJSON);
    const { longParquet } = await import("./parquet_table.ts");
    return yield* longParquet(blocks);
  }
  const series = await collected(blocks);
  if (series.size === 0) return;
  if (format !== "parquet") return yield* wideText(series, format === "csv" ? CSV : NDJSON);
  const { wideParquet } = await import("./parquet_table.ts");
  yield* wideParquet(series);
}

async function collected(blocks: AsyncIterable<HkProviderBlock>): Promise<ReadonlyMap<string, HkSeries>> {
  const collector = new HkSeriesCollector();
  let samples = 0;
  for await (const block of blocks) {
    samples += block.ticks.length * block.fields.size;
    if (samples > MAX_WIDE_SAMPLES) {
      throw new RangeError(
        `Cannot export more than ${MAX_WIDE_SAMPLES} samples with --form wide, which holds them in memory: ` +
          `expected fewer fields (--field), less time (--since, --until), or --form long`,
      );
    }
    collector.add(block);
  }
  return collector.series();
}
