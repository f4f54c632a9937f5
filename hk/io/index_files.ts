/** The index of last samples, made from the files. @module */
import { dirname } from "node:path";
import type { LastKind, LastValue } from "../last_field.ts";
import type { HkProviderBlock, HkVector } from "../read_block.ts";
import { UsualGap } from "../usual_gap.ts";
import { type KeptFeed, type KeptField, LastStore } from "./last_store.ts";
import { readHkBlocks, type ReadHkOptions } from "./read_files.ts";

/** What came of it. */
export interface IndexedFiles {
  /** Files that were read. */
  readonly files: number;
  /** Fields that were found in them. */
  readonly fields: number;
  /** Fields of which they hold what the index did not know. */
  readonly changed: number;
}

/** Where files do not say it: the recorder's own defaults (OCS 10.3). */
const FRESH_SECONDS = 180;
const FRAME_SECONDS = 300;
/** A recorder writes for some milliseconds. */
const BUSY_MS = 2000;

/**
 * Enters the last samples of files into an index, which is made if it is not there. What the index knows better is left as it
 * is, and a recorder that keeps it goes on.
 *
 * @param path Path of the index, such as `/data/hk/hk_last.sqlite`.
 * @param files Files and folders, see `findG3Files`.
 * @throws {Error} If the index cannot be written, or one of the paths is not there.
 */
export async function indexHkFiles(
  path: string,
  files: string | readonly string[],
  options: Omit<ReadHkOptions, "fields" | "otherFrames"> = {},
): Promise<IndexedFiles> {
  const feeds = new Map<string, KeptFeed>();
  let count = 0;
  let file = "";
  const onFile = (next: string): void => {
    count++;
    file = next;
    options.onFile?.(next);
  };
  for await (const block of readHkBlocks(files, { ...options, onFile })) take(block, file, feeds);
  // Opened only now: nobody else can write while a database is being written.
  const store = new LastStore(path, { folder: dirname(path), busyMs: BUSY_MS });
  try {
    const found = [...feeds.values()].flatMap(({ fields }) => [...fields.values()]);
    const changed = merge(store, feeds, found);
    const newest = changed.reduce((max, { timeSeconds }) => Math.max(max, timeSeconds), -Infinity);
    const known = store.times();
    // Whoever records says himself when he was last there.
    const updatedSeconds = known.updatedSeconds ?? newest;
    if (changed.length > 0) store.write(changed, { updatedSeconds, endedSeconds: known.endedSeconds });
    return { files: count, fields: found.length, changed: changed.length };
  } finally {
    store.close();
  }
}

function take(
  { provider, ticks, fields }: HkProviderBlock,
  file: string,
  feeds: Map<string, KeptFeed>,
): void {
  const at = ticks.length - 1;
  const timeSeconds = Number(ticks[at] ?? 0n) / 1e8;
  if (at < 0) return;
  const gapSeconds = at === 0 ? undefined : (timeSeconds - Number(ticks[0] ?? 0n) / 1e8) / at;
  let feed = feeds.get(provider);
  if (feed === undefined) {
    const about = {
      address: provider,
      sessionId: "",
      freshSeconds: FRESH_SECONDS,
      frameSeconds: FRAME_SECONDS,
    };
    feeds.set(provider, feed = { id: undefined, about, fields: new Map() });
  }
  for (const [name, vector] of fields) {
    const known = feed.fields.get(name);
    if (known !== undefined && known.timeSeconds > timeSeconds) continue;
    feed.fields.set(name, {
      id: undefined,
      feed,
      name,
      kind: KINDS[vector.kind],
      value: valueAt(vector, at),
      timeSeconds,
      // Nearly: what the recorder's clock said is not in the files.
      arrivedSeconds: timeSeconds,
      gap: gapSeconds === undefined ? known?.gap ?? new UsualGap() : new UsualGap(gapSeconds),
      waitsSinceSeconds: undefined,
      file,
      writtenSeconds: timeSeconds,
      isDirty: true,
    });
  }
}

/** Lays what files hold beside what the index knows; gives what is to be written. */
function merge(
  store: LastStore,
  feeds: ReadonlyMap<string, KeptFeed>,
  found: readonly KeptField[],
): KeptField[] {
  const changed = new Set(found);
  for (const { id, feedId, address, field: name, ...row } of store.read()) {
    const feed = feeds.get(address);
    if (feed === undefined) continue;
    // What the recorder knows of a feed is more than the files tell.
    feed.id = feedId;
    const field = feed.fields.get(name);
    if (field === undefined) continue;
    field.id = id;
    const isKnown = row.writtenSeconds !== undefined && row.writtenSeconds >= field.timeSeconds &&
      row.file !== undefined;
    if (isKnown) changed.delete(field);
    else if (row.timeSeconds >= field.timeSeconds) {
      const { kind, value, timeSeconds, arrivedSeconds, waitsSinceSeconds } = row;
      const gap = new UsualGap(row.gapSeconds);
      Object.assign(field, { kind, value, timeSeconds, arrivedSeconds, gap, waitsSinceSeconds });
    }
  }
  return [...changed];
}

const KINDS: Readonly<Record<HkVector["kind"], LastKind>> = {
  double: "float",
  int: "int",
  bool: "bool",
  string: "string",
};

function valueAt(vector: HkVector, at: number): LastValue {
  switch (vector.kind) {
    case "double":
      return vector.values[at] ?? NaN;
    case "int":
      return vector.values[at] ?? 0n;
    case "bool":
      return vector.values[at] === 1;
    case "string":
      return vector.values[at] ?? "";
  }
}
