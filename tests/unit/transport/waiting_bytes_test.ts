import assert from "node:assert/strict";
import { concat } from "../../../transport/websocket_framing.ts";
import { WaitingBytes } from "../../../transport/waiting_bytes.ts";

Deno.test("WaitingBytes gives back what was pushed, in order, whatever the sizes", () => {
  const waiting = new WaitingBytes();
  const pushed: Uint8Array[] = [];
  const taken: Uint8Array[] = [];
  let seed = 1;
  for (let round = 0; round < 3000; round++) {
    seed = seed * 48271 % 2147483647;
    const size = seed % 100 === 0 ? seed % 300_000 : seed % 3000;
    const bytes = new Uint8Array(size).fill(round);
    pushed.push(bytes);
    waiting.push(bytes);
    if (seed % 7 === 0) taken.push(waiting.take() ?? new Uint8Array(0));
  }
  for (let block = waiting.take(); block !== undefined; block = waiting.take()) taken.push(block);
  const total = (parts: readonly Uint8Array[]) => parts.reduce((sum, part) => sum + part.length, 0);
  assert.equal(waiting.length, 0);
  assert.equal(total(taken), total(pushed));
  assert.deepEqual(concat(taken, total(taken)), concat(pushed, total(pushed)));
});

Deno.test("WaitingBytes copies what is small, and counts what waits", () => {
  const waiting = new WaitingBytes();
  const bytes = Uint8Array.of(1, 2, 3);
  waiting.push(bytes);
  waiting.push(new Uint8Array(0));
  bytes.fill(9);
  assert.equal(waiting.length, 3);
  assert.deepEqual(waiting.take(), Uint8Array.of(1, 2, 3));
  assert.equal(waiting.take(), undefined);
  waiting.push(new Uint8Array(200_000));
  assert.equal(waiting.length, 200_000);
  waiting.clear();
  assert.equal(waiting.length, 0);
  assert.equal(waiting.take(), undefined);
});

Deno.test("WaitingBytes keeps small pieces in memory of about their length", () => {
  const waiting = new WaitingBytes();
  for (let i = 0; i < 10_000; i++) waiting.push(new Uint8Array(100));
  const buffers = new Set<ArrayBufferLike>();
  for (let block = waiting.take(); block !== undefined; block = waiting.take()) buffers.add(block.buffer);
  const kept = [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0);
  assert(kept < 1_100_000, `${kept} bytes are kept for 1,000,000`);
});

Deno.test("WaitingBytes shares what is large, in pieces, unless it is a part of something larger", () => {
  const waiting = new WaitingBytes();
  const large = new Uint8Array(300_000);
  waiting.push(Uint8Array.of(1));
  waiting.push(large);
  assert.deepEqual(waiting.take(), Uint8Array.of(1));
  assert.equal(waiting.take()?.buffer, large.buffer);
  assert.equal(waiting.take()?.length, 300_000 - 262_144);
  waiting.push(large.subarray(0, 20_000));
  assert.notEqual(waiting.take()?.buffer, large.buffer);
});
