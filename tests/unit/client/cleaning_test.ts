import assert from "node:assert/strict";
import { isCleaningUp } from "../../../client/cleaning.ts";
import { cleanUp, CleanupError, Cleanups, withCleanup } from "../../../client/mod.ts";

Deno.test("cleanUp() takes any length of time, also for ever", async () => {
  for (const timeoutSeconds of [1e7, Infinity]) {
    let signalled = false;
    await cleanUp("wait a moment", async (signal) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      signalled = signal.aborted;
    }, { timeoutSeconds });
    assert.equal(signalled, false);
  }
});

Deno.test("withCleanup() does clean-ups in reverse order, all of them, and reports every failure", async () => {
  const done: string[] = [];
  await assert.rejects(
    () =>
      withCleanup((defer) => {
        defer("close the valve", () => done.push("valve"));
        defer("vent", () => Promise.reject(new Error("stuck")));
        defer("stop the pump", () => {
          done.push("pump");
          throw new Error("no answer");
        });
      }),
    (error) => {
      assert.ok(error instanceof AggregateError);
      assert.match(
        error.message,
        /Cannot do 2 clean-ups:\n {2}Cannot stop the pump: no answer\n {2}Cannot vent: stuck/,
      );
      return true;
    },
  );
  assert.deepEqual(done, ["pump", "valve"]);
});

Deno.test("withCleanup() keeps what the body threw beside what a clean-up threw", async () => {
  await assert.rejects(
    () =>
      withCleanup((defer) => {
        defer("vent", () => Promise.reject(new Error("stuck")));
        throw new RangeError("too warm");
      }),
    (error) => {
      assert.ok(error instanceof SuppressedError);
      assert.ok(error.suppressed instanceof RangeError);
      assert.ok(error.error instanceof CleanupError);
      return true;
    },
  );
});

Deno.test("a clean-up that takes longer than its time is left, its signal is aborted, and the others are done", async () => {
  let aborted = false;
  const cleanups = new Cleanups({ timeoutSeconds: 0.05 });
  let done = false;
  cleanups.defer("close the valve", () => done = true);
  cleanups.defer(
    "wait for ever",
    (signal) => new Promise(() => signal.addEventListener("abort", () => aborted = true, { once: true })),
  );
  const errors = await cleanups.run();
  assert.deepEqual(errors.map(({ message }) => message), ["Cannot wait for ever: not done within 0.05 s"]);
  assert.equal(aborted, true);
  assert.equal(done, true);
  assert.equal(cleanups.size, 0);
});

Deno.test("isCleaningUp() is true in a clean-up and whatever it calls, and nowhere else", async () => {
  const seen: boolean[] = [];
  const look = async () => {
    await Promise.resolve();
    seen.push(isCleaningUp());
  };
  await Promise.all([cleanUp("look", look), look()]);
  await look();
  assert.deepEqual(seen.sort(), [false, false, true]);
});
