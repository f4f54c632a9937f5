import assert from "node:assert/strict";
import { Opcode } from "../../../transport/websocket_framing.ts";
import { untilTrue } from "../../helpers/until.ts";
import { RawPeer } from "./raw_peer.ts";
import { startRouter } from "./start_router.ts";

const utf8 = new TextEncoder();

Deno.test("R9: a ping between fragments is answered at once, and the message handled", async () => {
  await using server = await startRouter();
  using peer = await RawPeer.join(server.port);
  const message = utf8.encode('[32,1,{},"observatory.a"]');
  await peer.sendFrame(Opcode.TEXT, message.subarray(0, 7), { final: false });
  await peer.sendFrame(Opcode.PING, utf8.encode("are you there"));
  assert.deepEqual(await peer.control("pong"), utf8.encode("are you there"));
  assert.equal(peer.waiting, 0);
  await peer.sendFrame(Opcode.CONTINUATION, message.subarray(7, 9), { final: false });
  await peer.sendFrame(Opcode.PING, new Uint8Array(125).fill(7));
  assert.deepEqual(await peer.control("pong"), new Uint8Array(125).fill(7));
  await peer.sendFrame(Opcode.CONTINUATION, message.subarray(9));
  assert.equal((await peer.receive(33)).request, 1);
});

Deno.test("R10: a peer that answers no ping is dropped without a close, and its registrations are free", async () => {
  await using server = await startRouter({ limits: { pingIntervalMs: 100, pingTimeoutMs: 100 } });
  using dead = await RawPeer.join(server.port, { answersPings: false, agent: "dead-1.0" });
  await dead.register("observatory.x");
  using heir = await RawPeer.join(server.port);
  assert.equal((await dead.control("ping")).length, 12);
  assert.equal((await dead.closed()).code, 1006);
  await heir.register("observatory.x");
  const line = server.log.find((text) => text.includes("ping timeout after 0.1 s"));
  assert.ok(
    line?.includes(String(dead.session)) && line.includes("dead-1.0") && line.includes("127.0.0.1"),
    `no such line: ${line}`,
  );
});

Deno.test("R10: pings carry a counter, so that each differs", async () => {
  await using server = await startRouter({ limits: { pingIntervalMs: 50, pingTimeoutMs: 2000 } });
  using peer = await RawPeer.join(server.port);
  const [first, second] = [await peer.control("ping"), await peer.control("ping")];
  assert.equal(first.length, 12);
  assert.notDeepEqual(first, second);
});

Deno.test("R11: a peer that sends data but no pongs is kept", async () => {
  await using server = await startRouter({ limits: { pingIntervalMs: 60, pingTimeoutMs: 120 } });
  using peer = await RawPeer.join(server.port, { answersPings: false });
  const until = performance.now() + 600;
  while (performance.now() < until) {
    await peer.subscribe("observatory.a");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await peer.subscribe("observatory.b");
});

Deno.test("a peer that has not said HELLO is pinged as well, and one without a WebSocket is closed when idle", async () => {
  await using server = await startRouter({
    limits: { pingIntervalMs: 50, pingTimeoutMs: 50, idleHttpMs: 100 },
  });
  using silent = await RawPeer.connect(server.port);
  silent.answersPings = false;
  assert.equal((await silent.closed()).code, 1006);
  using idle = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await idle.write(utf8.encode("GET /info HTT"));
  assert.equal(await idle.read(new Uint8Array(1)).catch(() => null), null);
  await untilTrue(() => server.router.status().connections === 0, { what: "no connections" });
});

Deno.test("a connection that ends without a word, or inside a request, frees its place at once", async () => {
  // The idle time is far away: only the end of the connection can free the place.
  await using server = await startRouter({ limits: { connections: 1, idleHttpMs: 60_000 } });
  for (const words of ["", "GET /info HTT", "POST /call HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"]) {
    {
      using peer = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      await peer.write(utf8.encode(words));
      await untilTrue(() => server.router.status().connections === 1, { what: "a connection" });
    }
    await untilTrue(() => server.router.status().connections === 0, {
      what: `no connection after "${words}"`,
    });
  }
});

Deno.test("a request body that does not arrive in time is refused and its connection closed", async () => {
  await using server = await startRouter({ limits: { idleHttpMs: 200 } });
  using peer = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await peer.write(utf8.encode("POST /call HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"));
  const answer = new Uint8Array(512);
  const count = await peer.read(answer);
  assert.match(new TextDecoder().decode(answer.subarray(0, count ?? 0)), /^HTTP\/1\.1 408 /);
  await untilTrue(() => server.router.status().connections === 0, { what: "no connections" });
});

Deno.test("the log says where a lost session came from", async () => {
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  await using server = await startRouter({ logger: { debug: say, info: say, warn: say, error: say } });
  {
    using _peer = await RawPeer.join(server.port);
  }
  const line = await untilTrue(() => lines.find((text) => text.startsWith("Lost session")), {
    what: "a line about the lost session",
  });
  assert.match(line, /tcp4:127\.0\.0\.1:\d{2,}/);
});

Deno.test("R25: a peer without HELLO is closed with 1002", async () => {
  await using server = await startRouter({ coreLimits: { helloMs: 100 } });
  using peer = await RawPeer.connect(server.port);
  assert.equal((await peer.closed()).code, 1002);
});
