/** Recording to disks that are full, read-only or not there: frames wait, and go on being whole (smurf B27). @module */
import assert from "node:assert/strict";
import { observationFrame, scanFrame } from "../../helpers/smurf_frames.ts";
import { mayMount, smallDisk } from "../../helpers/small_disk.ts";
import { untilTrue } from "../../helpers/until.ts";
import { FrameRecorderBed } from "./frame_recorder_bed.ts";

const ignore = !await mayMount(); // Only root may.
const FIRST = "15463/2019-01-01-12-00-00_000.g3";

/** Moves the time of the bed, with pauses in real time for the disk, until the work is done. */
async function finished(bed: FrameRecorderBed, work: Promise<unknown>): Promise<void> {
  let done = false;
  const end = work.finally(() => done = true);
  end.catch(() => {});
  await untilTrue(async () => {
    await bed.clock.advance(0.5);
    return done;
  }, { what: "the end of the work" });
  await end;
}

/** Waits until frames wait for the disk. */
async function troubled(bed: FrameRecorderBed): Promise<string> {
  return await untilTrue(async () => {
    await bed.clock.advance(0);
    return bed.troubles.at(-1);
  }, { what: "trouble" });
}

Deno.test({
  name:
    "smurf B27: FrameRecorder stops before the disk is full, holds what it has, and goes on in the same file",
  ignore,
  async fn() {
    await using disk = await smallDisk(1024);
    await using bed = await FrameRecorderBed.start({
      folder: disk.folder,
      stopFreeBytes: 400_000,
      timePerFileSeconds: 1000,
    });
    const frames = Array.from({ length: 20 }, (_, i) => scanFrame(i, { bytes: 50_000 }));
    let taken = 0;
    const work = (async () => {
      for (const frame of frames) {
        await bed.take(frame);
        taken++;
        await bed.clock.advance(0.5);
      }
    })();
    assert.match(await troubled(bed), /is full: .* MB free, less than 0\.4 MB; goes on from 0\.8 MB/);
    const then = taken;
    assert(then >= 10 && then < 14, `${then} frames`);
    await bed.clock.advance(3);
    assert.equal(taken, then);
    // All of it is whole while it waits.
    assert.equal((await bed.contents())[FIRST]?.length, then);
    await disk.resize(4096);
    await finished(bed, work);
    assert.equal(bed.report.data.frames.written, frames.length);
    assert.deepEqual(bed.report.data.frames.dropped, {});
    assert.deepEqual(bed.troubles.length, 2);
    assert.equal(bed.troubles[1], undefined);
    assert.deepEqual((await bed.contents())[FIRST], frames.map((_, i) => `S${i}`));
  },
});

Deno.test({
  name: "smurf B27: FrameRecorder cuts a frame that did not fit off again, and writes it when there is room",
  ignore,
  async fn() {
    await using disk = await smallDisk(512);
    await using bed = await FrameRecorderBed.start({ folder: disk.folder });
    await bed.take(observationFrame(0), scanFrame(1, { bytes: 20_000 }));
    await disk.fill();
    const work = bed.take(scanFrame(2, { bytes: 50_000 }), scanFrame(3));
    assert.match(await troubled(bed), /^Cannot write to ".*_000\.g3": No space left/);
    assert.equal(bed.report.data.disk.error, bed.troubles[0]);
    // Looked at while time stands still: the next try may be half way.
    assert.deepEqual(await bed.contents(), { [FIRST]: ["O0", "S1"] });
    await bed.clock.advance(30);
    assert.equal(bed.report.data.frames.written, 2);
    await disk.clear();
    await finished(bed, work);
    assert.deepEqual(bed.report.data.frames.dropped, {});
    assert.equal(bed.report.data.disk.error, null);
    // The pause was ours, not the sender's: no gap. But the file was open for more than its time.
    await bed.take(scanFrame(4), scanFrame(5));
    assert.deepEqual(await bed.contents(), {
      [FIRST]: ["O0", "S1", "S2", "S3", "S4"],
      "15463/2019-01-01-12-00-00_001.g3": ["O0", "S5"],
    });
  },
});

Deno.test("smurf B27: FrameRecorder waits for a folder that cannot be made, and goes on when it can", async () => {
  const folder = await Deno.makeTempDir({ prefix: "frames_" });
  await Deno.writeTextFile(`${folder}/15463`, "a file where the folder should be");
  await using bed = await FrameRecorderBed.start({ folder });
  const work = bed.take(scanFrame(0), scanFrame(1));
  assert.match(await troubled(bed), /^Cannot make folder ".*15463": /);
  await bed.clock.advance(5);
  assert.equal(await Deno.readTextFile(`${folder}/15463`), "a file where the folder should be");
  await Deno.remove(`${folder}/15463`);
  await finished(bed, work);
  assert.deepEqual(await bed.contents(), { [FIRST]: ["S0", "S1"] });
});

Deno.test({
  name: "FrameRecorder waits for a disk that is read-only, and does not take the open file for broken",
  ignore,
  async fn() {
    await using disk = await smallDisk(512);
    await using bed = await FrameRecorderBed.start({ folder: disk.folder });
    await disk.remount("ro");
    const work = bed.take(scanFrame(0));
    assert.match(await troubled(bed), /Read-only file system/);
    await disk.remount("rw");
    await finished(bed, work);
    assert.deepEqual(await bed.contents(), { [FIRST]: ["S0"] });
  },
});

Deno.test({
  name:
    "FrameRecorder gives up what it cannot write when it is told to end, counts it, and leaves the file whole",
  ignore,
  async fn() {
    await using disk = await smallDisk(256);
    await using bed = await FrameRecorderBed.start({ folder: disk.folder });
    await bed.take(scanFrame(0));
    await disk.fill();
    const work = bed.take(scanFrame(1, { bytes: 50_000 }), scanFrame(2));
    await troubled(bed);
    bed.over.abort();
    await finished(bed, work);
    assert.deepEqual(bed.report.data.frames.dropped, { "not writable": 2 });
    await bed.recorder.close();
    assert.match(bed.logs.at(-1) ?? "", /^2 frames are lost: (Cannot write to|Disk of) /);
    assert.equal(bed.troubles.at(-1), undefined);
    assert.deepEqual(await bed.contents(), { [FIRST]: ["S0"] });
  },
});

Deno.test({
  name: "FrameRecorder takes away a file into which nothing could be written",
  ignore,
  async fn() {
    await using disk = await smallDisk(64);
    await using bed = await FrameRecorderBed.start({ folder: disk.folder });
    const work = bed.take(scanFrame(0, { bytes: 200_000 }));
    await troubled(bed);
    bed.over.abort();
    await finished(bed, work);
    await bed.recorder.close();
    assert.deepEqual(await bed.contents(), {});
    assert.equal(bed.report.data.files.finished, 0);
  },
});
