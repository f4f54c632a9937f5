import assert from "node:assert/strict";
import { untilTrue } from "../../helpers/until.ts";
import { RawPeer } from "./raw_peer.ts";
import { startRouter } from "./start_router.ts";

const CROWD = 200;

Deno.test("R15, R111: a crowd joins at once, drops, and rejoins with its registrations, and no id repeats", async () => {
  await using server = await startRouter();
  const ids = new Set<number>();
  const known = (id: number) => {
    assert.ok(!ids.has(id), `id ${id} was there before`);
    ids.add(id);
  };
  for (let round = 0; round < 2; round++) {
    const peers = await Promise.all(Array.from({ length: CROWD }, async (_, i) => {
      const peer = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor.batched" });
      for (const name of [`observatory.agent${i}.ops`, `observatory.agent${i}`]) {
        known((await peer.register(name)).registration);
      }
      await peer.subscribe("observatory..feeds.", { match: "wildcard" });
      known(peer.session);
      return peer;
    }));
    assert.equal(server.router.status().now.sessions, CROWD);
    assert.equal(server.router.status().now.registrations, 2 * CROWD);
    for (const peer of peers) peer[Symbol.dispose]();
    await untilTrue(() => server.router.status().connections === 0, { what: "the end of all connections" });
    assert.equal(server.router.status().now.registrations, 0);
  }
});

Deno.test("R109: a subscriber that stops reading costs no more than the hard limit and is dropped by name", async () => {
  const hard = 4 * 1024 * 1024;
  await using server = await startRouter({ limits: { softQueueBytes: hard / 4, hardQueueBytes: hard } });
  using publisher = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  using reader = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  using stalled = await RawPeer.join(server.port, {
    subprotocol: "wamp.2.cbor",
    agent: "stalled-7",
    answersPings: false,
  });
  await reader.subscribe("observatory.a");
  await stalled.subscribe("observatory.a");
  stalled.stopReading();
  const block = new Uint8Array(20_000);
  let sent = 0;
  let mostQueued = 0;
  const isDropped = () => server.log.some((line) => line.includes("queue over limit"));
  // The kernel's own buffers take some before anything waits in the router.
  while (!isDropped() && sent < 5000) {
    await publisher.publish("observatory.a", block);
    sent++;
    assert.equal((await reader.receive(36)).payload.kind, "raw");
    mostQueued = Math.max(mostQueued, server.router.status().queuedBytes);
  }
  assert.ok(isDropped(), "it was dropped");
  assert.ok(mostQueued > hard / 2 && mostQueued <= hard + 1024 * 1024, `${mostQueued} bytes were queued`);
  const line = server.log.find((text) => text.includes("queue over limit")) ?? "";
  assert.ok(line.includes(String(stalled.session)) && line.includes("stalled-7"), line);
  assert.ok(server.log.some((text) => text.includes("Slow reader") && text.includes("stalled-7")));
  await untilTrue(() => server.router.status().now.sessions === 2, { what: "the end of its session" });
  assert.ok(server.router.status().queuedBytes < 1024 * 1024, "its queue is freed");
  await publisher.publish("observatory.a", 1);
  await reader.receive(36);
});

Deno.test("R109: with drop_events, a stalled subscriber stays and loses its newest events, but gets its replies", async () => {
  await using server = await startRouter({
    limits: { softQueueBytes: 100_000, hardQueueBytes: 500_000, overflow: "drop_events" },
  });
  using publisher = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  using slow = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  await slow.subscribe("observatory.a");
  await slow.register("observatory.slow");
  using pause = slow.pauseReading();
  const block = new Uint8Array(50_000);
  const dropped = () => server.router.status().wire.droppedEvents;
  for (let i = 0; i < 1000 && dropped() < 10; i++) await publisher.publish("observatory.a", block);
  assert.equal(dropped(), 10);
  await publisher.send({
    type: 48,
    request: 9000,
    options: {},
    procedure: "observatory.slow",
    payload: { kind: "values" },
  });
  assert.equal((await publisher.receive(8)).error, "wamp.error.unavailable");
  await slow.send({ type: 32, request: 9001, options: {}, topic: "observatory.b" });
  pause[Symbol.dispose]();
  for (;;) {
    const message = await slow.next();
    if (message.type === 33 && message.request === 9001) break;
    assert.equal(message.type, 36);
  }
  await publisher.publish("observatory.b", 1);
  assert.equal((await slow.receive(36)).details.topic, undefined);
});

Deno.test("a peer that takes nothing for too long is dropped, however little waits for it", async () => {
  await using server = await startRouter({ limits: { stuckMs: 200, pingIntervalMs: 0 } });
  using publisher = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  using stalled = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor", agent: "stuck-1" });
  await stalled.subscribe("observatory.a");
  stalled.stopReading();
  const block = new Uint8Array(500_000);
  const isDropped = () =>
    server.log.some((line) => line.includes("not reading for 0.2 s") && line.includes("stuck-1"));
  // Enough to fill the buffers of the kernel on both sides, and not enough for the limit of the queue.
  for (let i = 0; i < 20; i++) await publisher.publish("observatory.a", block);
  await untilTrue(isDropped, { what: "the drop" });
  assert.equal(server.router.status().wire.stuck, 1);
});

Deno.test("R110: neither a flood of frames nor a huge batch keeps another publisher waiting until it is done", async () => {
  for (const subprotocol of ["wamp.2.cbor", "wamp.2.cbor.batched"]) {
    await using server = await startRouter();
    using flooder = await RawPeer.join(server.port, { subprotocol });
    using other = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
    using subscriber = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
    const flood = await subscriber.subscribe("observatory.flood");
    const beat = await subscriber.subscribe("observatory.beat");
    const count = 20_000;
    const messages = Array.from({ length: count }, (_, i) => ({
      type: 16,
      request: i + 10,
      options: {},
      topic: "observatory.flood",
      payload: { kind: "values", args: [i] },
    } as const));
    const sending = flooder.send(...messages);
    await untilTrue(() => server.router.status().core.publications > 0, {
      what: "the first of the flood",
      pollMs: 1,
    });
    const beating = other.publish("observatory.beat");
    let floods = 0;
    for (;;) {
      const event = await subscriber.receive(36);
      if (event.subscription === beat.subscription) break;
      assert.equal(event.subscription, flood.subscription);
      floods++;
    }
    assert.ok(floods < count, `the beat came behind all ${count} of the flood`);
    for (; floods < count; floods++) await subscriber.receive(36);
    await Promise.all([sending, beating]);
  }
});

Deno.test("order is kept when one session's messages are spread over several turns", async () => {
  await using server = await startRouter();
  for (const subprotocol of ["wamp.2.json.batched", "wamp.2.msgpack"]) {
    using publisher = await RawPeer.join(server.port, { subprotocol });
    using subscriber = await RawPeer.join(server.port, { subprotocol: "wamp.2.json" });
    await subscriber.subscribe("observatory.a");
    const publish = (i: number) => ({
      type: 16,
      request: i + 1,
      options: {},
      topic: "observatory.a",
      payload: { kind: "values", args: [i] },
    } as const);
    const numbers = Array.from({ length: 1000 }, (_, i) => i);
    const sending = (async () => {
      // Two batches at once: the second has to wait for the rest of the first.
      await publisher.send(...numbers.slice(0, 600).map(publish));
      await publisher.send(...numbers.slice(600).map(publish));
    })();
    for (const i of numbers) {
      await subscriber.receive(36);
      assert.ok(new TextDecoder().decode(subscriber.lastBytes).endsWith(`[${i}]]`), `event ${i}`);
    }
    await sending;
  }
});
