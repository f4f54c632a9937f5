/** The recorder when things go wrong: disks, names, faulty blocks, too much at once. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Quarantine } from "../../../agents/aggregator/quarantine.ts";
import { type DiskRoom, DiskWatch } from "../../../framework/disk_watch.ts";
import { ManualClock } from "../../../framework/mod.ts";
import type { G3Frame } from "../../../g3/frame.ts";
import { readHkFields } from "../../../hk/io/mod.ts";
import { Float } from "../../../internal/float.ts";
import { block, encodedFeed, readArchive, recorderBed } from "./aggregator_bed.ts";

const FEED = encodedFeed("observatory.a.feeds.f", { params: { frame_length: 2, fresh_time: 5 } });
const KINDS = ["session", "status", "data"];

/** What frames are, such as `session status data:0`. */
function outline(frames: readonly G3Frame[]): string {
  return frames.map((frame) => {
    const kind = KINDS[Number(frame.get("hkagg_type", "G3Int").value)];
    if (kind === "status") return `status[${frame.get("providers", "G3VectorFrameObject").value.length}]`;
    return kind === "data" ? `data:${frame.get("prov_id", "G3Int").value}` : kind;
  }).join(" ");
}

async function outlines(folder: string): Promise<Record<string, string>> {
  return Object.fromEntries([...await readArchive(folder)].map(([path, frames]) => [path, outline(frames)]));
}

async function samplesOf(folder: string, field: string): Promise<unknown[]> {
  const { series } = await readHkFields(folder);
  return Array.from(Object(series.get(`${FEED.address}.${field}`)?.values ?? []), Number);
}

Deno.test("OCS 90: a file begins with session and status frame; a provider is announced before its data", async () => {
  await using bed = await recorderBed({ timePerFileSeconds: 6 });
  for (let second = 0; second < 16; second++) {
    bed.send(FEED, block("b", [bed.clock.now()], { n: [second] }));
    if (second === 3) bed.send(encodedFeed("observatory.b.feeds.g"), block("b", [1], { n: [1] }));
    await bed.run(1);
  }
  // A feed that is new and stale in the same pass, because the machine slept.
  bed.send(
    encodedFeed("observatory.c.feeds.h", { params: { fresh_time: 5 } }),
    block("b", [bed.clock.now()], { n: [1] }),
  );
  bed.clock.tick(60_000);
  await bed.run(1);
  await bed.recorder.finish();
  assert.deepEqual(await outlines(bed.folder), {
    "17000/1700000000.g3": "session status[1] data:0 status[2] data:1 data:0",
    "17000/1700000009.g3": "session status[2] data:0 data:0 data:0",
    "17000/1700000077.g3": "session status[2] data:0 status[2] data:2 status[1]",
  });
  assert.deepEqual(await samplesOf(bed.folder, "n"), Array.from({ length: 16 }, (_, i) => i));
});

Deno.test("a file that is there is never touched: the next free name is taken, also after a restart", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "hk_" });
  await Deno.mkdir(`${dataDir}/17000`);
  await Deno.writeTextFile(`${dataDir}/17000/1700000000.g3`, "not ours");
  for (let run = 0; run < 3; run++) {
    await using bed = await recorderBed({ dataDir });
    bed.send(FEED, block("b", [bed.clock.now()], { n: [run] }));
  }
  assert.equal(await Deno.readTextFile(`${dataDir}/17000/1700000000.g3`), "not ours");
  await Deno.remove(`${dataDir}/17000/1700000000.g3`);
  const whole = "session status[1] data:0";
  assert.deepEqual(await outlines(dataDir), {
    "17000/1700000001.g3": whole,
    "17000/1700000002.g3": whole,
    "17000/1700000003.g3": whole,
  });
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("a file in the place of a folder is told as what it is, and recorded is what waited when it is gone", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "hk_" });
  await Deno.writeTextFile(`${dataDir}/17000`, "not ours");
  {
    await using bed = await recorderBed({ dataDir });
    bed.send(FEED, block("b", [bed.clock.now()], { n: [1] }));
    await bed.run(1);
    assert.match(bed.recorder.trouble ?? "", /exists.*17000'/);
    assert.equal(await Deno.readTextFile(`${dataDir}/17000`), "not ours");
    await Deno.remove(`${dataDir}/17000`);
  }
  assert.deepEqual(await samplesOf(dataDir, "n"), [1]);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("a disk that fills up: warned, stopped with the file whole, resumed with all that waited", async () => {
  await using bed = await recorderBed();
  const second = async (n: number) => {
    bed.send(FEED, block("b", [bed.clock.now()], { n: [n] }));
    await bed.run(1);
  };
  let n = 0;
  for (; n < 5; n++) await second(n);
  bed.room.freeBytes = 1e9;
  for (; n < 10; n++) await second(n);
  bed.room.freeBytes = 100e6;
  for (; n < 20; n++) await second(n);
  assert.equal(bed.recorder.trouble, "the disk is full");
  const before = await outlines(bed.folder);
  bed.room.freeBytes = 300e6;
  for (; n < 25; n++) await second(n);
  assert.deepEqual(await outlines(bed.folder), before, "not before there is twice as much");
  bed.room.freeBytes = 10e9;
  for (; n < 30; n++) await second(n);
  assert.equal(bed.recorder.trouble, undefined);
  await bed.recorder.finish();
  assert.deepEqual(await samplesOf(bed.folder, "n"), Array.from({ length: 30 }, (_, i) => i));
  assert.equal((await readArchive(bed.folder)).size, 2);
  assert.deepEqual(bed.told.map((text) => text.replace(/".*" /, "")), [
    "Disk of fills up: 1000 MB of 200000 MB free, less than 2000 MB",
    "Disk of is full: 100 MB of 200000 MB free, less than 200 MB; goes on from 400 MB",
    "Disk of has room again: 10000 MB of 200000 MB free",
  ]);
});

Deno.test("what a full disk costs beyond the memory is told: which feed, how much, from when to when", async () => {
  await using bed = await recorderBed({ mostBytes: 160 });
  bed.room.freeBytes = 0;
  for (let n = 0; n < 15; n++) {
    bed.send(FEED, block("b", [bed.clock.now()], { n: [n] }));
    await bed.run(1);
  }
  const from = 1_700_000_010.25;
  assert.deepEqual(bed.recorder.losses.report, {
    samples: 5,
    feeds: {
      [FEED.address]: { samples: 5, from: new Float(from), to: new Float(from + 4), cause: "memory full" },
    },
    more_feeds: 0,
  });
  bed.room.freeBytes = 10e9;
  await bed.run(1);
  const line =
    `Lost 5 samples of ${FEED.address}, 2023-11-14T22:13:30.250Z to 2023-11-14T22:13:34.250Z: memory full`;
  assert.ok(bed.logged.includes(line));
  assert.equal(bed.told.at(-1), "Lost samples of 1 feeds, 5 so far; the log has each");
  await bed.recorder.finish();
  assert.deepEqual(await samplesOf(bed.folder, "n"), Array.from({ length: 10 }, (_, i) => i));
});

Deno.test("a disk that does not answer holds up nothing but writing, and that is said", async () => {
  const clock = new ManualClock(1_700_000_000.25);
  const asked = Promise.withResolvers<DiskRoom>();
  const answers: Promise<DiskRoom>[] = [Promise.resolve({ freeBytes: 1e9, totalBytes: 2e9 }), asked.promise];
  const disk = new DiskWatch({
    path: "/nowhere",
    warnFreeBytes: 0,
    stopFreeBytes: 0,
    timeoutMs: 1e9,
    ask: () => answers.shift() ?? Promise.resolve({ freeBytes: 1e9, totalBytes: 2e9 }),
    clock,
  });
  await using bed = await recorderBed({ clock, disk });
  bed.send(FEED, block("b", [1], { n: [1] }));
  const pass = bed.recorder.pass();
  clock.tick(4000);
  assert.equal(bed.recorder.trouble, undefined);
  clock.tick(8000);
  assert.equal(bed.recorder.trouble, "the disk does not answer for 12 s");
  bed.send(FEED, block("b", [2], { n: [2] }));
  assert.equal(bed.recorder.pass(), pass, "one at a time");
  asked.resolve({ freeBytes: 1e9, totalBytes: 2e9 });
  await pass;
  assert.equal(bed.recorder.trouble, undefined);
  await bed.recorder.finish();
  assert.deepEqual(await samplesOf(bed.folder, "n"), [1, 2]);
});

Deno.test("a folder that goes away under the recorder costs nothing that waits: it is made again", async () => {
  await using bed = await recorderBed({ timePerFileSeconds: 3 });
  for (let n = 0; n < 4; n++) {
    bed.send(FEED, block("b", [bed.clock.now()], { n: [n] }));
    await bed.run(1);
  }
  // No folder can be made where a file is.
  await Deno.remove(`${bed.folder}/17000`, { recursive: true });
  await Deno.writeTextFile(`${bed.folder}/17000`, "in the way");
  for (let n = 4; n < 10; n++) {
    bed.send(FEED, block("b", [bed.clock.now()], { n: [n] }));
    await bed.run(1);
  }
  assert.match(String(bed.recorder.trouble), /17000/);
  await Deno.remove(`${bed.folder}/17000`);
  await bed.run(31);
  assert.equal(bed.recorder.trouble, undefined);
  await bed.recorder.finish();
  const found = await samplesOf(bed.folder, "n");
  assert.deepEqual(found, Array.from({ length: found.length }, (_, i) => 10 - found.length + i));
  assert.ok(found.length >= 6, String(found));
  assert.match(bed.told.join("\n"), /Cannot write: .*\nWriting again to /);
});

Deno.test("faulty blocks go to the quarantine as they came, one line each, and leave the others alone", async () => {
  await using bed = await recorderBed();
  const t = bed.clock.now();
  bed.send(FEED, {
    ...block("mixed", [t, t + 1], { x: [1, new Float(2)], y: [NaN, -Infinity] }),
    ...block("good", [t], { n: [1] }),
    ...block("null", [t], { x: [null] }),
    ...block("bytes", [t], { x: [new Uint8Array([1, 2])] }),
    worse: { data: () => {} },
  });
  await bed.run(1);
  const { file, last, ...report } = bed.recorder.quarantine.report;
  assert.deepEqual(report, {
    blocks: 4,
    not_kept: 0,
    reasons: { "mixed kinds": 1, "null value": 1, "not a sample": 1, "not a block": 1 },
  });
  assert.equal(file, `${bed.folder}/quarantine/1700000001.ndjson`);
  assert.deepEqual(last?.block, "worse");
  const lines = (await Deno.readTextFile(file)).split("\n");
  assert.equal(lines.pop(), "");
  assert.equal(
    lines[0],
    `{"time": 1700000000.25, "feed": "${FEED.address}", "session_id": "1699999000.5", "block": "mixed", ` +
      `"reason": "mixed kinds", "detail": "field \\"x\\": sample 1 is a float behind a int", ` +
      `"content": {"block_name": "mixed", "timestamps": [1700000000.25, 1700000001.25], ` +
      `"data": {"x": [1, 2.0], "y": [NaN, -Infinity]}}}`,
  );
  assert.match(lines[3] ?? "", /"content": null, "content_error": "/);
  await bed.recorder.finish();
  assert.deepEqual(await samplesOf(bed.folder, "n"), [1]);
  assert.equal(bed.told.length, 4);
});

Deno.test("the quarantine takes so much and no more, over all its files, and counts the rest", async () => {
  const folder = await Deno.makeTempDir({ prefix: "quarantine_" });
  let kept = 0;
  for (let run = 0; run < 3; run++) {
    await using quarantine = new Quarantine({
      folder,
      mostBytes: 2000,
      onFirst: () => {},
      clock: new ManualClock(),
    });
    for (let i = 0; i < 10; i++) {
      quarantine.add({
        feed: "o.a.feeds.f",
        agentSessionId: "1",
        block: "b",
        fault: { reason: "mixed kinds", detail: "" },
        content: "x".repeat(100),
      });
      await quarantine.flush();
    }
    const { blocks, not_kept } = quarantine.report;
    kept += blocks - not_kept;
  }
  const files = [...Deno.readDirSync(folder)].map(({ name }) => Deno.readTextFileSync(`${folder}/${name}`));
  const text = files.join("");
  assert.ok(text.length <= 2000 && text.length > 1500);
  assert.equal(text.trimEnd().split("\n").map((line) => JSON.parse(line).block).length, kept);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("frames are written before their time when much waits, the largest first", async () => {
  const pressed: number[] = [];
  await using bed = await recorderBed({ earlyBytes: 10_000, onPressure: () => pressed.push(1) });
  const slow = encodedFeed("observatory.slow.feeds.f");
  const fast = encodedFeed("observatory.fast.feeds.f");
  const times = Array.from({ length: 100 }, (_, i) => 1_700_000_000 + i / 100);
  for (let n = 0; n < 20; n++) {
    bed.send(slow, block("b", [bed.clock.now()], { n: [n] }));
    bed.send(fast, block("b", times, { n: times.map((_, i) => n * 100 + i) }));
    await bed.recorder.pass();
  }
  assert.ok(pressed.length > 0 && bed.recorder.memory.earlyFrames > 0);
  assert.ok(bed.recorder.memory.peakBytes < 15_000, String(bed.recorder.memory.peakBytes));
  await bed.recorder.finish();
  const { series } = await readHkFields(bed.folder);
  assert.equal(series.get("observatory.fast.feeds.f.n")?.values.length, 2000);
  assert.equal(series.get("observatory.slow.feeds.f.n")?.values.length, 20);
  const frames = [...(await readArchive(bed.folder)).values()].flat();
  assert.equal(outline(frames).match(/data:0/g)?.length, 1, "the slow one is not cut");
});

Deno.test("events that come while frames are written are in the next ones", async () => {
  await using bed = await recorderBed();
  let n = 0;
  for (let second = 0; second < 20; second++) {
    bed.clock.tick(3000);
    const pass = bed.recorder.pass();
    for (let i = 0; i < 50; i++) {
      bed.send(FEED, block("b", [bed.clock.now() + i / 100], { n: [n++], text: ["x".repeat(n % 7)] }));
      await Promise.resolve();
    }
    await pass;
  }
  await bed.recorder.finish();
  assert.deepEqual(await samplesOf(bed.folder, "n"), Array.from({ length: n }, (_, i) => i));
});

Deno.test("events of a feed that goes stale while it is written are not lost with it", async () => {
  await using bed = await recorderBed();
  const feed = encodedFeed(FEED.address, { params: { fresh_time: 0.01 } });
  let n = 0;
  for (let round = 0; round < 20; round++) {
    bed.send(feed, block("b", [bed.clock.now()], { n: [n++] }));
    bed.clock.tick(1000);
    let isOver = false;
    const pass = bed.recorder.pass().finally(() => isOver = true);
    while (!isOver) {
      bed.send(feed, block("b", [bed.clock.now()], { n: [n++] }));
      bed.clock.tick(20);
      await setImmediate();
    }
    await pass;
  }
  await bed.recorder.finish();
  assert.deepEqual(await samplesOf(bed.folder, "n"), Array.from({ length: n }, (_, i) => i));
});

Deno.test("all frames of a pass are on the disk after the seconds of fsync, also when nothing follows them", async () => {
  const { syncData } = Deno.FsFile.prototype;
  let syncs = 0;
  Deno.FsFile.prototype.syncData = function (): Promise<void> {
    syncs++;
    return syncData.call(this);
  };
  try {
    await using bed = await recorderBed({ sync: { everySeconds: 10 } });
    for (const name of ["a", "b"]) {
      const feed = encodedFeed(`observatory.${name}.feeds.f`, { params: { frame_length: 100 } });
      bed.send(feed, block("b", [bed.clock.now()], { n: [1] }));
    }
    await bed.run(102);
    // The first of the two frames was synced when it was written.
    const first = syncs;
    await bed.run(15);
    assert.equal(syncs, first + 1);
    await bed.run(50);
    assert.equal(syncs, first + 1);
  } finally {
    Deno.FsFile.prototype.syncData = syncData;
  }
});

Deno.test("while nothing can be written, much that waits asks for no passes out of turn", async () => {
  let pressed = 0;
  await using bed = await recorderBed({ earlyBytes: 100, onPressure: () => pressed++ });
  const press = async (): Promise<number> => {
    pressed = 0;
    for (let i = 0; i < 20; i++) {
      bed.send(FEED, block("b", [1, 2, 3, 4, 5, 6, 7, 8], { n: [1, 2, 3, 4, 5, 6, 7, 8] }));
      await bed.recorder.pass();
    }
    return pressed;
  };
  assert.ok(await press() > 5);
  bed.room.freeBytes = 0;
  await bed.run(1);
  assert.equal(await press(), 0);
  bed.room.freeBytes = 100e9;
  await bed.run(1);
  assert.ok(await press() > 5);
});

Deno.test("what is lost while files can be written is told as well, once a minute", async () => {
  await using bed = await recorderBed({ mostBytes: 100 });
  for (let second = 0; second < 90; second++) {
    for (let i = 0; i < 10; i++) bed.send(FEED, block("b", [1, 2], { n: [1, 2] }));
    await bed.run(1);
  }
  assert.equal(bed.told.filter((text) => text.startsWith("Lost samples of 1 feeds")).length, 2);
  assert.equal(bed.logged.filter((text) => /^Lost \d+ samples of .*: memory full$/.test(text)).length, 2);
});
