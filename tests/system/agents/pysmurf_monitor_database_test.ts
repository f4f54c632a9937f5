import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { OpCode } from "../../../mod.ts";
import { untilTrue } from "../../helpers/until.ts";
import { MonitorBed, PASS_MS } from "./monitor_bed.ts";

Deno.test("MON-16: PysmurfMonitor waits for a locked database, degraded, and inserts everything once", async () => {
  await using bed = await MonitorBed.start();
  await bed.pass();
  const first = await bed.file("first.dat");
  const second = await bed.file("second.dat");
  const file = { timestamp: 1_700_000_000, plot: false };
  {
    using other = new DatabaseSync(bed.database);
    other.exec("BEGIN IMMEDIATE");
    await bed.message("data_file", { ...file, path: first });
    await bed.agent.advance(1);
    // SQLite waits its 5 s first.
    await untilTrue(async () => (await bed.agent.status("run")).session.op_code === OpCode.DEGRADED, {
      what: "the degraded state",
      timeoutMs: PASS_MS,
    });
    assert.equal(bed.data.database.error, "database is locked");
    await bed.message("data_file", { ...file, path: second });
    assert.equal(bed.data.files.waiting, 2);
    other.exec("COMMIT");
  }
  await bed.agent.advance(4);
  assert.deepEqual(bed.rows(), []);
  await bed.agent.advance(1);
  await untilTrue(() => bed.data.files.waiting === 0, { what: "the rows", timeoutMs: PASS_MS });
  await untilTrue(async () => (await bed.agent.status("run")).session.op_code === OpCode.RUNNING);
  assert.deepEqual(bed.rows().map((row) => row["local_path"]), [first, second]);
  assert.equal(bed.data.database.error, null);
  const { session } = await bed.agent.status("run");
  assert.deepEqual(
    session.messages?.map(([, text]) => String(text)).filter((text) => /database/.test(text)),
    [
      "Files wait, the database cannot be written: database is locked (trying again every 5 s)",
      "The database can be written again",
    ],
  );
});

Deno.test("MON-19: PysmurfMonitor makes a database with exactly the tables of the reference", async () => {
  await using bed = await MonitorBed.start();
  await bed.pass();
  using database = new DatabaseSync(bed.database, { readOnly: true });
  const columns = (table: string) =>
    database.prepare(`PRAGMA table_info(${table})`).all().map(({ name, type, notnull, dflt_value, pk }) =>
      `${name} ${type}${notnull === 1 ? " NOT NULL" : ""}${pk === 1 ? " KEY" : ""}${
        dflt_value === null ? "" : " DEFAULT"
      }`
    );
  assert.deepEqual(columns("supersync_v0"), [
    "id INTEGER NOT NULL KEY",
    "local_path VARCHAR NOT NULL",
    "local_md5sum VARCHAR NOT NULL",
    "archive_name VARCHAR NOT NULL",
    "remote_path VARCHAR NOT NULL",
    "timestamp FLOAT NOT NULL",
    "remote_md5sum VARCHAR",
    "copied FLOAT",
    "removed FLOAT",
    "failed_copy_attempts INTEGER",
    "deletable BOOLEAN",
    "ignore BOOLEAN",
  ]);
  assert.deepEqual(columns("timecode_dirs_v0"), [
    "id INTEGER NOT NULL KEY",
    "timecode INTEGER NOT NULL",
    "archive_name VARCHAR NOT NULL",
    "completed BOOLEAN",
    "synced BOOLEAN",
    "finalized BOOLEAN",
    "finalize_file_id INTEGER",
  ]);
  const names = database.prepare("SELECT name FROM sqlite_master ORDER BY name").all().map((row) =>
    row["name"]
  );
  assert.deepEqual(names, ["supersync_v0", "timecode_dirs_v0"]);
  assert.equal(database.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
  assert.equal(database.prepare("PRAGMA user_version").get()?.["user_version"], 0);
});

Deno.test("PysmurfMonitor says what is wrong with the database, keeps the files, and goes on when it is mended", async () => {
  await using bed = await MonitorBed.start({ testMode: true });
  const path = await bed.file("x.dat");
  await bed.message("data_file", { path, timestamp: 1, plot: false });
  const fails = async (reason: RegExp) => {
    await bed.agent.start("run", { test_mode: true });
    const { session } = await bed.agent.wait("run");
    assert.equal(session.success, false);
    assert.match(String(session.messages?.at(-2)?.[1]), reason);
    assert.match(bed.data.database.error ?? "", reason);
    assert.equal(bed.data.files.waiting, 1);
  };
  await Deno.mkdir(bed.database, { recursive: true });
  await fails(/unable to open database file/);
  await Deno.remove(bed.database);
  await Deno.writeTextFile(bed.database, "no database ".repeat(1000));
  await fails(/file is not a database/);
  // Whatever it was, it is still there.
  assert.equal((await Deno.stat(bed.database)).size, 12_000);
  await Deno.remove(`${bed.folder}/db`, { recursive: true });
  await Deno.writeTextFile(`${bed.folder}/db`, "a file where the folder should be");
  await fails(/File exists|Not a directory|os error/);
  await Deno.remove(`${bed.folder}/db`);
  await bed.agent.start("run", { test_mode: true });
  const { session } = await bed.agent.wait("run");
  assert.equal(session.success, true);
  assert.deepEqual(bed.rows().map((row) => row["local_path"]), [path]);
});

/** A small file system of its own, unmounted at the end; undefined where this user may not mount one. */
async function smallDisk(): Promise<(AsyncDisposable & { readonly folder: string }) | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "monitor_disk_" });
  if (!(await mount("-t", "tmpfs", "-o", "size=512k", "tmpfs", folder)).success) {
    await Deno.remove(folder);
    return undefined;
  }
  return {
    folder,
    async [Symbol.asyncDispose]() {
      await new Deno.Command("umount", { args: [folder] }).output();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function mayMount(): Promise<boolean> {
  await using disk = await smallDisk();
  return disk !== undefined;
}

function mount(...args: readonly string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command("mount", { args: [...args] }).output().catch(() => FAILED);
}

const FAILED: Deno.CommandOutput = {
  success: false,
  code: 127,
  signal: null,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
};

/** Writes a file until there is no room. */
async function fill(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const page = new Uint8Array(4096);
  while (await file.write(page).catch(() => 0) === page.length);
}

Deno.test({
  name: "PysmurfMonitor keeps the files while the disk of the database is full or read-only",
  ignore: !await mayMount(), // Only root may.
  async fn() {
    await using disk = await smallDisk();
    const { folder } = disk ?? assert.fail("cannot mount a disk any more");
    await using bed = await MonitorBed.start({ testMode: true, dbPath: `${folder}/suprsync.db` });
    const path = await bed.file("x.dat");
    const pass = async () => {
      await bed.agent.start("run", { test_mode: true });
      return (await bed.agent.wait("run")).session;
    };
    const announce = () => bed.message("data_file", { path, timestamp: 1, plot: false });
    await announce();
    await fill(`${folder}/filler`);
    assert.equal((await pass()).success, false);
    assert.match(bed.data.database.error ?? "", /full|disk I\/O error|unable to open/);
    assert.equal(bed.data.files.waiting, 1);
    await Deno.remove(`${folder}/filler`);
    assert.equal((await pass()).success, true);
    assert.equal(bed.data.files.registered, 1);

    await announce();
    assert.ok((await mount("-o", "remount,ro", folder)).success);
    assert.equal((await pass()).success, false);
    assert.match(bed.data.database.error ?? "", /readonly|read-only|unable to open|disk I\/O error/);
    assert.ok((await mount("-o", "remount,rw", folder)).success);
    assert.equal((await pass()).success, true);
    assert.deepEqual(bed.data.files, { waiting: 0, registered: 2, failed: 0, lost: 0 });
  },
});
