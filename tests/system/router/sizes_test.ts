import assert from "node:assert/strict";
import { RawPeer } from "./raw_peer.ts";
import { startRouter } from "./start_router.ts";

const MIB = 1024 * 1024;
const PYTHON = "AutobahnPython-26.1.1";

Deno.test("R12: a message above the receive limit closes with 1009 and harms nobody else", async () => {
  await using server = await startRouter({ limits: { maxMessageBytes: 100_000 } });
  using other = await RawPeer.join(server.port);
  for (const subprotocol of ["wamp.2.json", "wamp.2.cbor.batched"]) {
    using peer = await RawPeer.join(server.port, { subprotocol });
    await peer.sendPayload(new Uint8Array(100_001).fill(0x20));
    assert.equal((await peer.closed()).code, 1009);
  }
  using announcing = await RawPeer.join(server.port);
  await announcing.sendRaw(new Uint8Array([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]));
  assert.equal((await announcing.closed()).code, 1009);
  await other.subscribe("observatory.a");
});

Deno.test("R13: an event above 1 MiB is skipped for autobahn-python only, logged once per topic", async () => {
  await using server = await startRouter();
  using python = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor.batched", agent: PYTHON });
  using byHeader = await RawPeer.join(server.port, { lines: ["User-Agent: AutobahnPython/26.1.1"] });
  using other = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  using publisher = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  for (const peer of [python, byHeader, other]) await peer.subscribe("observatory.a");
  const large = "x".repeat(MIB);
  for (const value of [large, large, "small"]) await publisher.publish("observatory.a", value);
  for (const expected of [MIB, MIB, 5]) {
    const event = await other.receive(36);
    assert.ok(event.payload.kind === "raw" && event.payload.tail.length > expected - 1);
  }
  for (const peer of [python, byHeader]) {
    const event = await peer.receive(36);
    assert.ok(event.payload.kind === "raw" && event.payload.tail.length < 20);
  }
  assert.equal(server.router.status().wire.oversized, 4);
  assert.equal(server.log.filter((line) => line.includes("is above the 1048576 it can take")).length, 1);
});

Deno.test("R14: a result above 1 MiB for autobahn-python becomes payload_size_exceeded", async () => {
  await using server = await startRouter();
  using python = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor.batched", agent: PYTHON });
  using callee = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  await callee.register("observatory.x");
  const payload = { kind: "values", args: ["x".repeat(MIB)] } as const;
  await python.send({
    type: 48,
    request: 5,
    options: {},
    procedure: "observatory.x",
    payload: { kind: "values" },
  });
  const invocation = await callee.receive(68);
  await callee.send({ type: 70, request: invocation.request, options: {}, payload });
  const error = await python.receive(8);
  assert.equal(error.error, "wamp.error.payload_size_exceeded");
  assert.equal(error.request, 5);
  await python.subscribe("observatory.still.there");
});

Deno.test("R14: an invocation above 1 MiB for autobahn-python is answered for it, and an error is shortened", async () => {
  await using server = await startRouter();
  using python = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor.batched", agent: PYTHON });
  using peer = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  await python.register("observatory.x");
  await peer.register("observatory.y");
  const payload = { kind: "values", args: ["x".repeat(MIB)] } as const;
  await peer.send({ type: 48, request: 5, options: {}, procedure: "observatory.x", payload });
  const refused = await peer.receive(8);
  assert.equal(refused.error, "wamp.error.payload_size_exceeded");
  assert.equal(refused.request, 5);

  await python.send({
    type: 48,
    request: 6,
    options: {},
    procedure: "observatory.y",
    payload: { kind: "values" },
  });
  const { request } = await peer.receive(68);
  await peer.send({ type: 8, requestType: 68, request, details: {}, error: "observatory.bad", payload });
  const error = await python.receive(8);
  assert.equal(error.error, "observatory.bad");
  assert.ok(error.payload.kind === "raw" && error.payload.tail.length < 100);
  assert.equal(server.router.status().now.calls, 0);
});

Deno.test("R107: NaN reaches a browser and autobahn-js as null and other programs as NaN", async () => {
  await using server = await startRouter();
  using browser = await RawPeer.join(server.port, { lines: ["Origin: http://web.example"] });
  using program = await RawPeer.join(server.port);
  using publisher = await RawPeer.join(server.port, { subprotocol: "wamp.2.cbor" });
  using node = await RawPeer.connect(server.port);
  await node.sendPayload(
    '[1,"test_realm",{"roles":{"caller":{"features":{"call_canceling":true}},"subscriber":{}}}]',
  );
  await node.receive(2);
  for (const peer of [browser, program, node]) await peer.subscribe("observatory.a");
  await publisher.publish("observatory.a", NaN, -Infinity, 1.5);
  await node.receive(36);
  await browser.receive(36);
  await program.receive(36);
  const text = (peer: RawPeer) => new TextDecoder().decode(peer.lastBytes);
  assert.match(text(node), /\[null,null,1\.5\]\]$/);
  assert.match(text(browser), /\[null,null,1\.5\]\]$/);
  assert.match(text(program), /\[NaN,-Infinity,1\.5\]\]$/);
});
