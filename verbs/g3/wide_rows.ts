/** Fields side by side: a row for each time. @module */
import type { HkSeries } from "../../hk/mod.ts";

/** Some rows that follow each other. */
export interface WideRows {
  /** Times of the rows, ascending. */
  readonly ticks: BigInt64Array;
  /** For each field, in its order, where its values of these rows stand; -1 where it has none. */
  readonly places: readonly Int32Array[];
}

/**
 * Gives rows that hold every sample of every field once, in order of time: fields that have a sample of the same time share a
 * row, and two samples of one field at the same time have two.
 *
 * @param size Rows that are given at once.
 */
export function* wideRows(series: readonly HkSeries[], size: number): Generator<WideRows, void, void> {
  const ticks = union([...new Set(series.map((each) => each.ticks))]);
  const next = series.map(() => 0);
  for (let start = 0; start < ticks.length; start += size) {
    const part = ticks.subarray(start, start + size);
    const places = series.map(({ ticks: own }, field) => {
      let at = next[field] ?? 0;
      const found = Int32Array.from(part, (tick) => own[at] === tick ? at++ : -1);
      next[field] = at;
      return found;
    });
    yield { ticks: part, places };
  }
}

/** All times of all lists, in order; each as often as the list that has it most often. */
function union(lists: readonly BigInt64Array[]): BigInt64Array {
  const [first, second, ...more] = lists;
  if (second === undefined) return first ?? new BigInt64Array(0);
  if (more.length === 0 && first !== undefined) return merged(first, second);
  const middle = lists.length >> 1;
  return merged(union(lists.slice(0, middle)), union(lists.slice(middle)));
}

function merged(a: BigInt64Array, b: BigInt64Array): BigInt64Array {
  const all = new BigInt64Array(a.length + b.length);
  let size = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; size++) {
    const [left, right] = [a[i], b[j]];
    if (right === undefined || left !== undefined && left <= right) {
      all[size] = left ?? 0n;
      i++;
      if (left === right) j++;
    } else {
      all[size] = right;
      j++;
    }
  }
  return all.subarray(0, size);
}
