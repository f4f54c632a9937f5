import assert from "node:assert/strict";
import { DiskWatch, type DiskWatchOptions, ManualClock } from "../../../framework/mod.ts";

/** A watch of a disk whose free megabytes the test sets; NaN: the system gives an error. */
function makeDisk(options: Partial<DiskWatchOptions> = {}) {
  const disk = { freeMb: 5000 };
  const watch = new DiskWatch({
    path: "/data/hk",
    warnFreeBytes: 2000e6,
    stopFreeBytes: 200e6,
    ask: () =>
      Number.isNaN(disk.freeMb)
        ? Promise.reject(new Error("EIO: i/o error"))
        : Promise.resolve({ freeBytes: disk.freeMb * 1e6, totalBytes: 10_000e6 }),
    ...options,
  });
  const check = (freeMb: number) => {
    disk.freeMb = freeMb;
    return watch.check();
  };
  return { watch, check };
}

Deno.test("check() tells ok, low and full, and each change once", async () => {
  const { watch, check } = makeDisk();
  const seen = [];
  for (const freeMb of [5000, 4000, 1999, 1500, 199, 100, 5000, 5000]) {
    const { state, hasRoom, change } = await check(freeMb);
    seen.push([state, hasRoom, change !== undefined]);
  }
  assert.deepEqual(seen, [
    ["ok", true, false],
    ["ok", true, false],
    ["low", true, true],
    ["low", true, false],
    ["full", false, true],
    ["full", false, false],
    ["ok", true, true],
    ["ok", true, false],
  ]);
  assert.deepEqual([watch.reading.freeBytes, watch.reading.totalBytes], [5000e6, 10_000e6]);
});

Deno.test("check() says in words what has changed", async () => {
  const { check } = makeDisk();
  assert.equal(
    (await check(1500)).change,
    'Disk of "/data/hk" fills up: 1500 MB of 10000 MB free, less than 2000 MB',
  );
  assert.equal(
    (await check(1.234)).change,
    'Disk of "/data/hk" is full: 1.2 MB of 10000 MB free, less than 200 MB; goes on from 400 MB',
  );
  assert.equal(
    (await check(NaN)).change,
    'Disk of "/data/hk": how much room there is cannot be told: EIO: i/o error',
  );
  assert.equal((await check(9000)).change, 'Disk of "/data/hk" has room again: 9000 MB of 10000 MB free');
});

Deno.test("check() tells a disk that is full at the start", async () => {
  const { state, change } = await makeDisk().check(0);
  assert.equal(state, "full");
  assert.match(change ?? "", /is full: 0 MB/);
});

Deno.test("check() goes on only at the upper limit, and warns until a little above its own", async () => {
  const { check } = makeDisk();
  const states = [];
  for (const freeMb of [199, 201, 399, 400, 399, 2001, 2099, 2100, 2001]) {
    states.push((await check(freeMb)).state);
  }
  assert.deepEqual(states, ["full", "full", "full", "low", "low", "low", "low", "ok", "ok"]);
});

Deno.test("check() with limits that touch goes on at that limit", async () => {
  const { check } = makeDisk({ warnFreeBytes: 200e6 });
  assert.equal((await check(199)).state, "full");
  assert.equal((await check(200)).hasRoom, true);
});

Deno.test("check() with a stop limit of 0 never says full", async () => {
  const { check } = makeDisk({ stopFreeBytes: 0 });
  assert.deepEqual([(await check(0)).state, (await check(0)).hasRoom], ["low", true]);
});

Deno.test("check() takes an error of the system for a state, which stops and resumes nothing", async () => {
  const { check } = makeDisk();
  const first = await check(NaN);
  assert.deepEqual([first.state, first.hasRoom, first.freeBytes], ["unknown", true, undefined]);
  assert.equal((await check(NaN)).change, undefined);
  assert.equal((await check(100)).state, "full");
  assert.deepEqual([(await check(NaN)).state, (await check(NaN)).hasRoom], ["unknown", false]);
  // Still full where it was before the error: the upper limit counts.
  assert.equal((await check(300)).state, "full");
});

Deno.test("check() does not wait for a system that does not answer, and asks it once", async () => {
  const clock = new ManualClock();
  const answer = Promise.withResolvers<{ freeBytes: number; totalBytes: number }>();
  let asked = 0;
  const { watch } = makeDisk({
    clock,
    ask: () => {
      asked++;
      return answer.promise;
    },
  });
  for (let i = 0; i < 3; i++) {
    const reading = watch.check();
    await clock.advance(5);
    const { state, hasRoom } = await reading;
    assert.deepEqual([state, hasRoom], ["unknown", true]);
  }
  assert.equal(asked, 1);
  answer.resolve({ freeBytes: 3000e6, totalBytes: 10_000e6 });
  assert.equal((await watch.check()).state, "ok");
  assert.equal((await watch.check()).state, "ok");
  assert.equal(asked, 2);
  assert.equal(clock.pending, 0);
});

Deno.test("check() asks for the nearest folder that is there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const limits = { warnFreeBytes: 0, stopFreeBytes: 0 };
    const own = await new DiskWatch({ path: folder, ...limits }).check();
    assert.ok((own.totalBytes ?? 0) > 0);
    const below = await new DiskWatch({ path: `${folder}/not/there/yet`, ...limits }).check();
    assert.deepEqual([below.state, below.totalBytes], ["ok", own.totalBytes]);
    await Deno.writeTextFile(`${folder}/file`, "");
    const inFile = await new DiskWatch({ path: `${folder}/file/below`, ...limits }).check();
    assert.equal(inFile.totalBytes, own.totalBytes);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a DiskWatch refuses limits out of order", () => {
  for (const limits of [{ stopFreeBytes: 3000e6 }, { stopFreeBytes: -1 }, { resumeFreeBytes: 100e6 }]) {
    assert.throws(() => makeDisk(limits), RangeError);
  }
  assert.throws(() => makeDisk({ warnFreeBytes: NaN }), /expected was 0 <= stop <= warn/);
});
