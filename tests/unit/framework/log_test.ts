import assert from "node:assert/strict";
import {
  consoleSink,
  consoleTime,
  createLog,
  fileTime,
  LOG_LEVELS,
  type LogRecord,
  makeLogger,
  openLogFile,
  parseLogLevel,
  WriterSink,
} from "../../../framework/mod.ts";

Deno.test("parseLogLevel() knows Python's levels, and refuses others with Python's text", () => {
  for (const level of LOG_LEVELS) assert.equal(parseLogLevel(level), level);
  assert.throws(() => parseLogLevel("INFO"), {
    message: "Invalid log level 'INFO'; valid are: none, critical, error, warn, info, debug, trace",
  });
});

Deno.test("createLog() writes what its level lets through", () => {
  const seen = (level: typeof LOG_LEVELS[number]): string[] => {
    const lines: LogRecord[] = [];
    const log = createLog({ level, sinks: [{ write: (record) => lines.push(record) }], now: () => 5 });
    for (const method of ["trace", "debug", "info", "warn", "error", "critical"] as const) {
      log[method](method);
    }
    return lines.map((line) => line.text);
  };
  assert.deepEqual(seen("none"), []);
  assert.deepEqual(seen("warn"), ["warn", "error", "critical"]);
  assert.deepEqual(seen("info"), ["info", "warn", "error", "critical"]);
  assert.equal(seen("trace").length, 6);
});

Deno.test("makeLogger() puts a name in front", () => {
  const lines: LogRecord[] = [];
  const log = makeLogger(
    createLog({ sinks: [{ write: (record) => lines.push(record) }], now: () => 5 }),
    "Driver",
  );
  log.error("no answer");
  assert.deepEqual(lines, [{ level: "error", timestampSeconds: 5, text: "Driver: no answer" }]);
});

Deno.test("consoleTime() is local time with its offset, fileTime() UTC with microseconds", () => {
  assert.match(consoleTime(1_795_190_571), /^2026-11-2\dT\d\d:\d\d:51[+-]\d{4}$/);
  const minutes = -new Date(0).getTimezoneOffset();
  if (minutes === 0) assert.equal(consoleTime(0), "1970-01-01T00:00:00+0000");
  assert.equal(fileTime(0.000001), "1970-01-01T00-00-00.000001");
  assert.equal(fileTime(1_795_190_571.9999999), "2026-11-20T16-02-52.000000");
  assert.equal(fileTime(1_795_190_571.25), "2026-11-20T16-02-51.250000");
});

Deno.test("consoleSink() writes lines whole and in order, also to a writer that takes little at a time", async () => {
  const bytes: number[] = [];
  const sink = consoleSink({
    write(chunk) {
      const part = chunk.subarray(0, 7);
      bytes.push(...part);
      return Promise.resolve(part.length);
    },
  });
  const log = createLog({ sinks: [sink], now: () => 0 });
  for (let i = 0; i < 50; i++) log.info(`line ${i} ä`);
  await sink.flush();
  const lines = new TextDecoder().decode(new Uint8Array(bytes)).trimEnd().split("\n");
  assert.equal(lines.length, 50);
  lines.forEach((line, i) => assert.ok(line.endsWith(`000 line ${i} ä`), line));
});

Deno.test("WriterSink drops lines behind 1 MiB while nobody reads, says how many, and never blocks", async () => {
  const written: string[] = [];
  let open = Promise.withResolvers<void>();
  const sink = new WriterSink({
    async write(chunk) {
      await open.promise;
      written.push(new TextDecoder().decode(chunk));
      return chunk.length;
    },
  }, ({ text }) => text);
  const record: LogRecord = { level: "info", timestampSeconds: 0, text: "x".repeat(100_000) };
  for (let i = 0; i < 50; i++) sink.write(record);
  open.resolve();
  await sink.flush();
  open = Promise.withResolvers<void>();
  open.resolve();
  sink.write({ ...record, text: "after" });
  await sink.flush();
  assert.ok(written.join("").length < 1_500_000);
  assert.match(written.at(-1) ?? "", /^\(\d+ lines were dropped: nobody read them\)\nafter\n$/);
});

Deno.test("WriterSink is quiet about a console that is gone", async () => {
  const sink = new WriterSink({ write: () => Promise.reject(new Error("EPIPE")) }, ({ text }) => text);
  sink.write({ level: "info", timestampSeconds: 0, text: "a" });
  await sink.flush();
  sink.write({ level: "info", timestampSeconds: 0, text: "b" });
  await sink.flush();
});

Deno.test("OCS 71: the log file is <log dir>/<address>.log, appended to", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const quiet = createLog({ sinks: [] });
    const path = `${folder}/observatory.faker1.log`;
    await Deno.writeTextFile(path, "before\n");
    for (const options of [{ logDir: folder }, { logDir: ".", workingDir: folder }]) {
      using file = openLogFile({ ...options, address: "observatory.faker1" }, quiet);
      createLog({ sinks: file === undefined ? [] : [file], now: () => 0 }).info("line");
    }
    assert.equal(
      await Deno.readTextFile(path),
      "before\n1970-01-01T00-00-00.000000 line\n1970-01-01T00-00-00.000000 line\n",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openLogFile() says in Python's words what stands in the way, and the agent goes on", () => {
  const lines: string[] = [];
  const log = createLog({ sinks: [{ write: ({ text }) => lines.push(text) }] });
  const open = (logDir: string | undefined) => openLogFile({ logDir, address: "observatory.x" }, log);
  assert.equal(open(undefined), undefined);
  assert.equal(open("/no/such/folder"), undefined);
  assert.equal(open("no/such/folder"), undefined);
  assert.deepEqual(lines, [
    "Log directory does not exist: /no/such/folder",
    "Cannot use relative log_dir without explicit working_dir.",
    "Log directory does not exist: no/such/folder",
  ]);
});
