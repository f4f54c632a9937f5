import assert from "node:assert/strict";
import { BoundedStream } from "../../../client/mod.ts";

function source() {
  let push: (item: number) => void = () => {};
  let end: (error?: Error) => void = () => {};
  const state = { stopped: 0 };
  return {
    state,
    push: (item: number) => push(item),
    end: (error?: Error) => end(error),
    start(givenPush: (item: number) => void, givenEnd: (error?: Error) => void) {
      push = givenPush;
      end = givenEnd;
      return Promise.resolve(() => {
        state.stopped++;
        return Promise.resolve();
      });
    },
  };
}

Deno.test("BoundedStream gives items in order, those from before the first next() included", async () => {
  const numbers = source();
  const stream = new BoundedStream(numbers);
  numbers.push(1);
  const one = await stream.next();
  const waiting = stream.next();
  numbers.push(2);
  assert.deepEqual([one, await waiting], [{ done: false, value: 1 }, { done: false, value: 2 }]);
  await stream.return();
});

Deno.test("BoundedStream drops the oldest items of a slow reader and counts them", async () => {
  const numbers = source();
  const stream = new BoundedStream(numbers, { bufferSize: 3 });
  for (let i = 1; i <= 10; i++) numbers.push(i);
  assert.equal(stream.dropped, 7);
  const rest = [await stream.next(), await stream.next(), await stream.next()];
  assert.deepEqual(rest.map(({ value }) => value), [8, 9, 10]);
  await stream.return();
});

Deno.test("leaving the loop ends the source once", async () => {
  const numbers = source();
  const stream = new BoundedStream(numbers);
  numbers.push(1);
  for await (const value of stream) {
    assert.equal(value, 1);
    break;
  }
  await stream.return();
  assert.equal(numbers.state.stopped, 1);
  numbers.push(2);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

Deno.test("an aborted signal ends a waiting reader and the source", async () => {
  const numbers = source();
  const controller = new AbortController();
  const stream = new BoundedStream(numbers, { signal: controller.signal });
  const waiting = stream.next();
  controller.abort();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  await stream.return();
  assert.equal(numbers.state.stopped, 1);
  const late = source();
  const ended = new BoundedStream(late, { signal: controller.signal });
  assert.deepEqual(await ended.next(), { done: true, value: undefined });
  await ended.return();
  assert.equal(late.state.stopped, 1);
});

Deno.test("the end of the source ends the stream after what is buffered; an error comes last", async () => {
  const numbers = source();
  const stream = new BoundedStream(numbers);
  numbers.push(1);
  numbers.end(new Error("the source broke"));
  assert.deepEqual(await stream.next(), { done: false, value: 1 });
  await assert.rejects(stream.next(), /the source broke/);
  await stream.return();
});

Deno.test("a source that cannot start fails the reader and `started`", async () => {
  const stream = new BoundedStream<number>({ start: () => Promise.reject(new Error("refused")) });
  await assert.rejects(stream.next(), /refused/);
  await assert.rejects(stream.started, /refused/);
  await stream.return();
});

Deno.test("BoundedStream refuses a buffer of nothing", () => {
  for (const bufferSize of [0, -1, 1.5, NaN]) {
    assert.throws(() => new BoundedStream(source(), { bufferSize }), RangeError);
  }
});
