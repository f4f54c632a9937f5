/** The fields of G3 files: what there is, of when, and how much. @module */
import { isoTimeOf, unixSecondsOf } from "../../g3/time.ts";
import { type HkFieldSummary, type HkProviderSummary, HkSummary } from "../../hk/mod.ts";
import { jsonText } from "../../internal/json_text.ts";
import type { Look } from "../look.ts";
import type { VerbResult } from "../outcome.ts";
import { formatTable } from "../table.ts";
import { FieldInput, type FieldInputOptions } from "./field_input.ts";
import { shownText } from "./shown_text.ts";

/** What is listed. */
export interface FieldsOptions extends FieldInputOptions {
  /** Names of fields, see `HkChoice`; none is all. */
  readonly fields?: readonly string[];
  /** Whether channels that differ in nothing but their number are listed one by one. */
  readonly all?: boolean;
}

/**
 * Lists the fields of housekeeping and the channels of detector data, by provider: kinds, numbers of samples, times.
 *
 * With `json` one object: `{files, providers: [{provider, first, last, fields: [{field, kinds, blocks, count, first, last,
 * step_seconds}]}], notes}`; times are `{unix_seconds, utc}`, `step_seconds` is the mean time between samples of the same block.
 *
 * @returns `failed` if a file is damaged or cannot be read; what could be read is listed all the same.
 * @throws {FieldNotFoundError} If there is nothing to list.
 */
export async function fields(words: readonly string[], options: FieldsOptions): Promise<VerbResult> {
  const { terminal, json, fields: wanted = [], all = false } = options;
  const input = await FieldInput.open(words, options);
  const summary = new HkSummary();
  for await (const block of input.blocks(wanted, { withValues: false })) summary.add(block);
  const providers = summary.providers();
  const result = input.tell();
  if (providers.length === 0) throw await input.notFound("list fields", wanted.slice(0, 1));
  await terminal.print(
    json ? jsonText(jsonOf(providers, input)) : textOf(providers, terminal.look, { all, input }),
  );
  return result;
}

function jsonOf(providers: readonly HkProviderSummary[], { files, notes }: FieldInput): object {
  const times = (first: bigint, last: bigint) => ({ first: momentOf(first), last: momentOf(last) });
  return {
    files,
    providers: providers.map(({ provider, fields, firstTicks, lastTicks }) => ({
      provider,
      ...times(firstTicks, lastTicks),
      fields: fields.map(({ field, kinds, blocks, count, firstTicks, lastTicks, stepSeconds }) => {
        return {
          field,
          kinds,
          blocks,
          count,
          ...times(firstTicks, lastTicks),
          step_seconds: stepSeconds ?? null,
        };
      }),
    })),
    notes: notes.map(({ kind, file, offset, text }) => ({ kind, file, offset: offset ?? null, text })),
  };
}

function momentOf(ticks: bigint): object {
  return { unix_seconds: unixSecondsOf(ticks), utc: isoTimeOf(ticks) };
}

/** Narrower terminals get times without the year, which stands above. */
const WIDE_COLUMNS = 100;

function textOf(
  providers: readonly HkProviderSummary[],
  look: Look,
  { all, input: { files } }: { readonly all: boolean; readonly input: FieldInput },
): string {
  const isWide = look.columns >= WIDE_COLUMNS;
  const parts = providers.map(({ provider, fields, firstTicks, lastTicks }) => {
    const name = shownText(provider);
    const range = rangeText(firstTicks, lastTicks);
    const space = name.length + range.length + 2 <= look.columns ? "  " : "\n ";
    const head = `${look.style("bold", name)}${space}${look.style("dim", range)}`;
    const rows = rowsOf(fields, all).map(({ name, kinds, count, firstTicks, lastTicks, stepSeconds }) => [
      String(count).padStart(8),
      kinds.join("+"),
      second(firstTicks).slice(isWide ? 0 : 5),
      second(lastTicks).slice(isWide ? 0 : 5),
      stepText(stepSeconds).padStart(6),
      name,
    ]);
    return `${head}\n${formatTable([" SAMPLES", "KIND", "FIRST", "LAST", " EVERY", "FIELD"], rows, look)}`;
  });
  const count = providers.reduce((sum, { fields }) => sum + fields.length, 0);
  const samples = providers.flatMap(({ fields }) => fields).reduce((sum, each) => sum + each.count, 0);
  const total = `${plural(count, "field")} of ${plural(providers.length, "provider")}, ` +
    `${plural(samples, "sample")} in ${plural(files.length, "file")}`;
  return [...parts, look.style("dim", total)].join("\n\n");
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Such as `2023-11-14 22:13:19 to 22:15:28 UTC`. */
function rangeText(firstTicks: bigint, lastTicks: bigint): string {
  const [first, last] = [second(firstTicks), second(lastTicks)];
  return `${first} to ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last} UTC`;
}

function second(ticks: bigint): string {
  return isoTimeOf(ticks).slice(0, 19).replace("T", " ");
}

function stepText(seconds: number | undefined): string {
  if (seconds === undefined || !(seconds > 0)) return "-";
  if (seconds < 0.1) return `${shortNumber(seconds * 1000)} ms`;
  return seconds < 6000 ? `${shortNumber(seconds)} s` : `${shortNumber(seconds / 3600)} h`;
}

function shortNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

type Row = Omit<HkFieldSummary, "provider" | "field"> & { readonly name: string };

/** Alike channels that follow each other become one row from so many on. */
const MIN_RUN = 8;

function rowsOf(fields: readonly HkFieldSummary[], all: boolean): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < fields.length;) {
    const first = fields[at];
    if (first === undefined) break;
    let end = at + 1;
    while (!all && end < fields.length && isAlike(first, fields[end])) end++;
    const isRun = end - at >= MIN_RUN;
    const last = isRun ? fields[end - 1] : undefined;
    const name = shownText(first.field);
    rows.push({
      ...first,
      name: last === undefined ? name : `${name} … ${shownText(last.field)} (${end - at} alike)`,
    });
    at = isRun ? end : at + 1;
  }
  return rows;
}

function isAlike(a: HkFieldSummary, b: HkFieldSummary | undefined): boolean {
  return b !== undefined && stem(a.field) === stem(b.field) && a.count === b.count &&
    a.kinds.join() === b.kinds.join() && a.firstTicks === b.firstTicks && a.lastTicks === b.lastTicks;
}

function stem(name: string): string {
  return name.replaceAll(/\d+/g, "#");
}
