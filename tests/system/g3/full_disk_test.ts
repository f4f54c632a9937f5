/** Files on a disk that is full: nothing whole is lost, nothing broken is left. @module */
import assert from "node:assert/strict";
import { G3FileWriter } from "../../../g3/io/file_writer.ts";
import { splitG3File } from "../../../g3/io/read_file.ts";
import { frameLabel, scanFrame } from "../../helpers/smurf_frames.ts";
import { mayMount, smallDisk } from "../../helpers/small_disk.ts";

const ignore = !await mayMount(); // Only root may.

async function labels(path: string): Promise<string[]> {
  return await Array.fromAsync(splitG3File(path), (raw) => frameLabel(raw));
}

Deno.test({
  name: "G3FileWriter cuts off what it wrote of a frame that did not fit, and goes on when there is room",
  ignore,
  async fn() {
    await using disk = await smallDisk(256);
    const path = `${disk.folder}/a.g3`;
    await using file = await G3FileWriter.open(path);
    await file.write(scanFrame(0, { bytes: 10_000 }));
    await disk.fill();
    const before = file.bytes;
    await assert.rejects(file.write(scanFrame(1, { bytes: 100_000 })), /No space left/);
    assert.equal(file.broken, undefined);
    assert.equal(file.bytes, before);
    assert.equal((await Deno.stat(path)).size, before);
    assert.deepEqual(await labels(path), ["S0"]);
    await disk.clear();
    await file.write(scanFrame(1, { bytes: 100_000 }));
    assert.deepEqual(await labels(path), ["S0", "S1"]);
  },
});

Deno.test({
  name: "G3FileWriter keeps those of several frames that fitted, and says how far it came",
  ignore,
  async fn() {
    await using disk = await smallDisk(256);
    const path = `${disk.folder}/a.g3`;
    await using file = await G3FileWriter.open(path);
    const frames = [0, 1, 2, 3, 4].map((i) => scanFrame(i, { bytes: 80_000 }).encode());
    const length = frames[0]!.length;
    const bytes = new Uint8Array(frames.flatMap((frame) => [...frame]));
    const ends = frames.map((_, i) => (i + 1) * length);
    await assert.rejects(file.writeFrames(bytes, ends), /No space left/);
    // 256 KiB hold three of them.
    assert.equal(file.bytes, 3 * length);
    assert.deepEqual(await labels(path), ["S0", "S1", "S2"]);
    assert.equal((await Deno.stat(path)).size, 3 * length);
  },
});

Deno.test({
  name: "G3FileWriter never cuts a file that somebody else has written to, and takes no more",
  ignore,
  async fn() {
    await using disk = await smallDisk(256);
    const path = `${disk.folder}/a.g3`;
    await using file = await G3FileWriter.open(path);
    await file.write(scanFrame(0));
    await Deno.writeFile(path, new Uint8Array(1000), { append: true });
    const foreign = (await Deno.stat(path)).size;
    await assert.rejects(file.write(scanFrame(1, { bytes: 400_000 })), /No space left/);
    assert.match(String(file.broken), /has \d+ bytes, expected \d+/);
    assert((await Deno.stat(path)).size > foreign);
    await assert.rejects(file.write(scanFrame(2)), /an earlier write failed, and it may end inside a frame/);
  },
});
