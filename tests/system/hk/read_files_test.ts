/** Housekeeping from files and folders. @module */
import assert from "node:assert/strict";
import type { G3Frame } from "../../../g3/frame.ts";
import { g3VectorDouble, g3VectorInt } from "../../../g3/make.ts";
import { ticksOf } from "../../../g3/time.ts";
import { findG3Files } from "../../../hk/io/find_files.ts";
import { listHkFields, readHkFields } from "../../../hk/io/read_archive.ts";
import { readHkBlocks } from "../../../hk/io/read_files.ts";
import { goldenPath } from "../../helpers/g3_golden.ts";
import { dataFrame, sessionFrame, statusFrame } from "../../helpers/hk_random.ts";

async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "hk_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function writeFrames(path: string, frames: readonly G3Frame[]): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeFile(
    path,
    new Uint8Array(await new Blob(frames.map((one) => one.encode().slice())).bytes()),
  );
}

/** A file of an aggregator: one sample a second from the time of its name on. */
function hourFile(start: number, seconds: number): G3Frame[] {
  const frames = [sessionFrame(), statusFrame(["o.a.feeds.f"])];
  for (let at = start; at < start + seconds; at += 300) {
    const times = Array.from({ length: Math.min(300, start + seconds - at) }, (_, i) => at + i);
    frames.push(dataFrame(times.map(ticksOf), [["T", g3VectorDouble(times)], ["n", g3VectorInt(times)]]));
  }
  return frames;
}

const FIELD = "o.a.feeds.f.T";

Deno.test("findG3Files() opens of two days only what an hour may be in, as load_range does", async () => {
  await using folder = await temporary();
  const start = 1_699_900_000;
  for (let hour = 0; hour < 48; hour++) {
    const time = start + hour * 3600;
    await writeFrames(`${folder.path}/${String(time).slice(0, 5)}/${time}.g3`, []);
  }
  await writeFrames(`${folder.path}/16999/notes.txt`, []);
  await writeFrames(`${folder.path}/16990/1699000000.g3`, []);
  await writeFrames(`${folder.path}/named.g3`, []);
  const names = async (sinceSeconds?: number, untilSeconds?: number) => {
    const files = await findG3Files(folder.path, { sinceSeconds, untilSeconds });
    return files.map((file) => file.slice(folder.path.length + 1));
  };
  assert.equal((await names()).length, 50);
  const since = start + 28 * 3600;
  assert.deepEqual(await names(since, since + 3600), [
    ...[25, 26, 27, 28, 29, 30, 31].map((hour) => start + hour * 3600)
      .map((time) => `${String(time).slice(0, 5)}/${time}.g3`),
    "named.g3",
  ]);
  // What began long before may still have been written to.
  for (const time of [1_699_100_000, 1_699_150_000]) {
    assert.deepEqual(await names(time, time + 100), ["16990/1699000000.g3", "named.g3"]);
  }
});

Deno.test("findG3Files() takes each file once, follows links, is not caught in circles, and says what is not there", async () => {
  await using folder = await temporary();
  const { path } = folder;
  await writeFrames(`${path}/a/1.g3`, []);
  await writeFrames(`${path}/a/2.g3.gz`, []);
  await writeFrames(`${path}/elsewhere.txt`, []);
  await Deno.symlink(`${path}/a`, `${path}/a/again`);
  await Deno.symlink(`${path}/a/1.g3`, `${path}/linked.g3`);
  await Deno.symlink(`${path}/nowhere`, `${path}/broken.g3`);
  assert.deepEqual(await findG3Files([`${path}/`, `${path}/a/2.g3.gz`, `${path}/elsewhere.txt`]), [
    `${path}/a/1.g3`,
    `${path}/a/2.g3.gz`,
    `${path}/elsewhere.txt`,
  ]);
  await assert.rejects(findG3Files(`${path}/missing`), (error: Error) => {
    assert(error instanceof Deno.errors.NotFound);
    assert(error.message.includes(`${path}/missing`));
    return true;
  });
});

Deno.test({
  name: "readHkFields() passes over a folder that it may not read, and tells it",
  // To root every folder is open.
  ignore: Deno.uid() === 0,
  fn: async () => {
    await using folder = await temporary();
    const lost = `${folder.path}/lost+found`;
    await Deno.mkdir(lost, { mode: 0 });
    await writeFrames(`${folder.path}/a.g3`, hourFile(1_700_000_000, 5));
    const { series, notes } = await readHkFields(folder.path);
    assert.equal(series.size, 2);
    assert.deepEqual(notes.map(({ kind, file }) => [kind, file]), [["unreadable", lost]]);
  },
});

Deno.test("readHkFields() gives the samples from since up to until, over files", async () => {
  await using folder = await temporary();
  const start = 1_700_000_000;
  for (const hour of [0, 1, 2, 3]) {
    const time = start + hour * 600;
    await writeFrames(`${folder.path}/17000/${time}.g3`, hourFile(time, 600));
  }
  const range = { sinceSeconds: start + 599.5, untilSeconds: start + 1201 };
  const { series, notes, files } = await readHkFields(folder.path, { fields: ["a.T"], ...range });
  assert.deepEqual([...series.keys()], [FIELD]);
  const { times, values } = series.get(FIELD)!;
  const expected = Array.from({ length: 601 }, (_, at) => start + 600 + at);
  assert.deepEqual([...times], expected);
  assert.deepEqual([...values], expected);
  assert.equal(files.length, 4);
  assert.deepEqual(notes, []);
  const none = await readHkFields(folder.path, { sinceSeconds: start + 9000 });
  assert.equal(none.series.size, 0);
});

Deno.test("readHkBlocks() cuts blocks whose times are in no order", async () => {
  await using folder = await temporary();
  const path = `${folder.path}/a.g3`;
  const times = [5, 1, 9, 3].map(ticksOf);
  await writeFrames(path, [statusFrame(["p"]), dataFrame(times, [["x", g3VectorInt([5, 1, 9, 3])]])]);
  const blocks = await Array.fromAsync(readHkBlocks(path, { sinceSeconds: 3, untilSeconds: 9 }));
  assert.deepEqual(blocks.map(({ fields }) => fields.get("x")?.values), [BigInt64Array.of(5n, 3n)]);
});

Deno.test("readHkFields() reads damaged files to the last whole frame, leaves out what has a wrong checksum, and tells both", async () => {
  await using folder = await temporary();
  const frames = hourFile(1_700_000_000, 900);
  const bytes = frames.map((frame) => frame.encode());
  const whole = bytes.reduce((sum, { length }) => sum + length, 0);
  const lastStart = whole - (bytes.at(-1)?.length ?? 0);
  const all = new Uint8Array(await new Blob(bytes.map((part) => part.slice())).bytes());
  await Deno.writeFile(`${folder.path}/1.g3`, all.subarray(0, whole - 10));
  await Deno.writeFile(`${folder.path}/2.g3`, all.with(lastStart - 100, 77));
  await Deno.writeFile(`${folder.path}/3.g3`, new TextEncoder().encode("these are words"));
  await writeFrames(`${folder.path}/4.g3`, hourFile(1_800_000_000, 5));
  await Deno.writeTextFile(`${folder.path}/5.g3.xz`, "");
  const { series, notes } = await readHkFields(folder.path, { fields: ["T"] });
  assert.equal(series.get(FIELD)?.times.length, 600 + 600 + 5);
  assert.deepEqual(
    notes.map(({ kind, file, offset }) => [kind, file.slice(folder.path.length + 1), offset]),
    [
      ["damage", "1.g3", lastStart],
      ["damage", "2.g3", lastStart - (bytes.at(-2)?.length ?? 0)],
      ["damage", "3.g3", 0],
      ["unreadable", "5.g3.xz", undefined],
    ],
  );
  assert.match(notes[0]?.text ?? "", /^Cannot read frame at byte \d+ of ".*1\.g3": the stream ends in/);
  assert.match(notes[1]?.text ?? "", /its checksum is wrong; it was left out$/);
});

Deno.test("listHkFields() passes over files without housekeeping, and reads every schema", async () => {
  const names = ["hk_v0.g3", "hk_v1.g3", "hk_v2.g3", "smurf_stream.g3"];
  const { providers, notes } = await listHkFields(names.map(goldenPath));
  assert.deepEqual(notes, []);
  const kinds = providers.flatMap(({ fields }) => fields.flatMap((each) => each.kinds));
  assert.deepEqual([...new Set(kinds)].sort(), ["bool", "double", "int", "string"]);
});

Deno.test("readHkFields() ends when its signal is aborted", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(readHkFields(goldenPath("hk"), { signal }), /enough/);
});
