/** Tables of text, piece by piece. @module */
import type { HkProviderBlock, HkSeries, HkVector } from "../../hk/mod.ts";
import { sliceVector } from "../../hk/read_block.ts";
import { type TextTable, timeTexts } from "./text_tables.ts";
import { wideRows } from "./wide_rows.ts";

/** Text that is handed on at once, in characters. */
const PIECE = 1 << 17;
const WIDE_ROWS = 4096;

/** A row for each sample of each field, in the order of the blocks; nothing at all where there is no block. */
export async function* longText(
  blocks: AsyncIterable<HkProviderBlock>,
  table: TextTable,
): AsyncGenerator<string, void, void> {
  let text = "";
  let isFirst = true;
  for await (const { provider, ticks, fields } of blocks) {
    if (isFirst) text = table.longHead;
    isFirst = false;
    const times = timeTexts(ticks);
    for (const [field, vector] of fields) {
      const name = `${provider}.${field}`;
      const values = table.values(vector);
      for (const [at, time] of times.entries()) {
        text += table.longRow(time, name, vector.kind, values[at] ?? "");
      }
      if (text.length < PIECE) continue;
      yield text;
      text = "";
    }
  }
  yield text;
}

/** A row for each time, a column for each field. */
export function* wideText(
  series: ReadonlyMap<string, HkSeries>,
  table: TextTable,
): Generator<string, void, void> {
  const names = [...series.keys()];
  const all = [...series.values()];
  let text = table.wideHead(names);
  for (const { ticks, places } of wideRows(all, WIDE_ROWS)) {
    const times = timeTexts(ticks);
    const columns = all.map((vector, field) => cells(vector, places[field] ?? new Int32Array(0), table));
    for (const [row, time] of times.entries()) {
      text += table.wideRow(time, names, columns.map((column) => column[row]));
      if (text.length < PIECE) continue;
      yield text;
      text = "";
    }
  }
  yield text;
}

function cells(vector: HkVector, places: Int32Array, table: TextTable): (string | undefined)[] {
  const own = places.filter((place) => place >= 0);
  const [first] = own;
  if (first === undefined) return Array.from(places, () => undefined);
  const texts = table.values(sliceVector(vector, first, first + own.length));
  return Array.from(places, (place) => place < 0 ? undefined : texts[place - first]);
}
