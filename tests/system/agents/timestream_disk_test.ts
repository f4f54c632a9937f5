/** The timestream aggregator and a disk that fills up: told, held, resumed, nothing lost. @module */
import assert from "node:assert/strict";
import { scanFrame } from "../../helpers/smurf_frames.ts";
import { mayMount, smallDisk } from "../../helpers/small_disk.ts";
import { untilTrue } from "../../helpers/until.ts";
import { HostileSender } from "./hostile_sender.ts";
import { filesBelow, RecorderBed } from "./recorder_bed.ts";

const ignore = !await mayMount(); // Only root may.
const FRAMES = 300;
const FRAME_BYTES = 100_000;

for (
  const [stopFreeMb, reason] of [[0.4, /Disk of ".*" is full: /], [
    0,
    /No space left|has room for \d+ bytes/,
  ]] as const
) {
  Deno.test({
    name:
      `smurf B27: TimestreamAggregator holds frames and the sender while the disk is full, and goes on (stop at ${stopFreeMb} MB)`,
    ignore,
    async fn() {
      await using disk = await smallDisk(2048);
      using hostile = new HostileSender();
      await using bed = await RecorderBed.alone({
        port: hostile.port,
        dataDir: disk.folder,
        stopFreeMb,
        warnFreeMb: 1,
        timePerFile: 100_000,
      });
      const conn = await hostile.accept();
      const frames = Array.from({ length: FRAMES }, (_, i) => scanFrame(i, { bytes: FRAME_BYTES }).encode());
      const sending = conn.send(...frames);
      let isSent = false;
      sending.then(() => isSent = true, () => {});
      await bed.advanceUntil(() => bed.data.disk.error !== null, "a full disk");
      const session = async () => (await bed.agent.status("stream")).session;
      assert.equal((await session()).degraded, true);
      assert.match(bed.data.disk.error ?? "", reason);
      const texts = (await session()).messages?.map(([, text]) => String(text)) ?? [];
      assert(texts.some((text) => /^Disk of ".*" (fills up|is full): /.test(text)), texts.join("\n"));
      assert(texts.some((text) => text.startsWith("Frames wait in memory, and nothing is read: ")));
      // However long: the sender waits, and the connection stays.
      await bed.agent.advance(60);
      assert(bed.data.frames.written < FRAMES);
      assert.deepEqual([isSent, bed.data.connected, (await session()).degraded], [false, true, true]);

      await disk.resize(65_536);
      await bed.advanceUntil(() => bed.data.frames.written === FRAMES, "all frames");
      await sending;
      assert.equal((await session()).degraded, false);
      assert.equal(bed.data.disk.error, null);
      assert.deepEqual(bed.data.frames.dropped, {});
      assert.equal(bed.data.connections.made, 1);
      const files = await filesBelow(disk.folder);
      assert.equal(files.length, 1);
      assert.deepEqual(await Deno.readFile(`${disk.folder}/${files[0]}`), joined(frames));
    },
  });
}

Deno.test({
  name: "TimestreamAggregator can be stopped while the disk is full, and says what it has lost by that",
  ignore,
  async fn() {
    await using disk = await smallDisk(512);
    using hostile = new HostileSender();
    await using bed = await RecorderBed.alone({ port: hostile.port, dataDir: disk.folder, stopFreeMb: 0.2 });
    const conn = await hostile.accept();
    for (let i = 0; i < 6; i++) await conn.send(scanFrame(i, { bytes: FRAME_BYTES }));
    await bed.advanceUntil(() => bed.data.disk.error !== null, "a full disk");
    conn.close();
    await bed.stop();
    const { written, dropped } = bed.data.frames;
    assert.deepEqual(dropped, { "not writable": 6 - written });
    await untilTrue(() => bed.agent.logTexts.some((text) => /frames are lost: Disk of/.test(text)), {
      what: "a word about it",
    });
  },
});

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
