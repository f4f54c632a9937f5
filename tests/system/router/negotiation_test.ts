import assert from "node:assert/strict";
import { Opcode } from "../../../transport/websocket_framing.ts";
import { RawPeer } from "./raw_peer.ts";
import { ALL_SUBPROTOCOLS, startRouter } from "./start_router.ts";

const utf8 = new TextEncoder();

Deno.test("R1, R2: the router takes the first supported subprotocol, with and without spaces and on several lines", async () => {
  await using server = await startRouter();
  const offers: [string[], string][] = [
    [[ALL_SUBPROTOCOLS.join(",")], "wamp.2.cbor.batched"],
    [[[...ALL_SUBPROTOCOLS].reverse().join(", ")], "wamp.2.json"],
    [["wamp.2.msgpack", "wamp.2.json, wamp.2.cbor"], "wamp.2.msgpack"],
    [["wamp.2.ubjson,x , wamp.2.json.batched", "wamp.2.cbor"], "wamp.2.json.batched"],
  ];
  for (const [offer, chosen] of offers) {
    using peer = await RawPeer.connect(server.port, { offer });
    assert.equal(peer.status, 101);
    assert.equal(peer.subprotocol, chosen);
    assert.equal(peer.headers.get("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }
});

Deno.test("R3: an offer of only unknown subprotocols is refused with 400", async () => {
  await using server = await startRouter();
  for (const offer of ["wamp.2.ubjson", "WAMP.2.JSON", "wamp.2.json.batched2", "soap"]) {
    using peer = await RawPeer.connect(server.port, { offer: [offer] });
    assert.equal(peer.status, 400, offer);
  }
  using second = await RawPeer.connect(server.port, { offer: ["soap,wamp.2.json"] });
  assert.equal(second.subprotocol, "wamp.2.json");
});

Deno.test("R4: no subprotocol header is refused with 400, or speaks JSON where that is allowed", async () => {
  await using strict = await startRouter();
  using refused = await RawPeer.connect(strict.port, { offer: [] });
  assert.equal(refused.status, 400);
  await using lenient = await startRouter({ requireSubprotocol: false });
  using peer = await RawPeer.connect(lenient.port, { offer: [] });
  assert.equal(peer.status, 101);
  assert.equal(peer.headers.has("sec-websocket-protocol"), false);
  await peer.hello();
  assert.ok(peer.session > 0);
});

Deno.test("every subprotocol joins, subscribes, publishes and calls", async () => {
  await using server = await startRouter();
  for (const subprotocol of ALL_SUBPROTOCOLS) {
    using a = await RawPeer.join(server.port, { subprotocol });
    using b = await RawPeer.join(server.port, { subprotocol });
    const { subscription } = await a.subscribe("observatory..feeds.", { match: "wildcard" });
    await b.publish("observatory.x.feeds.y", 1, "two");
    const event = await a.receive(36);
    assert.equal(event.subscription, subscription);
    assert.equal(event.details.topic, "observatory.x.feeds.y");
    const { registration } = await a.register("observatory.x.ops");
    await b.send({
      type: 48,
      request: 77,
      options: {},
      procedure: "observatory.x.ops",
      payload: { kind: "values", args: [1] },
    });
    const invocation = await a.receive(68);
    assert.equal(invocation.registration, registration);
    await a.send({ type: 70, request: invocation.request, options: {}, payload: invocation.payload });
    assert.equal((await b.receive(50)).request, 77);
  }
});

Deno.test("R5: a JSON batch is answered with the separator of the HELLO", async () => {
  await using server = await startRouter();
  for (const separator of [0x18, 0x1e] as const) {
    using peer = await RawPeer.connect(server.port, { offer: ["wamp.2.json.batched"] });
    peer.separator = separator;
    await peer.hello();
    assert.equal(peer.lastFrame.at(-1), separator);
  }
});

Deno.test("R6: messages of a JSON batch are handled in order, and a broken batch closes with 1002", async () => {
  await using server = await startRouter();
  using good = await RawPeer.join(server.port, { subprotocol: "wamp.2.json.batched" });
  // Both separators are legal in one connection.
  await good.sendPayload(
    '[32,1,{},"observatory.a"]\x18[16,2,{"acknowledge":true,"exclude_me":false},"observatory.a"]\x1e[34,3,0]\x18',
  );
  assert.equal((await good.receive(33)).request, 1);
  assert.deepEqual([(await good.next()).type, (await good.next()).type].sort(), [17, 36]);
  assert.equal((await good.receive(8)).request, 3);
  for (const broken of ["[34,3,0]\x18[34,3,0]", "\x18", "[34,3,0]\x18\x18[34,4,0]\x18", ""]) {
    using peer = await RawPeer.join(server.port, { subprotocol: "wamp.2.json.batched" });
    await peer.sendPayload(broken);
    assert.equal((await peer.closed()).code, 1002, JSON.stringify(broken));
  }
});

Deno.test("R7: binary batches of several messages are handled, and broken lengths close with 1002", async () => {
  await using server = await startRouter();
  for (const subprotocol of ["wamp.2.cbor.batched", "wamp.2.msgpack.batched"]) {
    using good = await RawPeer.join(server.port, { subprotocol });
    const subscribe = (request: number) =>
      ({ type: 32, request, options: {}, topic: "observatory.a" }) as const;
    await good.send(subscribe(1), subscribe(2), subscribe(3));
    for (const request of [1, 2, 3]) assert.equal((await good.receive(33)).request, request);
    const one = good.encode(subscribe(4));
    const broken: [string, Uint8Array][] = [
      ["zero length", new Uint8Array(4)],
      ["overrun", one.subarray(0, -1)],
      ["trailing bytes", new Uint8Array([...one, 0, 0, 0])],
      ["length of 2^31", new Uint8Array([0x80, 0, 0, 0, 1])],
      ["empty frame", new Uint8Array(0)],
    ];
    for (const [what, payload] of broken) {
      using peer = await RawPeer.join(server.port, { subprotocol });
      await peer.sendPayload(payload);
      assert.equal((await peer.closed()).code, 1002, what);
    }
  }
});

Deno.test("R8: a text frame on a binary subprotocol and the reverse close with 1002", async () => {
  await using server = await startRouter();
  for (
    const [subprotocol, opcode] of [["wamp.2.cbor", Opcode.TEXT], ["wamp.2.json", Opcode.BINARY]] as const
  ) {
    using peer = await RawPeer.join(server.port, { subprotocol });
    await peer.sendFrame(opcode, utf8.encode('[32,1,{},"observatory.a"]'));
    assert.equal((await peer.receive(3)).reason, "wamp.error.protocol_violation");
    const { code, reason } = await peer.closed();
    assert.equal(code, 1002);
    assert.match(reason, /frame on wamp\.2\./);
  }
});

Deno.test("R16: unknown paths give 404, an upgrade of the bridge is refused, /info answers", async () => {
  await using server = await startRouter();
  const base = `http://127.0.0.1:${server.port}`;
  for (const path of ["/nope", "/", "/wss", "/ws/", "/info/x"]) {
    const response = await fetch(base + path);
    await response.body?.cancel();
    assert.equal(response.status, 404, path);
    using peer = await RawPeer.connect(server.port, { path });
    assert.equal(peer.status, 404, path);
  }
  using bridge = await RawPeer.connect(server.port, { path: "/call" });
  assert.equal(bridge.status, 404);
  using query = await RawPeer.connect(server.port, { path: "/ws?token=1" });
  assert.equal(query.status, 101);
  const plain = await fetch(`${base}/ws`);
  await plain.body?.cancel();
  assert.equal(plain.status, 426);
  const info = await fetch(`${base}/info`);
  assert.equal(info.status, 200);
  const status: unknown = await info.json();
  assert.deepEqual(typeof status === "object" && status !== null && "realms" in status && status.realms, [
    "test_realm",
  ]);
  assert(typeof status === "object" && status !== null && "version" in status);
  assert.match(String(status.version), /^\d+\.\d+\.\d+/);
  const post = await fetch(`${base}/info`, { method: "POST", body: "x" });
  await post.body?.cancel();
  assert.equal(post.status, 405);
});

Deno.test("R17: every origin is taken by default, and only listed ones with a list", async () => {
  await using open = await startRouter();
  for (const origin of ["http://evil.example", "null", "file://"]) {
    using peer = await RawPeer.connect(open.port, { lines: [`Origin: ${origin}`] });
    assert.equal(peer.status, 101, origin);
  }
  await using listed = await startRouter({
    allowedOrigins: ["https://*.observatory.example", "http://localhost:*"],
    allowNullOrigin: false,
  });
  const expected: [string, number][] = [
    ["https://web.observatory.example", 101],
    ["http://localhost:8080", 101],
    ["http://web.observatory.example", 403],
    ["https://observatory.example", 403],
    ["https://web.observatory.example.evil", 403],
    ["null", 403],
  ];
  for (const [origin, status] of expected) {
    using peer = await RawPeer.connect(listed.port, { lines: [`Origin: ${origin}`] });
    assert.equal(peer.status, status, origin);
  }
  using program = await RawPeer.connect(listed.port);
  assert.equal(program.status, 101);
});

Deno.test("R18: an offer of permessage-deflate is ignored", async () => {
  await using server = await startRouter();
  const lines = [
    "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; client_max_window_bits",
  ];
  using peer = await RawPeer.join(server.port, { lines });
  assert.equal(peer.headers.has("sec-websocket-extensions"), false);
  await peer.subscribe("observatory.a");
  await peer.sendFrame(Opcode.TEXT, utf8.encode("compressed?"), { rsv: 0x40 });
  assert.equal((await peer.closed()).code, 1002);
});

Deno.test("a handshake that is none is refused, and the router goes on", async () => {
  await using server = await startRouter();
  const head =
    "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: wamp.2.json\r\n";
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const requests: [string, RegExp][] = [
    [`GET /ws HTTP/1.1\r\n${head}${key}\r\n`, /^HTTP\/1\.1 426 .*Sec-WebSocket-Version: 13/s],
    [`GET /ws HTTP/1.1\r\n${head}${key}Sec-WebSocket-Version: 8\r\n\r\n`, /^HTTP\/1\.1 426 /],
    [`GET /ws HTTP/1.1\r\n${head}Sec-WebSocket-Version: 13\r\n\r\n`, /^HTTP\/1\.1 400 /],
    [
      `POST /ws HTTP/1.1\r\n${head}${key}Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n`,
      /^HTTP\/1\.1 4\d\d /,
    ],
    ["\x16\x03\x01 TLS hello\r\n\r\n", /^HTTP\/1\.1 400 /],
    [`GET /info HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(70_000)}\r\n\r\n`, /^HTTP\/1\.1 4\d\d /],
  ];
  for (const [request, expected] of requests) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(utf8.encode(request));
    assert.match(await readAll(connection), expected);
  }
  using peer = await RawPeer.join(server.port);
  assert.ok(peer.session > 0);
});

async function readAll(connection: Deno.TcpConn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(4096);
  try {
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) return text;
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
  } catch (error) {
    // What was not read of a request resets the connection behind the answer.
    if (error instanceof Deno.errors.ConnectionReset) return text;
    throw error;
  }
}
