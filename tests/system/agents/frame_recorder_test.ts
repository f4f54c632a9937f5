/** Recording without a network: which frame is in which file. @module */
import assert from "node:assert/strict";
import { g3Double, G3Frame, g3Int } from "../../../g3/mod.ts";
import { readG3File } from "../../../g3/io/mod.ts";
import { bigEndian, dataFrame, flowFrame, observationFrame, scanFrame } from "../../helpers/smurf_frames.ts";
import { FrameRecorderBed } from "./frame_recorder_bed.ts";

const FIRST = "15463/2019-01-01-12-00-00_000.g3";
const SECOND = "15463/2019-01-01-12-00-00_001.g3";

Deno.test("REC-10: FrameRecorder makes a file with the first frame, and none before", async () => {
  await using bed = await FrameRecorderBed.start();
  assert.deepEqual(await bed.contents(), {});
  assert.equal(bed.report.data.current_file, null);
  await bed.take(scanFrame(0));
  assert.equal(bed.report.data.current_file, `${bed.folder}/${FIRST}`);
  // In the file before anything else is waited for.
  assert.deepEqual(await bed.contents(), { [FIRST]: ["S0"] });
});

Deno.test("REC-11, REC-31: FrameRecorder makes a file for each acquisition of a second, and truncates none", async () => {
  await using bed = await FrameRecorderBed.start();
  for (let i = 0; i < 3; i++) await bed.take(flowFrame("START"), scanFrame(i), flowFrame("END"));
  assert.deepEqual(await bed.contents(), {
    [FIRST]: ["S0"],
    [SECOND]: ["S1"],
    "15463/2019-01-01-12-00-00_002.g3": ["S2"],
  });
  assert.equal(bed.report.data.files.finished, 3);
});

Deno.test("smurf B12: FrameRecorder begins an acquisition in the second of a rotation under its own name", async () => {
  await using bed = await FrameRecorderBed.start();
  await bed.take(observationFrame(0));
  await bed.clock.advance(11);
  await bed.take(scanFrame(1)); // gap: a new acquisition
  await bed.clock.advance(4);
  await bed.take(scanFrame(2));
  await bed.clock.advance(4);
  await bed.take(scanFrame(3));
  await bed.clock.advance(4);
  await bed.take(scanFrame(4)); // rotates
  await bed.take(scanFrame(5), flowFrame("END"), flowFrame("START"), scanFrame(6));
  assert.deepEqual(await bed.contents(), {
    [FIRST]: ["O0"],
    "15463/2019-01-01-12-00-11_000.g3": ["O0", "S1", "S2", "S3", "S4"],
    "15463/2019-01-01-12-00-11_001.g3": ["O0", "S5"],
    "15463/2019-01-01-12-00-23_000.g3": ["S6"],
  });
});

Deno.test("FrameRecorder touches no file that is there, whatever it holds", async () => {
  await using bed = await FrameRecorderBed.start();
  await Deno.mkdir(`${bed.folder}/15463`);
  await Deno.writeTextFile(`${bed.folder}/${FIRST}`, "somebody's");
  await Deno.symlink("nowhere", `${bed.folder}/${SECOND}`);
  await bed.take(scanFrame(0));
  assert.equal(await Deno.readTextFile(`${bed.folder}/${FIRST}`), "somebody's");
  assert.equal(bed.report.data.current_file, `${bed.folder}/15463/2019-01-01-12-00-00_002.g3`);
});

Deno.test("REC-12, REC-29: FrameRecorder begins a further file with the latest Observation frame, byte for byte", async () => {
  await using bed = await FrameRecorderBed.start();
  const meta = new G3Frame("O").set("session_id", g3Int(0)).set("start_time", g3Double(1.5));
  await bed.takeBytes(bigEndian(meta));
  await bed.clock.advance(4);
  await bed.take(scanFrame(1));
  await bed.clock.advance(4);
  await bed.take(scanFrame(2));
  await bed.clock.advance(4);
  await bed.take(scanFrame(3), scanFrame(4));
  const second = await Deno.readFile(`${bed.folder}/${SECOND}`);
  assert.deepEqual(second, new Uint8Array([...bigEndian(meta), ...scanFrame(4).encode()]));
  assert.equal(bed.report.data.frames.repeated, 1);
  assert.equal(bed.report.data.frames.written, 5);
});

Deno.test("REC-13: FrameRecorder does not write a START, with or without a file", async () => {
  await using bed = await FrameRecorderBed.start();
  await bed.take(flowFrame("START"), flowFrame("END"), flowFrame("ALIVE"), flowFrame("CLEANSE", "O"));
  assert.deepEqual(await bed.contents(), {});
  assert.deepEqual(bed.report.data.flow, { START: 1, END: 1, ALIVE: 1, CLEANSE: 1 });
  assert.deepEqual(bed.report.data.frames.dropped, { "flow control": 4 });
});

Deno.test("REC-14: FrameRecorder writes one Observation frame, and it is read back as it was", async () => {
  await using bed = await FrameRecorderBed.start();
  const meta = new G3Frame("O").set("session_id", g3Int(0));
  await bed.take(meta);
  const frames = await Array.fromAsync(readG3File(`${bed.folder}/${FIRST}`));
  assert.equal(frames.length, 1);
  assert.equal(frames[0]?.letters, "O");
  assert.equal(frames[0]?.get("session_id", "G3Int").value, 0n);
  assert.deepEqual(await Deno.readFile(`${bed.folder}/${FIRST}`), meta.encode());
});

Deno.test("REC-19 to REC-21: FrameRecorder keeps frames of type none without flow control, and no CLEANSE", async () => {
  await using bed = await FrameRecorderBed.start();
  await bed.take(
    dataFrame("N", 0),
    flowFrame("ALIVE"),
    flowFrame("CLEANSE", "O"),
    flowFrame("CLEANSE", "W"),
    flowFrame(9, "S"),
    dataFrame("W", 1),
  );
  assert.deepEqual(await bed.contents(), { [FIRST]: ["N0", "W1"] });
});

Deno.test("REC-26, REC-27: FrameRecorder ends an acquisition at a gap, also while ALIVE frames come", async () => {
  await using bed = await FrameRecorderBed.start();
  await bed.take(observationFrame(0), scanFrame(1));
  for (let i = 0; i < 5; i++) {
    await bed.clock.advance(1);
    await bed.take(flowFrame("ALIVE"));
  }
  assert.notEqual(bed.report.data.current_file, null);
  await bed.clock.advance(1);
  await bed.take(flowFrame("ALIVE"));
  assert.equal(bed.report.data.current_file, null);
  await bed.take(scanFrame(2));
  assert.deepEqual(await bed.contents(), {
    [FIRST]: ["O0", "S1"],
    // smurf 4.5: the old Observation frame is remembered, as no END has come.
    "15463/2019-01-01-12-00-06_000.g3": ["O0", "S2"],
  });
});

Deno.test("REC-28, REC-30: FrameRecorder forgets the Observation frame at END, and CLEANSE does not replace it", async () => {
  await using bed = await FrameRecorderBed.start();
  await bed.take(flowFrame("START"), observationFrame(0), scanFrame(1), flowFrame("START"), scanFrame(2));
  await bed.take(flowFrame("END"), flowFrame("CLEANSE", "O"), flowFrame("CLEANSE", "W"), scanFrame(3));
  assert.deepEqual(await bed.contents(), {
    [FIRST]: ["O0", "S1"],
    [SECOND]: ["O0", "S2"],
    "15463/2019-01-01-12-00-00_002.g3": ["S3"],
  });
});

Deno.test("FrameRecorder rotates after the frame that is too late, and makes no empty file", async () => {
  await using bed = await FrameRecorderBed.start({ gapSeconds: 100 });
  await bed.take(scanFrame(0));
  await bed.clock.advance(10.5);
  await bed.take(scanFrame(1));
  assert.equal(bed.report.data.files.finished, 1);
  await bed.recorder.close();
  assert.deepEqual(await bed.contents(), { [FIRST]: ["S0", "S1"] });
});

Deno.test("FrameRecorder keeps the whole frames before damage, and leaves out one with a wrong checksum", async () => {
  await using bed = await FrameRecorderBed.start();
  const bad = scanFrame(1).encode();
  bad[bad.length - 1]! ^= 1;
  const [a, c] = [scanFrame(0).encode(), scanFrame(2).encode()];
  const piece = new Uint8Array([...a, ...bad, ...c, ...new Uint8Array(13).fill(255)]);
  await assert.rejects(bed.takeBytes(piece), /a frame begins with 0 or 1, and this with 255/);
  assert.deepEqual(await bed.contents(), { [FIRST]: ["S0", "S2"] });
  assert.deepEqual(bed.report.data.frames.dropped, { damaged: 1 });
});

for (const size of [1, 97, 1000, 4096, 65_536]) {
  Deno.test(`FrameRecorder writes the same bytes when they come in pieces of ${size}`, async () => {
    await using bed = await FrameRecorderBed.start();
    const frames = Array.from({ length: 40 }, (_, i) => scanFrame(i, { bytes: (i * 397) % 3000 }).encode());
    const bytes = new Uint8Array(frames.flatMap((frame) => [...frame]));
    await bed.takePieces(bytes, size);
    assert.equal(bed.report.data.frames.written, frames.length);
    assert.deepEqual(await Deno.readFile(`${bed.folder}/${FIRST}`), bytes);
  });
}

Deno.test("FrameRecorder shows its monitor the frames that it wants, once they are in the file", async () => {
  const shown: string[] = [];
  const monitor = {
    wants: ({ type }: { type: number }) => type === 0x53,
    show: ({ offset }: { offset: number }) => void shown.push(`${offset} ${bed.report.data.frames.written}`),
  };
  await using bed = await FrameRecorderBed.start({ monitor });
  await bed.take(scanFrame(0), observationFrame(1), scanFrame(2));
  const length = scanFrame(0).encode().length;
  assert.deepEqual(shown, ["0 3", `${2 * length} 3`]);
});
