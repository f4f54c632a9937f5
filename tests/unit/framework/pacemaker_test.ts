import assert from "node:assert/strict";
import { ManualClock, Pacemaker } from "../../../framework/mod.ts";

/** Times at which beats come while the body takes so long. */
async function beats(pacemaker: Pacemaker, clock: ManualClock, bodySeconds: number): Promise<number[]> {
  const times: number[] = [];
  const loop = (async () => {
    for (let i = 0; i < 4; i++) {
      await pacemaker.sleep();
      times.push(Math.round(clock.now() * 1e6) / 1e6);
      await new Promise<void>((resolve) => clock.setTimer(bodySeconds * 1000, resolve));
    }
  })();
  await clock.advance(30);
  await loop;
  return times;
}

Deno.test("sleep() makes up for the time of the body", async () => {
  const clock = new ManualClock(1000.1);
  assert.deepEqual(await beats(new Pacemaker(2, { clock }), clock, 0.2), [1000.1, 1000.6, 1001.1, 1001.6]);
});

Deno.test("sleep() does not make up for missed beats", async () => {
  const clock = new ManualClock(1000);
  assert.deepEqual(await beats(new Pacemaker(2, { clock }), clock, 0.7), [1000, 1000.7, 1001.4, 1002.1]);
});

Deno.test("sleep() with quantize snaps to whole seconds", async () => {
  const clock = new ManualClock(1000.1);
  assert.deepEqual(await beats(new Pacemaker(4, { clock, quantize: true }), clock, 0.1), [
    1000.1,
    1000.25,
    1000.5,
    1000.75,
  ]);
});

Deno.test("sleep() returns early when its signal aborts", async () => {
  const clock = new ManualClock();
  const pacemaker = new Pacemaker(0.01, { clock });
  await pacemaker.sleep();
  const abort = new AbortController();
  const waiting = pacemaker.sleep(abort.signal);
  abort.abort();
  await waiting;
  assert.equal(clock.pending, 0);
});

Deno.test("a pacemaker refuses what it cannot keep", () => {
  assert.throws(() => new Pacemaker(2.5, { quantize: true }), {
    message: "Quantization only works for frequencies that are whole numbers.",
  });
  assert.throws(() => new Pacemaker(0), RangeError);
  assert.throws(() => new Pacemaker(NaN), RangeError);
});
