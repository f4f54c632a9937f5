import assert from "node:assert/strict";
import { count } from "../../../agents/barebones/count.ts";
import { ManualClock, sleep, TimeoutLock } from "../../../framework/mod.ts";
import { SILENT } from "../../../internal/log.ts";

function run(lock?: TimeoutLock) {
  const clock = new ManualClock(1000);
  const held = lock ?? new TimeoutLock({ clock });
  const values: [number, number][] = [];
  const stop = new AbortController();
  const ended = count(stop.signal, {
    lock: held,
    now: () => clock.now(),
    sleep: (seconds) => sleep(seconds, { clock, signal: stop.signal }),
    report: (value, timestamp) => values.push([value, timestamp]),
    log: SILENT,
  });
  return { clock, lock: held, values, stop, ended };
}

Deno.test("OCS 10.5: count() counts from 1, once per second, and holds the lock meanwhile", async () => {
  const { clock, lock, values, stop, ended } = run();
  await clock.advance(2);
  assert.deepEqual(values, [[1, 1000], [2, 1001], [3, 1002]]);
  assert.equal(lock.job, "count");
  stop.abort();
  assert.deepEqual(await ended, [true, "Acquisition exited cleanly."]);
  assert.equal(lock.locked, false);
});

Deno.test("OCS 10.5: count() lets others have the lock about once per second", async () => {
  const { clock, lock, stop, ended } = run();
  const got = lock.acquire({ timeoutSeconds: 3, job: "print" });
  await clock.advance(1);
  assert.equal(await got, true);
  assert.equal(lock.job, "print");
  lock.release();
  await clock.advance(1);
  assert.equal(lock.job, "count");
  stop.abort();
  await ended;
});

Deno.test("OCS 12.3: count() fails politely when the lock is taken", async () => {
  const lock = new TimeoutLock();
  await lock.acquire({ job: "print" });
  const { ended } = run(lock);
  assert.deepEqual(await ended, [false, "Could not acquire lock"]);
  assert.equal(lock.job, "print");
});

Deno.test("count() fails when somebody does not give the lock back, and leaves it alone", async () => {
  const { clock, lock, values, ended } = run();
  const got = lock.acquire({ timeoutSeconds: 5, job: "hog" });
  await clock.advance(1);
  assert.equal(await got, true);
  await clock.advance(11);
  assert.deepEqual(await ended, [false, "Could not acquire lock"]);
  assert.equal(lock.job, "hog");
  assert.equal(values.length, 1);
});

Deno.test("count() ends when stopped while it waits for the lock", async () => {
  const { clock, lock, stop, ended } = run();
  const got = lock.acquire({ timeoutSeconds: 5, job: "print" });
  await clock.advance(1);
  assert.equal(await got, true);
  stop.abort();
  assert.deepEqual(await ended, [true, "Acquisition exited cleanly."]);
  assert.equal(lock.job, "print");
});
