import assert from "node:assert/strict";
import { ManualClock, TimeoutLock } from "../../../framework/mod.ts";

Deno.test("acquire() with timeout 0 tries once", async () => {
  const lock = new TimeoutLock();
  assert.equal(await lock.acquire({ job: "a" }), true);
  assert.equal(lock.job, "a");
  assert.equal(await lock.acquire({ job: "b" }), false);
  assert.equal(lock.job, "a");
  lock.release();
  assert.equal(lock.job, undefined);
  assert.equal(lock.locked, false);
});

Deno.test("acquire() waits as long as it is told, and no longer", async () => {
  const clock = new ManualClock();
  const lock = new TimeoutLock({ clock, defaultTimeoutSeconds: 3 });
  await lock.acquire();
  let second: boolean | undefined;
  const waiting = lock.acquire({ job: "second" }).then((got) => second = got);
  await clock.advance(2.9);
  assert.equal(second, undefined);
  await clock.advance(0.2);
  await waiting;
  assert.equal(second, false);
  assert.equal(clock.pending, 0);
});

Deno.test("acquire() with timeout -1 waits for ever, and in the order of asking", async () => {
  const lock = new TimeoutLock();
  await lock.acquire({ job: "first" });
  const order: string[] = [];
  const waits = ["second", "third"].map((job) =>
    lock.acquire({ timeoutSeconds: -1, job }).then(() => order.push(job))
  );
  lock.release();
  await waits[0];
  assert.equal(lock.job, "second");
  lock.release();
  await waits[1];
  assert.deepEqual(order, ["second", "third"]);
});

Deno.test("acquire() refuses a timeout that means nothing", () => {
  assert.throws(() => new TimeoutLock().acquire({ timeoutSeconds: -2 }), RangeError);
  assert.throws(() => new TimeoutLock().acquire({ timeoutSeconds: NaN }), RangeError);
});

Deno.test("acquire() gives up when its signal aborts", async () => {
  const lock = new TimeoutLock();
  await lock.acquire();
  const abort = new AbortController();
  const waiting = lock.acquire({ timeoutSeconds: -1, signal: abort.signal });
  abort.abort();
  assert.equal(await waiting, false);
  lock.release();
  assert.equal(lock.locked, false);
});

Deno.test("release() of a free lock is an error", () => {
  assert.throws(() => new TimeoutLock().release(), /release unlocked lock/);
});

Deno.test("releaseAndAcquire() lets a waiter through and then gets the lock back under its name", async () => {
  const lock = new TimeoutLock();
  await lock.acquire({ job: "acq" });
  const seen: (string | undefined)[] = [];
  const short = (async () => {
    using held = await lock.acquireTimeout({ timeoutSeconds: 3, job: "short" });
    seen.push(lock.job);
    assert.equal(held.acquired, true);
  })();
  assert.equal(await lock.releaseAndAcquire({ timeoutSeconds: 10 }), true);
  await short;
  assert.deepEqual(seen, ["short"]);
  assert.equal(lock.job, "acq");
  lock.release();
});

Deno.test("releaseAndAcquire() regains a lock that nobody wants at once", async () => {
  const lock = new TimeoutLock();
  await lock.acquire({ job: "acq" });
  assert.equal(await lock.releaseAndAcquire(), true);
  assert.equal(lock.job, "acq");
});

Deno.test("acquireTimeout() leaves a lock alone that its scope has lost to another", async () => {
  const clock = new ManualClock();
  const lock = new TimeoutLock({ clock });
  {
    using held = await lock.acquireTimeout({ job: "acq" });
    const thief = lock.acquire({ timeoutSeconds: -1, job: "thief" });
    const again = lock.releaseAndAcquire({ timeoutSeconds: 1 });
    await clock.advance(2);
    assert.equal(await again, false);
    await thief;
    assert.equal(held.acquired, true);
  }
  assert.equal(lock.job, "thief");
  lock.release();
});

Deno.test("acquireTimeout() runs its scope without the lock too, and releases it when the scope throws", async () => {
  const lock = new TimeoutLock();
  await assert.rejects(async () => {
    await using held = await lock.acquireTimeout({ job: "a" });
    assert.equal(held.acquired, true);
    using second = await lock.acquireTimeout({ job: "b" });
    assert.equal(second.acquired, false);
    throw new Error("device gone");
  }, /device gone/);
  assert.equal(lock.locked, false);
});
