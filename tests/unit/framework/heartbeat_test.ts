import assert from "node:assert/strict";
import { ManualClock } from "../../../framework/mod.ts";
import { Heartbeat } from "../../../framework/heartbeat.ts";

Deno.test("OCS 63: a heart beats at once and then every second, without drift", async () => {
  const clock = new ManualClock(1000.25);
  const beats: number[] = [];
  const heart = new Heartbeat(() => beats.push(clock.now()), clock);
  heart.start();
  heart.start();
  await clock.advance(3.5);
  heart.stop();
  await clock.advance(5);
  assert.deepEqual(beats, [1000.25, 1001.25, 1002.25, 1003.25]);
  heart.start();
  assert.equal(beats.length, 5);
  heart.stop();
  assert.equal(clock.pending, 0);
});
