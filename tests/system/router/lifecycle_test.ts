import assert from "node:assert/strict";
import { ListenError, Router } from "../../../router/mod.ts";
import { JSON_SERIALIZER } from "../../../wamp/serializers.ts";
import { Listener } from "../../unit/transport/transport_suite.ts";
import { RawPeer } from "./raw_peer.ts";
import { startRouter } from "./start_router.ts";

Deno.test("R28: a stop says GOODBYE with system_shutdown to all, closes with 1001, and frees the port", async () => {
  const server = await startRouter();
  const peers = [
    await RawPeer.join(server.port),
    await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor.batched" }),
    await RawPeer.join(server.port, { subprotocol: "wamp.2.msgpack" }),
  ];
  using idle = await RawPeer.connect(server.port);
  using dead = await RawPeer.join(server.port, { answersPings: false });
  dead.stopReading();
  const started = performance.now();
  const stopping = server.router.stop();
  for (const peer of peers) {
    const goodbye = await peer.receive(6);
    assert.equal(goodbye.reason, "wamp.close.system_shutdown");
    await peer.send({ type: 6, details: {}, reason: "wamp.close.goodbye_and_out" });
    assert.equal((await peer.closed()).code, 1001);
    peer[Symbol.dispose]();
  }
  assert.equal((await idle.closed()).code, 1001);
  await stopping;
  assert.ok(performance.now() - started < 3000, "a peer that answers nothing does not hold it up");
  await server.router.stop();
  await using again = await startRouter({ port: server.port });
  using peer = await RawPeer.join(again.port);
  assert.ok(peer.session > 0);
});

Deno.test("Router.start() names address and cause when the port is taken or may not be opened", async () => {
  await using server = await startRouter();
  await assert.rejects(
    Router.start({ port: server.port }),
    (error) =>
      error instanceof ListenError && error.code === "EADDRINUSE" &&
      error.message.startsWith(`Cannot listen on "127.0.0.1:${server.port}": the port is taken`),
  );
  await assert.rejects(
    Router.start({ hostname: "203.0.113.7" }),
    (error) => error instanceof ListenError && /203\.0\.113\.7/.test(error.message),
  );
  using peer = await RawPeer.join(server.port);
  assert.ok(peer.session > 0);
});

Deno.test("Router.start() works many times in one process, at the same time and one after the other", async () => {
  const servers = await Promise.all(Array.from({ length: 5 }, () => startRouter()));
  assert.equal(new Set(servers.map(({ port }) => port)).size, 5);
  for (const server of servers) {
    using peer = await RawPeer.join(server.port);
    assert.ok(peer.session > 0);
    await server.router.stop();
  }
  await assert.rejects(RawPeer.connect(servers[0]?.port ?? 0));
});

Deno.test("Router.connectInProcess() serves a client without a socket, and ends with the router", async () => {
  const server = await startRouter();
  const transport = server.router.connectInProcess("wamp.2.json");
  const client = new Listener(transport);
  transport.send('[1,"test_realm",{"roles":{"caller":{}}}]');
  const [welcome] = await client.count(1);
  assert.equal(JSON_SERIALIZER.decodeMessage(new TextEncoder().encode(String(welcome))).type, 2);
  assert.throws(() => server.router.connectInProcess("wamp.2.xml"), RangeError);
  await server.router.stop();
  const [, goodbye] = await client.count(2);
  assert.match(String(goodbye), /^\[6,.*"wamp\.close\.system_shutdown"\]$/);
  assert.equal((await client.closed).code, 1001);
  assert.equal((await new Listener(server.router.connectInProcess()).closed).code, 1006);
});

Deno.test("R36: session and publication ids differ between two starts", async () => {
  const ids = new Set<number>();
  for (let i = 0; i < 2; i++) {
    await using server = await startRouter();
    using peer = await RawPeer.join(server.port);
    ids.add(peer.session);
    ids.add((await peer.register("observatory.x")).registration);
    ids.add((await peer.publish("observatory.a")).publication);
  }
  assert.equal(ids.size, 6);
  for (const id of ids) assert.ok(id >= 1 && id <= Number.MAX_SAFE_INTEGER);
});

Deno.test("connections above the limit are turned away, and the rest is served", async () => {
  await using server = await startRouter({ limits: { connections: 2 } });
  using first = await RawPeer.join(server.port);
  {
    using second = await RawPeer.join(server.port);
    assert.ok(second.session > 0);
    using third = await RawPeer.connect(server.port);
    assert.equal(third.status, 0);
  }
  await first.subscribe("observatory.a");
  assert.equal(server.router.status().wire.refused, 1);
});
