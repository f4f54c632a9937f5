/** Fields as Parquet. @module */
import { ByteWriter, ParquetWriter } from "../../deps/hyparquet_writer.ts";
import type { HkKind, HkProviderBlock, HkSeries, HkVector } from "../../hk/mod.ts";
import { VERSION } from "../../internal/version.ts";
import { wideRows } from "./wide_rows.ts";

/** Rows that are compressed together: readers take one group at a time, and so does the writer's memory. */
const GROUP_ROWS = 100_000;
/** Cells of a group at most, where there are many columns. */
const GROUP_CELLS = 4_000_000;
/** Nanoseconds since 1970 end there, in 2262. */
const LAST_NANOS = 2n ** 63n - 1n;

type Cell = number | bigint | string | boolean | null;
type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];
type Element = Schema[number];

const TEXT = { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } } as const;
const UTC = {
  type: "INT64",
  logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" },
} as const;
const TYPES = {
  double: { type: "DOUBLE" },
  int: { type: "INT64" },
  bool: { type: "BOOLEAN" },
  string: TEXT,
} as const;

/** Collects rows, and gives the file's bytes group by group. */
class ParquetRows {
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  readonly #names: readonly string[];
  readonly #isDouble: readonly boolean[];
  #columns: Cell[][];

  constructor(columns: readonly Omit<Element, "repetition_type">[]) {
    this.#names = columns.map(({ name }) => name);
    this.#isDouble = columns.map(({ type }) => type === "DOUBLE");
    this.#columns = columns.map(() => []);
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: "root", num_children: columns.length },
        ...columns.map((each): Element => ({ ...each, repetition_type: "OPTIONAL" })),
      ],
      createdBy: `ocs ${VERSION}`,
    });
  }

  /** How many rows wait for their group to be full. */
  get waiting(): number {
    return this.#columns[0]?.length ?? 0;
  }

  /** Adds values below each other. */
  column(at: number): Cell[] {
    return this.#columns[at] ?? [];
  }

  /** Writes what waits as a group, and gives all bytes that there are. */
  async group(): Promise<Uint8Array> {
    const rows = this.waiting;
    if (rows > 0) {
      const columnData = this.#columns.map((data, at) => ({
        name: this.#names[at] ?? "",
        data,
        // A dictionary would take 0 and -0 for the same.
        ...(this.#isDouble[at] === true ? { encoding: "PLAIN" as const } : {}),
      }));
      this.#columns = this.#columns.map(() => []);
      await this.#writer.write({ columnData, rowGroupSize: rows });
    }
    return this.#taken();
  }

  /** Writes the end of the file, and gives its bytes. */
  async end(): Promise<Uint8Array> {
    await this.#writer.finish();
    return this.#taken();
  }

  #taken(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    // `offset` goes on counting: places in the file are written from it.
    this.#bytes.index = 0;
    return bytes;
  }
}

function pushTimes(rows: ParquetRows, ticks: BigInt64Array): void {
  const [seconds, utc] = [rows.column(0), rows.column(1)];
  for (const tick of ticks) {
    const nanos = tick * 10n;
    seconds.push(Number(tick) / 1e8);
    utc.push(nanos <= LAST_NANOS && nanos >= -LAST_NANOS ? nanos : null);
  }
}

const TIMES = [{ name: "unix_seconds", type: "DOUBLE" }, { name: "utc", ...UTC }] as const;

/**
 * A row for each sample: `unix_seconds`, `utc`, `field`, `kind`, `value` (every number, as a double; bools are 0 and 1),
 * `value_int` (integers, exact) and `value_text`.
 */
export async function* longParquet(
  blocks: AsyncIterable<HkProviderBlock>,
): AsyncGenerator<Uint8Array, void, void> {
  const rows = new ParquetRows([
    ...TIMES,
    { name: "field", ...TEXT },
    { name: "kind", ...TEXT },
    { name: "value", type: "DOUBLE" },
    { name: "value_int", type: "INT64" },
    { name: "value_text", ...TEXT },
  ]);
  for await (const { provider, ticks, fields } of blocks) {
    for (const [field, vector] of fields) {
      pushTimes(rows, ticks);
      const name = `${provider}.${field}`;
      const [names, kinds, values, ints, texts] = [2, 3, 4, 5, 6].map((at) => rows.column(at));
      const { kind } = vector;
      for (const value of vector.values) {
        names?.push(name);
        kinds?.push(kind);
        values?.push(typeof value === "string" ? null : Number(value));
        ints?.push(typeof value === "bigint" ? value : null);
        texts?.push(typeof value === "string" ? wellFormed(value) : null);
      }
      if (rows.waiting >= GROUP_ROWS) yield await rows.group();
    }
  }
  yield await rows.group();
  yield await rows.end();
}

/** A row for each time, with a column for each field, of its own type; null where it has no sample. */
export async function* wideParquet(
  series: ReadonlyMap<string, HkSeries>,
): AsyncGenerator<Uint8Array, void, void> {
  const rows = new ParquetRows([
    ...TIMES,
    ...[...series].map(([name, { kind }]) => ({ name, ...TYPES[kind satisfies HkKind] })),
  ]);
  const all = [...series.values()];
  const size = Math.max(1000, Math.min(GROUP_ROWS, Math.floor(GROUP_CELLS / all.length)));
  for (const { ticks, places } of wideRows(all, size)) {
    pushTimes(rows, ticks);
    for (const [at, own] of places.entries()) {
      const vector = all[at];
      const column = rows.column(at + TIMES.length);
      if (vector !== undefined) { for (const place of own) column.push(cellOf(vector, place)); }
    }
    yield await rows.group();
  }
  yield await rows.end();
}

function cellOf({ kind, values }: HkVector, place: number): Cell {
  const value = values[place];
  if (value === undefined) return null;
  if (kind === "bool") return value !== 0;
  return typeof value === "string" ? wellFormed(value) : value;
}

/** Parquet's texts are UTF-8; other bytes have no place in them. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}
