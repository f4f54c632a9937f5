import assert from "node:assert/strict";
import { atFreeSecond } from "../../../internal/at_free_second.ts";

Deno.test("atFreeSecond() takes the next second that is free, and passes other errors on", async () => {
  const tried: number[] = [];
  const found = await atFreeSecond(100.9, (second) => {
    tried.push(second);
    return second < 103 ? Promise.reject(new Deno.errors.AlreadyExists()) : Promise.resolve(`${second}`);
  });
  assert.deepEqual([found, tried], ["103", [100, 101, 102, 103]]);
  await assert.rejects(atFreeSecond(1, () => Promise.reject(new Deno.errors.NotFound("gone"))), /gone/);
});

Deno.test("atFreeSecond() gives up after so many names", async () => {
  const tried: number[] = [];
  const taken = (second: number): Promise<never> => {
    tried.push(second);
    return Promise.reject(new Deno.errors.AlreadyExists(`${second} is there`));
  };
  await assert.rejects(atFreeSecond(7.5, taken, 3), /9 is there/);
  assert.deepEqual(tried, [7, 8, 9]);
});
