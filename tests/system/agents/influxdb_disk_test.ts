// deno-lint-ignore-file no-console -- whoever runs the tests must see why some were skipped
import assert from "node:assert/strict";
import { freePort } from "../../helpers/free_port.ts";
import { mayMount, smallDisk } from "../../helpers/small_disk.ts";
import { StrictInflux } from "../../helpers/strict_influx.ts";
import { PublisherBed, ROOT } from "./publisher_bed.ts";

const ignore = !await mayMount();
if (ignore) console.log("skipped: tests on small disks: this user may not mount any");

/** How many different points of `n` are there. */
const found = (influx: StrictInflux) =>
  new Set([...influx.points.values()].map((fields) => fields.get("n"))).size;

Deno.test({
  name: "PublishRun keeps points in memory while the disk is full, and loses none",
  ignore,
  async fn() {
    await using disk = await smallDisk(256);
    const port = freePort();
    {
      await using bed = await PublisherBed.start({ port, spoolDir: `${disk.folder}/spool` });
      const seconds = async (count: number) => {
        for (let i = 0; i < count; i++) {
          bed.send(50);
          await bed.second();
        }
      };
      await seconds(3);
      await bed.until(() => bed.data.spool?.points === bed.sent, "points on the disk");
      await disk.fill();
      await seconds(5);
      const { spool, waiting, trouble } = bed.data;
      assert.ok(spool !== null && spool.points < bed.sent && waiting.memory_bytes > 0);
      assert.equal(waiting.points, bed.sent);
      const files = await Array.fromAsync(Deno.readDir(spool.folder));
      assert.ok(files.length <= 3, "each attempt leaves a file of its own");
      assert.match(trouble ?? "", /^connection refused: .*No space left/);
      await disk.clear();
      await seconds(2);
      await bed.until(() => bed.data.spool?.points === bed.sent, "all on the disk");
      assert.deepEqual([bed.data.waiting.memory_bytes, bed.data.lost], [0, null]);
      assert.equal(bed.data.trouble, "connection refused");
    }
    await using influx = await StrictInflux.start({
      version: 1,
      authorization: ROOT,
      database: "ocs_feeds",
      port,
    });
    await using bed = await PublisherBed.start({ port, spoolDir: `${disk.folder}/spool` });
    await bed.until(
      () => bed.data.counts.written >= 500 && bed.data.waiting.points === 0,
      "everything written",
    );
    assert.equal(found(influx), 500);
    assert.deepEqual([influx.faults, bed.data.lost], [[], null]);
  },
});
