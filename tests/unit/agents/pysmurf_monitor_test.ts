import assert from "node:assert/strict";
import type { FileRow } from "../../../agents/pysmurf_monitor/file_database.ts";
import { type AnnouncedFile, placeFile } from "../../../agents/pysmurf_monitor/file_record.ts";
import { FileRegistrar, MOST_WAITING } from "../../../agents/pysmurf_monitor/file_registrar.ts";
import { LimitedLog, printable } from "../../../internal/limited_log.ts";
import { md5OfFile } from "../../../agents/pysmurf_monitor/md5_of_file.ts";
import { readMessage } from "../../../agents/pysmurf_monitor/read_message.ts";
import { Float } from "../../../internal/float.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";

function announced(record: Readonly<Record<string, unknown>>): AnnouncedFile {
  const message = { id: "crate1slot4", time: 1_700_000_123.25, type: "data_file", payload: record };
  const { timeSeconds } = readMessage(new TextEncoder().encode(JSON.stringify(message)));
  return { path: String(record["path"]), id: "crate1slot4", timeSeconds, record };
}

function isDeletable(path: string, archive_name = "smurf"): boolean {
  return placeFile(announced({ path, archive_name, timestamp: 1 })).deletable;
}

Deno.test("MON-12: placeFile() lets SupRsync delete only what lies in a day's folder and is needed by nobody", () => {
  assert.equal(isDeletable("/data/smurf_data/20240101/crate1slot4/1700000100/outputs/x.npy"), true);
  assert.equal(isDeletable("/data/smurf_data/tune/x.npy"), false);
  for (const word of ["iv", "tune", "channel_assignment", "active"]) {
    assert.equal(isDeletable(`/data/smurf_data/20240101/outputs/1_${word}.npy`), false, word);
  }
  assert.equal(isDeletable("/data/smurf_data/2024x/x.npy"), false);
  assert.equal(isDeletable("/data/so/timestreams/17000/tune/iv.g3", "timestreams"), true);
});

Deno.test("B18: placeFile() keeps files of short paths, and does not drop them", () => {
  for (const path of ["/x.npy", "/data/x.npy", "/data/20240101/x.npy", "x.npy"]) {
    assert.equal(isDeletable(path), false, path);
  }
});

Deno.test("placeFile() reproduces the examples of the specification", () => {
  const path = "/data/smurf_data/20231114/crate1slot4/1700000100/outputs/1700000120_bias_step";
  assert.deepEqual(
    placeFile(announced({
      path,
      type: "sodetlib_data",
      format: "npy",
      timestamp: 1700000121.5,
      action: "take_bias_steps",
      action_ts: "1700000110",
      plot: false,
      pysmurf_version: "7.4.0",
    })),
    {
      localPath: `${path}.npy`,
      remotePath: "17000/crate1slot4/1700000110_take_bias_steps/outputs/1700000120_bias_step.npy",
      archiveName: "smurf",
      deletable: true,
    },
  );
  const g3 = "/data/so/timestreams/17000/crate1slot4/1700000200_003.g3";
  assert.deepEqual(placeFile(announced({ path: g3, archive_name: "timestreams" })), {
    localPath: g3,
    remotePath: "17000/crate1slot4/1700000200_003.g3",
    archiveName: "timestreams",
    deletable: true,
  });
});

Deno.test("placeFile() writes numbers as Python's str does", () => {
  const remote = (record: Record<string, unknown>) =>
    placeFile(announced({ path: "/x", ...record })).remotePath;
  assert.equal(
    remote({ timestamp: new Float(12), action_ts: 5, action: true }),
    "12.0/crate1slot4/5_True/outputs/x",
  );
  assert.equal(remote({ timestamp: "1700000121", plot: 1 }), "17000/crate1slot4/None_None/plots/x");
  assert.equal(remote({ timestamp: null, plot: 0 }), "17000/crate1slot4/None_None/outputs/x");
});

/** A registrar whose database is a function of the test. */
function makeRegistrar(insert: (rows: readonly FileRow[]) => Promise<void>) {
  const lines: string[] = [];
  const log = { info() {}, warn() {}, error: (text: string) => void lines.push(text) };
  const counts = { waiting: 0, registered: 0, failed: 0, lost: 0 };
  const database: { readonly path: string; error: string | null } = { path: "/x.db", error: null };
  const registrar = new FileRegistrar({ insert, counts, database, log, clock: new ManualClock() });
  return { registrar, counts, database, lines };
}

Deno.test("FileRegistrar keeps a bounded number of files and says loudly which are lost", () => {
  const { registrar, counts, lines } = makeRegistrar(() => Promise.resolve());
  for (let i = 0; i < MOST_WAITING + 5; i++) registrar.add(announced({ path: `/${i}` }));
  assert.deepEqual(counts, { waiting: MOST_WAITING, registered: 0, failed: 0, lost: 5 });
  assert.deepEqual(lines, [`File is lost, ${MOST_WAITING} wait already: /${MOST_WAITING}`]);
});

Deno.test("FileRegistrar retries the same rows, appends new ones, and inserts nothing twice", async () => {
  const file = await Deno.makeTempFile();
  const calls: string[][] = [];
  let isLocked = true;
  const { registrar, counts, database, lines } = makeRegistrar((rows) => {
    calls.push(rows.map((row) => row.remotePath));
    return isLocked ? Promise.reject(new Error("database is locked")) : Promise.resolve();
  });
  const { signal } = new AbortController();
  try {
    const add = (action: string) => registrar.add(announced({ path: file, action, action_ts: 1 }));
    add("one");
    assert.equal(await registrar.pass(signal), false);
    assert.equal(database.error, "database is locked");
    add("two");
    assert.equal(await registrar.pass(signal), false);
    isLocked = false;
    assert.equal(await registrar.pass(signal), true);
    assert.equal(await registrar.pass(signal), true);
    const [one, two] = ["one", "two"].map((action) =>
      `17000/crate1slot4/1_${action}/outputs/${file.slice(file.lastIndexOf("/") + 1)}`
    );
    assert.deepEqual(calls, [[one], [one, two], [one, two]]);
    // The second failure is like the first, and within a minute of it.
    assert.deepEqual(lines, ['Cannot add 1 files to the database "/x.db": database is locked']);
    assert.deepEqual(counts, { waiting: 0, registered: 2, failed: 0, lost: 0 });
    assert.equal(database.error, null);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("FileRegistrar keeps what an early end has not come to", async () => {
  const file = await Deno.makeTempFile();
  const { registrar, counts } = makeRegistrar(() => Promise.resolve());
  try {
    registrar.add(announced({ path: file }));
    await registrar.pass(AbortSignal.abort());
    assert.deepEqual(counts, { waiting: 1, registered: 0, failed: 0, lost: 0 });
    await registrar.pass(new AbortController().signal);
    assert.deepEqual(counts, { waiting: 0, registered: 1, failed: 0, lost: 0 });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("md5OfFile() reads on while a file vanishes, and lets other work in between", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeFile(file, new Uint8Array(20_000_000));
  const md5 = md5OfFile(file, new AbortController().signal);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  // It is open after a few turns; then the name may go.
  while (turns < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  await Deno.remove(file);
  const result = await md5.catch((error) => error);
  clearInterval(timer);
  // Either it had it open already, or it is told that there is no such file; nothing else.
  if (result instanceof Error) assert.ok(result instanceof Deno.errors.NotFound);
  else assert.equal(result, "10e4462c9d0b08e7f0b304c4fbfeafa3");
  assert.ok(turns >= 3);
});

Deno.test("LimitedLog says each kind once a minute, with the number of those held back", async () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = new LimitedLog((text) => void lines.push(text), clock);
  for (let i = 0; i < 5; i++) log.say("a", `a${i}`);
  log.say("b", "b");
  await clock.advance(60);
  log.say("a", "a5");
  log.say("a", "a6");
  assert.deepEqual(lines, ["a0", "b", "a5 (and 4 more like it since the last line)"]);
});

Deno.test("printable() makes one short line of anything", () => {
  assert.equal(printable("/data/µ 💡.npy"), "/data/µ 💡.npy");
  assert.equal(printable("a\nb\x1b[31m\ud800"), "a\\nb\\u001b[31m\\ud800");
  assert.equal(printable("x".repeat(1000)), `${"x".repeat(300)}... (1000 characters)`);
});
