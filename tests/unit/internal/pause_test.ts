import assert from "node:assert/strict";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { pause } from "../../../internal/pause.ts";

Deno.test("pause() ends with its time or its signal, and leaves no timer", async () => {
  const clock = new ManualClock();
  let ended = 0;
  const waits = [5000, Infinity, -1].map((delayMs) => {
    const giveUp = new AbortController();
    pause(delayMs, { clock, signal: giveUp.signal }).then(() => ended++);
    return giveUp;
  });
  await clock.advance(0);
  assert.equal(ended, 1, "less than nothing is over at the next turn");
  await clock.advance(5);
  assert.equal(ended, 2);
  for (const giveUp of waits) giveUp.abort();
  await clock.advance(0);
  assert.equal(ended, 3);
  await pause(Infinity, { clock, signal: AbortSignal.abort() });
  const giveUp = new AbortController();
  const given = pause(1000, { clock, signal: giveUp.signal });
  giveUp.abort();
  await given;
  assert.equal(clock.pending, 0);
});
