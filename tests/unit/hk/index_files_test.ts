import assert from "node:assert/strict";
import {
  G3Frame,
  g3Int,
  type G3Object,
  g3String,
  g3TimesampleMap,
  g3VectorBool,
  g3VectorDouble,
  g3VectorInt,
  g3VectorString,
  ticksOf,
} from "../../../g3/mod.ts";
import { G3FileWriter } from "../../../g3/io/mod.ts";
import { indexHkFiles, LastIndex, readLastIndex } from "../../../hk/io/mod.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";

const ADDRESS = "observatory.thermo.feeds.temps";

/** A data frame of one block, after the status frame that it needs. */
function frames(times: readonly number[], fields: [string, G3Object][], address = ADDRESS): G3Frame[] {
  const head = (type: number) =>
    new G3Frame("H").set("hkagg_type", g3Int(type)).set("hkagg_version", g3Int(2)).set(
      "session_id",
      g3Int(1),
    );
  const provider = new Map<string, G3Object>([["prov_id", g3Int(0)], ["description", g3String(address)]]);
  return [
    head(1).set("providers", {
      class: "G3VectorFrameObject",
      value: [{ class: "G3MapFrameObject", value: provider }],
    }),
    head(2).set("prov_id", g3Int(0)).set("block_names", g3VectorString(["temps"])).set("blocks", {
      class: "G3VectorFrameObject",
      value: [g3TimesampleMap(times.map(ticksOf), fields)],
    }),
  ];
}

async function inFolder(
  test: (
    folder: string,
    write: (name: string, frames: readonly G3Frame[]) => Promise<string>,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder, async (name, frames) => {
      const path = `${folder}/17000/${name}`;
      await Deno.mkdir(`${folder}/17000`, { recursive: true });
      await using file = await G3FileWriter.open(path);
      for (const frame of frames) await file.write(frame);
      return path;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("indexHkFiles() finds the last sample of each field, its kind and its file", () =>
  inFolder(async (folder, write) => {
    const first = await write("1700000000.g3", [
      ...frames([1700000000, 1700000001], [["gone", g3VectorInt([1n, 2n ** 60n])], [
        "T",
        g3VectorDouble([1, 2]),
      ]]),
    ]);
    const second = await write("1700000100.g3", [
      ...frames([1700000100, 1700000102], [["T", g3VectorDouble([3, 4])]]),
      ...frames([1700000103], [["on", g3VectorBool([true])], ["s", g3VectorString(["x"])]]),
    ]);
    const index = `${folder}/hk_last.sqlite`;
    assert.deepEqual(await indexHkFiles(index, folder), { files: 2, fields: 4, changed: 4 });
    const { fields, updatedSeconds, endedSeconds } = readLastIndex(index);
    assert.deepEqual(
      fields.map((
        { field, kind, value, timeSeconds, file, writtenSeconds, gapSeconds },
      ) => [field, kind, value, timeSeconds, file, writtenSeconds, gapSeconds]).sort(),
      [
        ["T", "float", 4, 1700000102, second, 1700000102, 2],
        ["gone", "int", 2n ** 60n, 1700000001, first, 1700000001, 1],
        ["on", "bool", true, 1700000103, second, 1700000103, undefined],
        ["s", "string", "x", 1700000103, second, 1700000103, undefined],
      ],
    );
    assert.deepEqual([updatedSeconds, endedSeconds], [1700000103, undefined]);
    assert.deepEqual(await indexHkFiles(index, folder), { files: 2, fields: 4, changed: 0 });
  }));

Deno.test("indexHkFiles() leaves alone what the recorder knows better", () =>
  inFolder(async (folder, write) => {
    const path = await write(
      "1700000000.g3",
      frames([1700000000], [["T", g3VectorDouble([1])], ["U", g3VectorDouble([1])]]),
    );
    const index = `${folder}/hk_last.sqlite`;
    const clock = new ManualClock(1700000300);
    using recorder = LastIndex.open(index, { clock });
    const feed = { address: ADDRESS, sessionId: "run 1", freshSeconds: 20, frameSeconds: 30 };
    const samples = ["T", "V"].map((field) =>
      ({ field, kind: "float", value: 9, timeSeconds: 1700000299 }) as const
    );
    recorder.note(feed, samples);
    recorder.commit();
    // T has come again since it was written, U is of before the index, V is in no file.
    assert.deepEqual(await indexHkFiles(index, folder), { files: 1, fields: 2, changed: 2 });
    const { fields, updatedSeconds } = readLastIndex(index);
    assert.deepEqual(
      fields.map((
        row,
      ) => [row.field, row.value, row.file, row.writtenSeconds, row.sessionId, row.freshSeconds]).sort(),
      [
        ["T", 9, path, 1700000000, "run 1", 20],
        ["U", 1, path, 1700000000, "run 1", 20],
        ["V", 9, undefined, undefined, "run 1", 20],
      ],
    );
    assert.equal(updatedSeconds, 1700000300);
    await clock.advance(5);
    recorder.note(feed, samples);
    recorder.commit();
    assert.equal(readLastIndex(index).fields.length, 3);
    assert.equal(recorder.trouble, undefined);
  }));

Deno.test("indexHkFiles() reads only files that may hold what was sampled since", () =>
  inFolder(async (folder, write) => {
    await write("1700000000.g3", frames([1700000000], [["T", g3VectorDouble([1])]], "a.b.feeds.old"));
    await write("1700003600.g3", frames([1700003600], [["T", g3VectorDouble([1])]], "a.b.feeds.old"));
    await write("1700090000.g3", frames([1700090000], [["T", g3VectorDouble([1])]]));
    const index = `${folder}/hk_last.sqlite`;
    const { files, fields } = await indexHkFiles(index, folder, { sinceSeconds: 1700089000 });
    assert.deepEqual([files, fields], [2, 1]);
  }));

Deno.test("indexHkFiles() says when there is no folder, and makes no index then", () =>
  inFolder(async (folder) => {
    await assert.rejects(indexHkFiles(`${folder}/hk_last.sqlite`, `${folder}/none`), Deno.errors.NotFound);
    await assert.rejects(Deno.stat(`${folder}/hk_last.sqlite`), Deno.errors.NotFound);
  }));
