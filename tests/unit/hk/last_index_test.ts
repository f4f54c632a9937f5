import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { LastIndex } from "../../../hk/io/last_index.ts";
import { readLastIndex } from "../../../hk/io/read_last_index.ts";
import type { LastFeed, LastSample } from "../../../hk/last_field.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";

const FEED: LastFeed = {
  address: "observatory.faker1.feeds.temperatures",
  sessionId: "1790000000.5",
  freshSeconds: 180,
  frameSeconds: 300,
};

function sample(field: string, value: LastSample["value"], timeSeconds: number): LastSample {
  const kind = typeof value === "number" ? "float" : typeof value === "bigint" ? "int" : "string";
  return { field, kind, value, timeSeconds };
}

/** A folder with an index in it, a clock that the test moves, and what was logged. */
async function inFolder(
  test: (bed: {
    readonly folder: string;
    readonly path: string;
    readonly clock: ManualClock;
    readonly lines: string[];
    readonly open: (path?: string) => LastIndex;
  }) => void | Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const clock = new ManualClock(1_790_000_000);
  const lines: string[] = [];
  const take = (level: string) => (text: string) => void lines.push(`${level}: ${text}`);
  const log = { info: take("info"), warn: take("warn"), error: take("error") };
  const path = `${folder}/hk_last.sqlite`;
  try {
    await test({ folder, path, clock, lines, open: (at = path) => LastIndex.open(at, { log, clock }) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a LastIndex keeps of each field the last sample, whatever its kind", () =>
  inFolder(({ path, open, lines }) => {
    const values: [LastSample["kind"], LastSample["value"]][] = [
      ["float", 3],
      ["float", -0.125],
      ["float", NaN],
      ["float", -Infinity],
      ["int", 7],
      ["int", -(2n ** 63n)],
      ["int", 2n ** 53n + 1n],
      ["bool", true],
      ["bool", false],
      ["string", ""],
      ["string", "größer 'x'"],
    ];
    using index = open();
    const samples = values.map(([kind, value], i) => ({
      field: `f${i}`,
      kind,
      value,
      timeSeconds: 100.25 + i,
    }));
    index.note(FEED, samples.map((one) => ({ ...one, value: one.kind === "string" ? "old" : 0 })));
    index.note(FEED, samples);
    index.commit();
    const { fields, begunSeconds, updatedSeconds, endedSeconds } = readLastIndex(path);
    assert.deepEqual(
      fields.map(({ field, kind, value, timeSeconds }) => ({ field, kind, value, timeSeconds })),
      samples,
    );
    assert.deepEqual([begunSeconds, updatedSeconds, endedSeconds], [1_790_000_000, 1_790_000_000, undefined]);
    const { address, sessionId, freshSeconds, frameSeconds, arrivedSeconds, file } = fields[0] ??
      assert.fail();
    assert.deepEqual({ address, sessionId, freshSeconds, frameSeconds }, FEED);
    assert.deepEqual([arrivedSeconds, file], [1_790_000_000, undefined]);
    assert.deepEqual(lines, []);
  }));

Deno.test("note() cuts long texts, and takes what SQLite has no way for as near as it gets", () =>
  inFolder(({ path, open }) => {
    using index = open();
    index.note(FEED, [sample("text", "\0" + "x".repeat(5000), 1), sample("big", 2n ** 80n, 1)]);
    index.commit();
    const [text, big] = readLastIndex(path).fields;
    assert.equal(text?.value, "\u2400" + "x".repeat(999));
    assert.equal(big?.value, 2 ** 80);
  }));

Deno.test("note() learns how far arrivals are apart, and does not take an interruption for usual", () =>
  inFolder(async ({ path, open, clock }) => {
    using index = open();
    const gap = () => {
      index.note(FEED, [sample("a", 1, clock.now())]);
      index.commit();
      return readLastIndex(path).fields[0]?.gapSeconds;
    };
    assert.equal(gap(), undefined);
    // An agent that starts says things one after the other.
    for (const seconds of [1, 10]) {
      await clock.advance(seconds);
      assert.equal(gap(), undefined);
    }
    await clock.advance(10);
    assert.equal(gap(), 10);
    await clock.advance(100_000);
    assert.equal(gap(), 10);
    for (let i = 0; i < 6; i++) {
      await clock.advance(30);
      gap();
    }
    assert.equal(gap(), 30);
  }));

Deno.test("wrote() tells the file and up to which sample, below the index's folder as a path that can be moved", () =>
  inFolder(async ({ path, folder, open }) => {
    {
      using index = open();
      index.note(FEED, [sample("a", 1, 100), sample("b", 2, 101)]);
      index.wrote(FEED.address, [{ field: "a", timeSeconds: 100 }], `${folder}/17900/1790000000.g3`);
      index.wrote(
        FEED.address,
        [{ field: "b", timeSeconds: 99 }, { field: "c", timeSeconds: 1 }],
        "/else/1.g3",
      );
      index.wrote("nobody", [{ field: "a", timeSeconds: 100 }], "/else/2.g3");
      index.commit();
    }
    const seen = () => readLastIndex(path).fields.map(({ file, writtenSeconds }) => [file, writtenSeconds]);
    assert.deepEqual(seen(), [[`${folder}/17900/1790000000.g3`, 100], ["/else/1.g3", 99]]);
    {
      // What was there before is kept as it was.
      using index = open();
      index.note(FEED, [sample("a", 5, 200), sample("b", 6, 201)]);
    }
    assert.deepEqual(seen(), [[`${folder}/17900/1790000000.g3`, 100], ["/else/1.g3", 99]]);
    const moved = `${folder}.moved`;
    await Deno.rename(folder, moved);
    try {
      assert.equal(readLastIndex(`${moved}/hk_last.sqlite`).fields[0]?.file, `${moved}/17900/1790000000.g3`);
    } finally {
      await Deno.rename(moved, folder);
    }
  }));

Deno.test("a LastIndex tells since when samples wait for a file, and forgets it with the recorder's memory", () =>
  inFolder(async ({ path, open, clock }) => {
    const start = clock.now();
    const waits = () => {
      const since = readLastIndex(path).fields[0]?.waitsSinceSeconds;
      return since === undefined ? undefined : since - start;
    };
    const note = async (index: LastIndex) => {
      await clock.advance(10);
      index.note(FEED, [sample("a", 1, clock.now())]);
      index.commit();
    };
    {
      using index = open();
      await note(index);
      await note(index);
      assert.equal(waits(), 10);
      index.wrote(FEED.address, [{ field: "a", timeSeconds: clock.now() }], "x.g3");
      index.commit();
      assert.equal(waits(), undefined);
      await note(index);
      await note(index);
      assert.equal(waits(), 30);
    }
    {
      using index = open();
      await note(index);
      assert.equal(waits(), 50);
    }
  }));

Deno.test("a LastIndex that is opened again knows the fields of before, and follows an agent's new session", () =>
  inFolder(({ path, open }) => {
    {
      using index = open();
      index.note(FEED, [sample("a", 1, 100), sample("b", 1, 100)]);
    }
    assert.equal(readLastIndex(path).endedSeconds, 1_790_000_000);
    {
      using index = open();
      assert.equal(index.fields, 2);
      index.note({ ...FEED, sessionId: "new", freshSeconds: 20 }, [sample("b", 2, 200)]);
      index.commit();
      const { fields, endedSeconds } = readLastIndex(path);
      assert.equal(endedSeconds, undefined);
      assert.deepEqual(
        fields.map(({ field, sessionId, freshSeconds, value }) => [field, sessionId, freshSeconds, value]),
        [["a", "new", 20, 1], ["b", "new", 20, 2]],
      );
    }
  }));

Deno.test("commit() touches the index also when nothing arrives, but not in every pass", () =>
  inFolder(async ({ path, open, clock }) => {
    using index = open();
    index.commit();
    const updates = [];
    for (let i = 0; i < 7; i++) {
      await clock.advance(1);
      index.commit();
      updates.push((readLastIndex(path).updatedSeconds ?? 0) - 1_790_000_000);
    }
    assert.deepEqual(updates, [0, 0, 0, 0, 5, 5, 5]);
  }));

Deno.test("commit() writes less often when writing takes long", () =>
  inFolder(async ({ path, clock }) => {
    // Each look at this clock takes 40 ms, so a write seems to take as much.
    let lookedMs = 0;
    const slow = {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs() + (lookedMs += 40),
      setTimer: () => () => {},
    };
    using index = LastIndex.open(path, { clock: slow });
    let writes = 0;
    let seen: unknown;
    for (let i = 0; i < 20; i++) {
      index.note(FEED, [sample("a", i, i)]);
      index.commit();
      const value = readLastIndex(path).fields[0]?.value;
      if (value !== seen) writes++;
      seen = value;
      await clock.advance(1);
    }
    assert.ok(writes >= 8 && writes <= 11, String(writes));
    assert.equal(index.trouble, undefined);
  }));

Deno.test("commit() writes every ten seconds however long writing takes", () =>
  inFolder(async ({ path, clock }) => {
    let lookedMs = 0;
    const slow = {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs() + (lookedMs += 2000),
      setTimer: () => () => {},
    };
    using index = LastIndex.open(path, { clock: slow });
    index.commit();
    const firstMs = slow.monotonicMs();
    index.note(FEED, [sample("a", 1, 1)]);
    while (readLastIndex(path).fields.length === 0) {
      index.commit();
      await clock.advance(0.1);
    }
    const passedMs = slow.monotonicMs() - firstMs;
    assert.ok(passedMs > 8000 && passedMs < 20_000, String(passedMs));
  }));

Deno.test("commit() waits for no lock, and writes what was held up when it is gone", () =>
  inFolder(async ({ path, open, clock, lines }) => {
    using index = open();
    index.note(FEED, [sample("a", 1, 1)]);
    index.commit();
    {
      using other = new DatabaseSync(path);
      other.exec("BEGIN EXCLUSIVE");
      for (let i = 0; i < 30; i++) {
        index.note(FEED, [sample("a", i, i), sample("b", i, i)]);
        index.commit();
        await clock.advance(1);
      }
      assert.match(index.trouble ?? "", /locked/);
    }
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^warn: Cannot write index ".*": database is locked; recording goes on/);
    index.commit();
    assert.deepEqual(readLastIndex(path).fields.map(({ value }) => value), [29, 29]);
    assert.match(lines[1] ?? "", /^info: Index ".*" is written again/);
  }));

Deno.test("commit() gets over a reader that holds the index while it writes", () =>
  inFolder(({ path, open, lines }) => {
    using index = open();
    index.commit();
    {
      using reader = new DatabaseSync(path, { readOnly: true });
      reader.exec("BEGIN");
      reader.prepare("SELECT * FROM field").all();
      // The numbers that new rows get here are lost again with the transaction.
      index.note(FEED, [sample("a", 1, 1), sample("b", 1, 1)]);
      index.commit();
    }
    assert.deepEqual(readLastIndex(path).fields, []);
    index.note(FEED, [sample("b", 2, 2)]);
    index.commit();
    assert.deepEqual(readLastIndex(path).fields.map(({ field, value }) => [field, value]), [["a", 1], [
      "b",
      2,
    ]]);
    assert.deepEqual(lines, []);
  }));

for (
  const [what, damage] of [
    ["is no database", (path: string) => Deno.writeTextFileSync(path, "no database at all\n".repeat(1000))],
    ["is of another version", (path: string) => {
      using database = new DatabaseSync(path);
      database.exec("PRAGMA user_version = 99");
    }],
    ["is damaged inside", (path: string) => {
      const bytes = Deno.readFileSync(path);
      bytes.fill(0xaa, 4096, bytes.length);
      Deno.writeFileSync(path, bytes);
    }],
  ] as const
) {
  Deno.test(`an index that ${what} is set aside, and a new one is begun`, () =>
    inFolder(({ path, open, lines }) => {
      {
        using index = open();
        index.note(FEED, [sample("a", 1, 1)]);
      }
      damage(path);
      const damaged = Deno.readFileSync(path);
      assert.throws(() => readLastIndex(path), /Cannot read index ".*":/);
      using index = open();
      index.note(FEED, [sample("b", 2, 2)]);
      index.commit();
      assert.deepEqual(readLastIndex(path).fields.map(({ field }) => field), ["b"]);
      assert.deepEqual(Deno.readFileSync(`${path}.aside`), damaged);
      assert.match(lines.join("\n"), /^warn: Cannot use index .* a new one is begun$/);
    }));
}

Deno.test("an index that is deleted or damaged under the recorder is made anew with all that is known", () =>
  inFolder(({ path, open, lines }) => {
    using index = open();
    index.note(FEED, [sample("a", 1, 1), sample("b", 1, 1)]);
    index.commit();
    const next = (value: number) => {
      for (let i = 0; i < 2; i++) {
        index.note(FEED, [sample("b", value, value)]);
        index.commit();
      }
      return readLastIndex(path).fields.map(({ field, value }) => [field, value]).sort();
    };
    Deno.removeSync(path);
    assert.deepEqual(next(2), [["a", 1], ["b", 2]]);
    assert.match(lines[0] ?? "", /^warn: Cannot write index/);
    assert.match(lines[1] ?? "", /^info: .* is written again/);
    Deno.writeTextFileSync(path, "garbage ".repeat(10_000));
    assert.deepEqual(next(3), [["a", 1], ["b", 3]]);
  }));

Deno.test("an index whose place cannot be written is told once and tried again later", () =>
  inFolder(async ({ folder, clock, lines, open }) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    const path = `${folder}/file/hk_last.sqlite`;
    using index = open(path);
    for (let i = 0; i < 100; i++) {
      index.note(FEED, [sample("a", i, i)]);
      index.wrote(FEED.address, [{ field: "a", timeSeconds: i }], "x.g3");
      index.commit();
      await clock.advance(1);
    }
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^warn: Cannot write index .*; recording goes on/);
    assert.notEqual(index.trouble, undefined);
    Deno.removeSync(`${folder}/file`);
    await clock.advance(30);
    index.commit();
    assert.equal(readLastIndex(path).fields[0]?.value, 99);
    assert.equal(index.trouble, undefined);
  }));

Deno.test("an index that comes back is the one it was, with what was noted meanwhile", () =>
  inFolder(async ({ folder, clock, open }) => {
    const path = `${folder}/data/hk_last.sqlite`;
    using index = open(path);
    index.note(FEED, [sample("a", 1, 1), sample("b", 1, 1), sample("c", 1, 1)]);
    index.commit();
    Deno.renameSync(`${folder}/data`, `${folder}/away`);
    Deno.writeTextFileSync(`${folder}/data`, "");
    index.note(FEED, [sample("b", 2, 2), sample("d", 2, 2)]);
    for (let i = 0; i < 3; i++) index.commit();
    Deno.removeSync(`${folder}/data`);
    Deno.renameSync(`${folder}/away`, `${folder}/data`);
    await clock.advance(30);
    index.commit();
    assert.equal(index.trouble, undefined);
    const rows = readLastIndex(path).fields.map(({ field, value }) => `${field}=${String(value)}`);
    assert.equal(rows.sort().join(" "), "a=1 b=2 c=1 d=2");
  }));

Deno.test("a LastIndex keeps no more fields than it may", () =>
  inFolder(({ path, clock }) => {
    const lines: string[] = [];
    const log = { info() {}, warn: (text: string) => void lines.push(text), error() {} };
    using index = LastIndex.open(path, { log, clock, mostFields: 3 });
    for (let i = 0; i < 10; i++) index.note(FEED, [sample(`f${i}`, i, i), sample("f0", i, i)]);
    index.commit();
    assert.deepEqual(readLastIndex(path).fields.map(({ field, value }) => [field, value]), [["f0", 9], [
      "f1",
      1,
    ], [
      "f2",
      2,
    ]]);
    assert.equal(lines.length, 1);
  }));

Deno.test("readLastIndex() undoes what a killed recorder has left half written", () =>
  inFolder(async ({ path, folder, open }) => {
    {
      using index = open();
      index.note(FEED, Array.from({ length: 3000 }, (_, i) => sample(`f${i}`, 1, 1)));
    }
    const copy = `${folder}/copy.sqlite`;
    {
      using writer = new DatabaseSync(path);
      // A cache of one page has changes written to the file before the end of the transaction.
      writer.exec(
        "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF; PRAGMA cache_size=1; PRAGMA cache_spill=1",
      );
      writer.exec("BEGIN IMMEDIATE; UPDATE field SET time = 2");
      await Deno.copyFile(path, copy);
      await Deno.copyFile(`${path}-journal`, `${copy}-journal`);
      writer.exec("ROLLBACK");
    }
    assert.ok((await Deno.stat(`${copy}-journal`)).size > 0);
    assert.deepEqual(new Set(readLastIndex(copy).fields.map(({ timeSeconds }) => timeSeconds)), new Set([1]));
  }));

Deno.test("readLastIndex() says where there is no index", () =>
  inFolder(({ folder }) => {
    assert.throws(
      () => readLastIndex(`${folder}/none.sqlite`),
      /Cannot read index ".*none.sqlite": there is none/,
    );
  }));
