import assert from "node:assert/strict";
import { Backoff } from "../../../client/backoff.ts";

Deno.test("Backoff pauses 0 to 0.5 s, then 1, 1.5, 2.25 ... and never longer than 30 s", () => {
  const middle = new Backoff(() => 0.5);
  const pauses = Array.from({ length: 12 }, () => Math.round(middle.next()));
  assert.deepEqual(pauses.slice(0, 5), [250, 1000, 1500, 2250, 3375]);
  assert.deepEqual(pauses.slice(10), [30_000, 30_000]);
});

Deno.test("Backoff varies each pause by a tenth in both directions", () => {
  const low = new Backoff(() => 0);
  const high = new Backoff(() => 0.999999);
  assert.equal(low.next(), 0);
  assert.equal(Math.round(high.next()), 500);
  assert.equal(Math.round(low.next()), 900);
  assert.equal(Math.round(high.next()), 1100);
});

Deno.test("Backoff.reset() begins again with the shortest pause", () => {
  const backoff = new Backoff(() => 0.5);
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 250);
});

Deno.test("Backoff never pauses longer than it was told to, give or take a tenth", () => {
  const backoff = new Backoff(() => 0.5, 1000);
  assert.deepEqual(Array.from({ length: 5 }, () => Math.round(backoff.next())), [
    250,
    1000,
    1000,
    1000,
    1000,
  ]);
});
