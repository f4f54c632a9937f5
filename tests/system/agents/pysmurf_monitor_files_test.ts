import assert from "node:assert/strict";
import { OpCode, PysmurfPublisher } from "../../../mod.ts";
import { untilTrue } from "../../helpers/until.ts";
import { ENVELOPE, MonitorBed, PASS_MS } from "./monitor_bed.ts";

const MD5_OF_CONTENT = "9a0364b9e99bb480dd25e1f0284c8555";

Deno.test("MON-9, MON-10, MON-13: PysmurfMonitor registers files of pysmurf", async () => {
  await using bed = await MonitorBed.start();
  const iv = await bed.file("1700000120_iv_raw.npy");
  const plot = await bed.file("1700000121_b0.png", "");
  const action = { action: "take_iv", action_ts: "1700000110" };
  await bed.message("data_file", {
    path: iv.replace(/\.npy$/, ""),
    type: "iv_raw",
    format: "npy",
    timestamp: 1_700_000_121.5,
    ...action,
    plot: false,
    pysmurf_version: "7.4.0",
  });
  await bed.message("data_file", { path: plot, type: "x", timestamp: 1_712_300_000, ...action, plot: true });
  // As the rogue server sends it: no action at all. And with a null one.
  await bed.message("data_file", { path: plot, type: "x", format: "npyt", timestamp: 1, plot: false });
  await bed.message("data_file", { path: plot, type: "x", action: null, action_ts: null, plot: false });
  const before = bed.agent.clock.now();
  await bed.pass();
  const row = {
    archive_name: "smurf",
    local_md5sum: MD5_OF_CONTENT,
    remote_md5sum: null,
    copied: null,
    removed: null,
    failed_copy_attempts: 0,
    deletable: 0,
    ignore: 0,
  };
  const empty = "d41d8cd98f00b204e9800998ecf8427e";
  const rows = bed.rows();
  assert.deepEqual(rows.map(({ id, timestamp: _, ...rest }) => [id, rest]), [
    [1, {
      ...row,
      local_path: iv,
      remote_path: "17000/crate1slot4/1700000110_take_iv/outputs/1700000120_iv_raw.npy",
    }],
    [2, {
      ...row,
      local_path: plot,
      local_md5sum: empty,
      remote_path: "17123/crate1slot4/1700000110_take_iv/plots/1700000121_b0.png",
    }],
    [3, {
      ...row,
      local_path: plot,
      local_md5sum: empty,
      remote_path: "1/crate1slot4/None_None/outputs/1700000121_b0.png",
    }],
    [4, {
      ...row,
      local_path: plot,
      local_md5sum: empty,
      remote_path: "17000/crate1slot4/None_None/outputs/1700000121_b0.png",
    }],
  ]);
  for (const { timestamp } of rows) {
    assert.ok(
      Number(timestamp) >= before && Number(timestamp) <= bed.agent.clock.now(),
      `${timestamp} is not now`,
    );
  }
  assert.deepEqual(bed.data.files, { waiting: 0, registered: 4, failed: 0, lost: 0 });
});

Deno.test("MON-11: PysmurfMonitor registers timestreams by the last three parts of their path", async () => {
  await using bed = await MonitorBed.start();
  const path = await bed.file("timestreams/17000/crate1slot4/1700000200_003.g3");
  const odd = path.replace("/17000/", "/./17000//../17000/");
  const archive_name = "timestreams";
  await bed.message("g3_file", { path, archive_name }, { id: "STREAMER:crate1slot4" });
  await bed.message("g3_file", { path: odd, archive_name }, { id: "STREAMER:crate1slot4" });
  await bed.pass();
  assert.deepEqual(
    bed.rows().map(({ local_path, remote_path, archive_name, deletable }) => [
      local_path,
      remote_path,
      archive_name,
      deletable,
    ]),
    [path, odd].map((local) => [local, "17000/crate1slot4/1700000200_003.g3", "timestreams", 1]),
  );
});

Deno.test("MON-15, MON-20: PysmurfMonitor gives up files that cannot be registered, and goes on", async () => {
  await using bed = await MonitorBed.start();
  const path = await bed.file("good.dat");
  const file = {
    type: "x",
    format: "",
    timestamp: 1_700_000_000,
    action: null,
    action_ts: null,
    plot: false,
  };
  const pipe = `${bed.folder}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const bad: readonly (readonly [Record<string, unknown>, string?])[] = [
    [{ ...file, path: "/nonexistent/1_x.npy" }],
    [{ ...file, path: bed.folder }],
    [{ ...file, path: pipe }],
    [{ ...file, path: "/dev/zero" }],
    [{ ...file, path: `${path}\0` }],
    [{ ...file, path: `${path}\n\u001b[31m` }],
    [{ ...file, path, archive_name: "elsewhere" }],
    [{ ...file, path, archive_name: null }],
    [{ ...file, path, archive_name: ["smurf"] }],
    [{ ...file, path }, "../../etc"],
    [{ ...file, path }, "/etc"],
    [{ ...file, path }, ".."],
    [{ ...file, path }, ""],
    [{ ...file, path, timestamp: "../x" }],
    [{ ...file, path, action: "../../x", action_ts: "1" }],
    [{ ...file, path: `${bed.folder}/` }],
    [{ ...file, path: `${path}/..` }],
  ];
  for (const [payload, id] of bad) await bed.message("data_file", payload, id === undefined ? {} : { id });
  await bed.message("g3_file", { path: "//..", archive_name: "timestreams" });
  await bed.message("data_file", { ...file, path });
  await bed.pass();
  assert.deepEqual(bed.rows().map((row) => row["local_path"]), [path]);
  assert.deepEqual(bed.data.files, { waiting: 0, registered: 1, failed: bad.length + 1, lost: 0 });
  const lines = bed.agent.logTexts.filter((text) => text.startsWith("Cannot register file"));
  assert.equal(lines.length, bad.length + 1);
  assert.match(lines[0] ?? "", /nonexistent\/1_x\.npy.*No such file/);
  assert.ok(lines.every((line) => !/\p{C}/u.test(line)));
  assert.equal((await bed.agent.status("run")).session.op_code, OpCode.RUNNING);
});

Deno.test("MON-17: run(test_mode=true) makes one pass, and --test-mode does not start it", async () => {
  await using bed = await MonitorBed.start({ testMode: true });
  assert.equal((await bed.agent.status("run")).session.op_code, undefined);
  const path = await bed.file("x.dat");
  await bed.message("data_file", { path, timestamp: 1, plot: false });
  await bed.agent.start("run", { test_mode: true });
  const { ok, session } = await bed.agent.wait("run");
  assert.equal(ok, true);
  assert.equal(session.op_code, OpCode.SUCCEEDED);
  assert.equal(session.messages?.at(-2)?.[1], "Monitor exited cleanly.");
  assert.deepEqual(bed.rows().map((row) => row["local_path"]), [path]);
});

Deno.test("MON-18: PysmurfMonitor relays and keeps files while run is stopped", async () => {
  await using bed = await MonitorBed.start();
  await bed.pass();
  const before = await bed.file("before.dat");
  await bed.message("data_file", { path: before, timestamp: 1, plot: false });
  await bed.agent.stop("run");
  const { session } = await bed.agent.wait("run");
  assert.equal(session.success, true);
  // What had come before the stop is in the database.
  assert.deepEqual(bed.rows().map((row) => row["local_path"]), [before]);
  const during = await bed.file("during.dat");
  await bed.message("data_file", { path: during, timestamp: 1, plot: false });
  await bed.message("session_log", "hello");
  assert.deepEqual(bed.agent.feed("pysmurf_session_data").messages, [{
    ...ENVELOPE,
    type: "session_log",
    payload: "hello",
  }]);
  assert.equal(bed.rows().length, 1);
  await bed.agent.start("run");
  await bed.pass();
  assert.deepEqual(bed.rows().map((row) => row["local_path"]), [before, during]);
});

Deno.test("PysmurfMonitor --echo-sql logs the statements", async () => {
  await using bed = await MonitorBed.start({ echoSql: true });
  await bed.pass();
  await untilTrue(() => bed.agent.logTexts.some((text) => text.startsWith("SQL: CREATE TABLE")), {
    timeoutMs: PASS_MS,
  });
});

Deno.test("PysmurfMonitor takes the files of PysmurfPublisher, by any name", async () => {
  await using bed = await MonitorBed.start();
  const paths = [await bed.file("\u00b5K \u{1f4a1} and spaces.npy"), await bed.file("\u65e5\u672c.dat")];
  const publisher = await PysmurfPublisher.open({
    id: "crate1slot4",
    backend: "udp",
    udpPort: bed.agent.instance.port,
    getVariable: () => undefined,
  });
  await publisher.acting("take_iv", async () => {
    for (const path of paths) await publisher.registerFile({ path, type: "iv" });
  });
  await publisher[Symbol.asyncDispose]();
  await untilTrue(() => bed.data.udp.received === 4);
  await bed.pass();
  assert.deepEqual(
    bed.rows().map((row) => [row["local_path"], row["local_md5sum"]]),
    paths.map((path) => [path, MD5_OF_CONTENT]),
  );
});

Deno.test("PysmurfMonitor tells at its end which files are in no database", async () => {
  const bed = await MonitorBed.start({ testMode: true });
  await bed.message("data_file", { path: "/data/left.dat", timestamp: 1, plot: false });
  const { agent } = bed;
  await bed[Symbol.asyncDispose]();
  assert.ok(agent.logTexts.includes("1 files were not registered in the database: /data/left.dat"));
});
