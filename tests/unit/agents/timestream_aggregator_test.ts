import assert from "node:assert/strict";
import { Acquisition, type RecordingRules } from "../../../agents/timestream_aggregator/acquisition.ts";
import {
  acquisitionBase,
  acquisitionFolder,
  fileName,
  isFolderName,
} from "../../../agents/timestream_aggregator/file_names.ts";
import { flowOf, streamIdOf } from "../../../agents/timestream_aggregator/frame_facts.ts";
import { FrameRun } from "../../../agents/timestream_aggregator/frame_run.ts";
import { parseSyncPolicy } from "../../../g3/io/mod.ts";
import { StreamReport } from "../../../agents/timestream_aggregator/stream_report.ts";
import { ManualClock } from "../../../framework/mod.ts";
import { blobFinder, FrameSplitter, G3Frame, g3Int, g3String, type RawFrame } from "../../../g3/mod.ts";
import { bigEndian, flowFrame, observationFrame, rawFrame, scanFrame } from "../../helpers/smurf_frames.ts";

const START = 1_546_344_000; // 2019-01-01 12:00:00 UTC
const RULES: RecordingRules = {
  dataDir: "/data/",
  fileNaming: "date",
  timePerFileSeconds: 10,
  gapSeconds: 5,
};

/** An acquisition with its clock, and a scan frame to ask it about. */
function acquisition(rules: Partial<RecordingRules> = {}, start = START) {
  const clock = new ManualClock(start);
  return { clock, it: new Acquisition({ ...RULES, ...rules }, clock), frame: rawFrame(scanFrame(0)) };
}

Deno.test("REC-5, REC-8: Acquisition finds no file full and no gap while none is open", () => {
  const { it, clock } = acquisition();
  clock.tick(1e9);
  assert.deepEqual([it.isFileFull(), it.isGap(), it.isOpen, it.suffix], [false, false, false, 0]);
});

Deno.test("REC-6, REC-7: Acquisition counts up with each further file, and begins anew when it is closed", () => {
  const { it, clock } = acquisition();
  it.opened();
  clock.tick(10_000);
  // Strictly longer: smurf 4.4, step 8.
  assert.equal(it.isFileFull(), false);
  clock.tick(10_000);
  assert.equal(it.isFileFull(), true);
  it.finishFile();
  assert.deepEqual([it.isOpen, it.suffix], [false, 1]);
  it.opened();
  it.close();
  assert.deepEqual([it.isOpen, it.suffix], [false, 0]);
  it.close();
  assert.equal(it.suffix, 0);
});

Deno.test("REC-9: Acquisition sees a gap when the last write is longer ago than the rules say, and not sooner", () => {
  const { it, clock, frame } = acquisition();
  it.opened();
  it.wrote(frame);
  clock.tick(5000);
  assert.equal(it.isGap(), false);
  clock.tick(1);
  assert.equal(it.isGap(), true);
  // Also a frame that is not recorded shows it.
  assert.equal(it.judge(rawFrame(flowFrame("ALIVE"))).closes, true);
  it.wrote(frame);
  assert.equal(it.isGap(), false);
});

Deno.test("Acquisition measures gaps and files by a clock that nobody sets", () => {
  const { frame } = acquisition();
  let nowSeconds = START;
  let ms = 0;
  const clock = { now: () => nowSeconds, monotonicMs: () => ms, setTimer: () => () => {} };
  const it = new Acquisition(RULES, clock);
  it.opened();
  it.wrote(frame);
  nowSeconds += 3600;
  assert.deepEqual([it.isGap(), it.isFileFull()], [false, false]);
  nowSeconds -= 7200;
  ms += 11_000;
  assert.deepEqual([it.isGap(), it.isFileFull()], [true, true]);
});

Deno.test("REC-25: Acquisition keeps folder and base of its files over a change of folder", () => {
  const { it, clock, frame } = acquisition({}, 1_568_499_990);
  assert.equal(it.nextFile(frame).path, "/data/15684/2019-09-14-22-26-30_000.g3");
  it.opened();
  clock.tick(20_000);
  it.finishFile();
  assert.equal(it.nextFile(frame).path, "/data/15684/2019-09-14-22-26-30_001.g3");
  it.opened();
  it.close();
  assert.equal(it.nextFile(frame).path, "/data/15685/2019-09-14-22-26-50_000.g3");
});

Deno.test("REC-31: Acquisition passes over names that are taken, and keeps its base", () => {
  const { it, frame } = acquisition({ fileNaming: "ctime" });
  const paths: string[] = [];
  for (let i = 0; i < 3; i++) {
    paths.push(it.nextFile(frame).path);
    it.nameIsTaken();
  }
  assert.deepEqual(paths, [0, 1, 2].map((n) => `/data/15463/1546344000_00${n}.g3`));
});

Deno.test("REC-23: Acquisition puts each stream into its folder, and never anywhere else", () => {
  const folder = (streamId: string | undefined, own: string | undefined) => {
    const { it } = acquisition({ streamId });
    return it.nextFile(rawFrame(scanFrame(0, { streamId: own }))).folder;
  };
  assert.equal(folder("None", "crate1slot2"), "/data/15463/crate1slot2");
  assert.equal(folder("None", undefined), "/data/15463/None");
  assert.equal(folder(undefined, "crate1slot2"), "/data/15463");
  for (const hostile of ["../../etc", "/etc", "..", ".", "", "a\0b", "a\nb", "a\\b", "x".repeat(101)]) {
    assert.equal(folder("safe", hostile), "/data/15463/safe", JSON.stringify(hostile));
  }
});

Deno.test("Acquisition takes a data directory with any end", () => {
  for (
    const [dataDir, folder] of [["/", "/15463"], ["data", "data/15463"], ["/a/b///", "/a/b/15463"]] as const
  ) {
    const { it, frame } = acquisition({ dataDir });
    assert.equal(it.nextFile(frame).folder, folder);
  }
});

Deno.test("REC-17 to REC-21, REC-36: judge() obeys the flow and says what is not recorded", () => {
  const verdicts = (rules: Partial<RecordingRules>, open: boolean) => (frame: G3Frame) => {
    const { it } = acquisition(rules);
    if (open) it.opened();
    const { closes, drop } = it.judge(rawFrame(frame));
    return [closes, drop];
  };
  const open = verdicts({}, true);
  assert.deepEqual(open(flowFrame("START")), [true, "flow control"]);
  assert.deepEqual(open(flowFrame("END")), [true, "flow control"]);
  assert.deepEqual(open(flowFrame("ALIVE")), [false, "flow control"]);
  assert.deepEqual(open(flowFrame("CLEANSE", "O")), [false, "flow control"]);
  assert.deepEqual(open(flowFrame("CLEANSE", "W")), [false, "flow control"]);
  for (const value of [4, 9, -1]) assert.deepEqual(open(flowFrame(value)), [false, "flow control"]);
  const strange = new G3Frame("N").set("sostream_flowcontrol", g3String("START"));
  assert.deepEqual(open(strange), [false, "flow control"]);
  assert.deepEqual(open(new G3Frame("N").setBlob("sostream_flowcontrol", new Uint8Array(3))), [
    false,
    "flow control",
  ]);
  assert.deepEqual(open(new G3Frame("N")), [false, undefined]);
  assert.deepEqual(open(new G3Frame("q")), [false, undefined]);
  assert.deepEqual(open(new G3Frame("P")), [false, undefined]);
  assert.deepEqual(verdicts({ streamId: "x" }, true)(new G3Frame("P")), [false, "PipelineInfo"]);
  const idle = verdicts({}, false);
  assert.deepEqual(idle(flowFrame("START")), [false, "flow control"]);
  assert.deepEqual(idle(scanFrame(0)), [false, undefined]);
});

Deno.test("REC-18, REC-29, REC-30: Acquisition remembers the last Observation frame until END", () => {
  const { it, frame } = acquisition();
  const first = observationFrame(1).encode();
  const raw = rawFrame(first);
  it.wrote(raw);
  it.wrote(frame);
  // The memory of frames is used again.
  raw.bytes.fill(0);
  assert.deepEqual(it.lastMeta, observationFrame(1).encode());
  it.judge(rawFrame(flowFrame("START")));
  it.judge(rawFrame(flowFrame("CLEANSE", "O")));
  it.close();
  assert.deepEqual(it.lastMeta, observationFrame(1).encode());
  it.judge(rawFrame(flowFrame("END")));
  assert.equal(it.lastMeta, undefined);
});

Deno.test("acquisitionFolder(), acquisitionBase() and fileName() name files as the guide does", () => {
  assert.equal(acquisitionFolder(1_577_880_000.3), "15778");
  assert.equal(acquisitionFolder(1_577_880_000.3, "crate1slot2"), "15778/crate1slot2");
  assert.equal(acquisitionBase(START + 0.999, "date"), "2019-01-01-12-00-00");
  assert.equal(acquisitionBase(START + 0.999, "ctime"), "1546344000");
  assert.equal(fileName("2019-01-01-12-00-00", 1), "2019-01-01-12-00-00_001.g3");
  assert.equal(fileName("x", 999), "x_999.g3");
  assert.equal(fileName("x", 1000), "x_1000.g3");
  assert.equal(isFolderName("crate1slot2"), true);
});

Deno.test("flowOf() and streamIdOf() read frames of both byte orders, and never throw", () => {
  const frame = flowFrame("END").set("sostream_id", g3String("crate1slot2")).set("session_id", g3Int(7));
  for (const raw of [rawFrame(frame), rawFrame(bigEndian(frame))]) {
    assert.equal(flowOf(raw), "END");
    assert.equal(streamIdOf(raw), "crate1slot2");
  }
  const strange = new G3Frame("S").setBlob("sostream_id", new Uint8Array(0)).set(
    "sostream_flowcontrol_",
    g3Int(1),
  );
  assert.equal(flowOf(rawFrame(strange)), undefined);
  assert.equal(streamIdOf(rawFrame(strange)), undefined);
});

Deno.test("blobFinder() gives the first value of a key, wherever it is", () => {
  const frame = new G3Frame("S").set("", g3Int(1)).set("a", g3Int(2)).set("ab", g3Int(3));
  const raw = rawFrame(frame);
  for (const key of ["", "a", "ab"]) assert.deepEqual(blobFinder(key)(raw), G3Frame.parse(raw).blob(key));
  for (const key of ["b", "abc", "A"]) assert.equal(blobFinder(key)(raw), undefined);
});

/** Frames side by side, as a piece of a stream has them. */
function sideBySide(...frames: readonly G3Frame[]): RawFrame[] {
  const piece = new Uint8Array(frames.flatMap((frame) => [...frame.encode()]));
  return [...new FrameSplitter().push(piece)];
}

Deno.test("FrameRun takes frames that lie side by side, without a copy, and gives them back in parts", () => {
  const [a, b, c] = sideBySide(scanFrame(1), observationFrame(2), scanFrame(3));
  assert(a !== undefined && b !== undefined && c !== undefined);
  const run = new FrameRun();
  assert.equal(run.add(a), true);
  assert.equal(run.add(c), false, "b is missing between them");
  assert.equal(run.add(rawFrame(scanFrame(9))), false, "other memory");
  assert.equal(run.add(b), true);
  assert.equal(run.add(c), true);
  assert.equal(run.bytes.buffer, a.bytes.buffer);
  const [endA, endB] = run.ends;
  assert(endA !== undefined && endB !== undefined);
  assert.deepEqual([...run.shift(endB - 1)], [a.type]);
  assert.deepEqual(run.ends, [b.bytes.length, b.bytes.length + c.bytes.length]);
  assert.deepEqual(run.bytes.subarray(0, b.bytes.length), b.bytes);
  assert.deepEqual([...run.shift(run.bytes.length)], [b.type, c.type]);
  assert.equal(run.bytes.length, 0);
});

Deno.test("StreamReport counts types by name, and no more names than it can bear", () => {
  const report = new StreamReport(new ManualClock(START));
  report.wrote([0x53, 0x53, 0x4f, 0x61626364, 0, 7, 0xff00ff], 100);
  assert.deepEqual(report.data.frames.by_type, { S: 2, O: 1, abcd: 1, "0x0": 1, "0x7": 1, "0xff00ff": 1 });
  for (let type = 0x1000_0000; type < 0x1000_1000; type++) report.wrote([type], 1);
  assert(Object.keys(report.data.frames.by_type).length <= 41);
  assert.equal(report.data.frames.written, 7 + 4096);
  assert.equal(Object.values(report.data.frames.by_type).reduce((sum, n) => sum + n, 0), 7 + 4096);
});

Deno.test("parseSyncPolicy() knows three words and seconds, and refuses anything else by name", () => {
  assert.equal(parseSyncPolicy("never"), "never");
  assert.equal(parseSyncPolicy("close"), "close");
  assert.equal(parseSyncPolicy("frame"), "frame");
  assert.deepEqual(parseSyncPolicy("2.5"), { everySeconds: 2.5 });
  for (const text of ["", "0", "-1", "always", "1e3", "Infinity", "5 s"]) {
    assert.throws(() => parseSyncPolicy(text), /Cannot read --fsync ".*": expected never, close, frame or/);
  }
});
