import assert from "node:assert/strict";
import type { G3Frame } from "../../../../g3/frame.ts";
import { readFramesSync } from "../../../../g3/read_frames.ts";
import { HkChoice, type HkProviderBlock } from "../../../../hk/mod.ts";
import { scanBlocks } from "../../../../verbs/g3/scan_blocks.ts";
import { goldenFile } from "../../../helpers/g3_golden.ts";

function scans(name: string): G3Frame[] {
  return [...readFramesSync(goldenFile(name))].filter(({ letters }) => letters === "S");
}

function blocks(frames: readonly G3Frame[], ...wanted: readonly string[]): HkProviderBlock[] {
  return frames.flatMap((frame) => [...scanBlocks(frame, new HkChoice(wanted))]);
}

Deno.test("scanBlocks() gives the samples of channels with their times", () => {
  const [frame] = scans("smurf_stream.g3");
  assert(frame !== undefined);
  const { names, times, value } = frame.get("data", "G3SuperTimestream");
  const [block, ...more] = blocks([frame], "data.r0002");
  assert.deepEqual(more, []);
  assert.deepEqual([block?.provider, block?.name], ["crate1slot2.data", "data"]);
  assert.deepEqual(block?.ticks, times);
  assert.deepEqual([...block!.fields.keys()], ["r0002"]);
  const at = names.indexOf("r0002");
  const row = Array.from<number | bigint, bigint>(
    value.subarray(at * times.length, (at + 1) * times.length),
    BigInt,
  );
  assert.deepEqual([...block!.fields.get("r0002")!.values], row);
});

Deno.test("scanBlocks() reads streams of version 1 and of the simulator, whose samples are evenly spaced", () => {
  for (
    const [name, provider] of [["smurf_v1.g3", "crate1slot2"], ["smurf_simulator.g3", "stream_sim"]] as const
  ) {
    const frames = scans(name);
    const found = blocks(frames, "data.r0001");
    assert.equal(found.length, frames.filter((frame) => frame.has("data")).length);
    for (const [at, block] of found.entries()) {
      assert.equal(block.provider, `${provider}.data`);
      const timestream = frames[at]!.get("data", "G3TimestreamMap").value.get("r0001")!;
      assert.deepEqual([...block.fields.get("r0001")!.values].map(Number), [...timestream.value].map(Number));
      assert.deepEqual([block.ticks[0], block.ticks.at(-1)], [timestream.start, timestream.stop]);
      for (const [place, tick] of block.ticks.entries()) assert(tick > (block.ticks[place - 1] ?? 0n));
    }
  }
  const primary = blocks(scans("smurf_v1.g3"), "primary.Counter0");
  assert.equal(primary[0]?.fields.get("Counter0")?.kind, "int");
});

Deno.test("scanBlocks() gives nothing of other frames", () => {
  const others = [...readFramesSync(goldenFile("smurf_stream.g3"))].filter(({ letters }) => letters !== "S");
  assert(others.length > 3);
  assert.deepEqual(blocks(others), []);
});
