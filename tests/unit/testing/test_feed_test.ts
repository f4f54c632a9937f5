import assert from "node:assert/strict";
import type { FeedEvent } from "../../../ocs/mod.ts";
import { TestClock, TestFeed } from "../../../testing/mod.ts";

function event(message: unknown): FeedEvent {
  return {
    message,
    feed: {
      agent_address: "observatory.a",
      agg_params: {},
      feed_name: "f",
      address: "observatory.a.feeds.f",
      record: true,
      session_id: "1.5",
      agent_class: null,
    },
  };
}

async function take(feed: TestFeed, count: number): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const { message } of feed) {
    messages.push(message);
    if (messages.length === count) break;
  }
  return messages;
}

Deno.test("TestFeed gives what has come, then what comes", async () => {
  const feed = new TestFeed("f");
  feed.add(event(1));
  const taken = take(feed, 3);
  await Promise.resolve();
  feed.add(event(2));
  feed.add(event(3));
  assert.deepEqual(await taken, [1, 2, 3]);
  assert.deepEqual(feed.messages, [1, 2, 3]);
});

Deno.test("TestFeed lets a reader keep its place when old events are forgotten", async () => {
  const feed = new TestFeed("f");
  feed.add(event(1));
  const iterator = feed[Symbol.asyncIterator]();
  assert.equal((await iterator.next()).value.message, 1);
  feed.clear();
  feed.add(event(2));
  assert.equal((await iterator.next()).value.message, 2);
  assert.deepEqual(feed.messages, [2]);
  feed.add(event(3));
  feed.clear();
  feed.add(event(4));
  assert.equal((await iterator.next()).value.message, 4);
});

Deno.test("TestFeed keeps the last 10,000 events", () => {
  const feed = new TestFeed("f");
  for (let i = 0; i < 10_005; i++) feed.add(event(i));
  assert.equal(feed.events.length, 10_000);
  assert.equal(feed.messages[0], 5);
});

Deno.test("TestFeed gives up waiting after its deadline", async () => {
  const feed = new TestFeed("temps", { withinMs: 10 });
  await assert.rejects(take(feed, 1), { message: 'Cannot read feed "temps": no event within 10 ms' });
});

Deno.test("TestFeed reads blocks, and refuses what no recorder could read", () => {
  const feed = new TestFeed("f");
  feed.add(event({}));
  feed.add(event({ b: { block_name: "b", data: { x: [1] }, timestamps: [5] } }));
  assert.deepEqual(feed.blocks, [{ block_name: "b", data: { x: [1] }, timestamps: [5] }]);
  feed.add(event({ b: { block_name: "b", data: { x: 1 }, timestamps: 5 } }));
  assert.throws(() => feed.blocks, { name: "TypeError" });
});

Deno.test("TestClock.advance() refuses to go round in circles", async () => {
  const clock = new TestClock();
  const again = (): void => {
    clock.setTimer(0, again);
  };
  again();
  await assert.rejects(clock.advance(1), {
    message: /^Cannot advance the clock: 1000 timers in a row were due at/,
  });
});
