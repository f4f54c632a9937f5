import assert from "node:assert/strict";
import { dataFrame, flowFrame, observationFrame, scanFrame } from "../../helpers/smurf_frames.ts";
import { RecorderBed } from "./recorder_bed.ts";

Deno.test("REC-22: TimestreamAggregator names files after the UTC time of their start", async () => {
  await using bed = await RecorderBed.start();
  await bed.send(flowFrame("START"), observationFrame(0), scanFrame(1));
  assert.deepEqual(await bed.contents(), { "15463/2019-01-01-12-00-00_000.g3": ["O0", "S1"] });
});

Deno.test("REC-23: TimestreamAggregator names files and folders as later versions did where options say so", async () => {
  await using bed = await RecorderBed.start({ fileNaming: "ctime", streamId: "fallback" });
  await bed.send(observationFrame(0, { streamId: "crate1slot2" }), flowFrame("END"), scanFrame(1));
  assert.deepEqual(await bed.contents(), {
    "15463/crate1slot2/1546344000_000.g3": ["O0"],
    "15463/fallback/1546344000_000.g3": ["S1"],
  });
});

Deno.test("REC-24: TimestreamAggregator goes on in further files of the same acquisition", async () => {
  await using bed = await RecorderBed.start({ timePerFile: 2 });
  await bed.send(observationFrame(0));
  for (let second = 1; second <= 7; second++) {
    await bed.agent.advance(1);
    await bed.send(scanFrame(second));
  }
  assert.deepEqual(await bed.contents(), {
    "15463/2019-01-01-12-00-00_000.g3": ["O0", "S1", "S2", "S3"],
    "15463/2019-01-01-12-00-00_001.g3": ["O0", "S4", "S5", "S6", "S7"],
  });
});

Deno.test("REC-36: TimestreamAggregator records PipelineInfo frames, and with folders for streams it does not", async () => {
  for (const [streamId, expected] of [[undefined, 2], ["x", 1]] as const) {
    await using bed = await RecorderBed.start({ streamId });
    await bed.send(dataFrame("P", 0), scanFrame(1));
    assert.equal(bed.data.frames.written, expected);
  }
});
