import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { openWebSocket } from "../../../transport/client_transport.ts";
import { ConnectError } from "../../../transport/errors.ts";
import { switchingProtocols } from "../../../transport/handshake.ts";
import { WebSocketServerTransport } from "../../../transport/websocket_server_transport.ts";
import { WriteGatherer } from "../../../transport/write_gatherer.ts";
import {
  Listener,
  testTransport,
  type TransportPair,
  withDeadline,
} from "../../unit/transport/transport_suite.ts";

const PROTOCOL = "wamp.2.cbor";

/** A server that grants every handshake, and hands out the sockets. */
async function listen(onSocket: (socket: Duplex, first: Uint8Array) => void) {
  const server = createServer();
  const sockets = new Set<Duplex>();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, first: Uint8Array) => {
    sockets.add(socket);
    socket.write(switchingProtocols(request.headers["sec-websocket-key"] ?? "", PROTOCOL));
    onSocket(socket, first);
  });
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Listening on an IP address, so that it is no path of a Unix socket.
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    async [Symbol.asyncDispose]() {
      const gone = [...sockets].map((socket) =>
        new Promise<void>((resolve) =>
          socket.closed ? resolve() : socket.once("close", () => resolve()).destroy()
        )
      );
      await Promise.all([...gone, new Promise<void>((resolve) => server.close(() => resolve()))]);
    },
  };
}

async function open(): Promise<TransportPair> {
  const arrived = Promise.withResolvers<WebSocketServerTransport>();
  const gatherer = new WriteGatherer();
  const server = await listen((socket, firstBytes) =>
    arrived.resolve(
      new WebSocketServerTransport(socket, {
        subprotocol: PROTOCOL,
        maxMessageBytes: 1 << 20,
        gatherer,
        firstBytes,
      }),
    )
  );
  const client = await openWebSocket(server.url, { subprotocols: [PROTOCOL] });
  const accepted = await arrived.promise;
  return {
    client,
    server: accepted,
    async [Symbol.asyncDispose]() {
      client.terminate();
      accepted.terminate();
      await server[Symbol.asyncDispose]();
    },
  };
}

testTransport("openWebSocket() and WebSocketServerTransport", open);

Deno.test("openWebSocket() fails with the cause when nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assert.rejects(
    openWebSocket(`ws://127.0.0.1:${port}/ws`, { subprotocols: [PROTOCOL] }),
    (error) => error instanceof ConnectError && /ECONNREFUSED|refused/i.test(error.message),
  );
});

Deno.test("openWebSocket() gives up a handshake that is not answered in time, or that the caller gives up", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  const url = `ws://127.0.0.1:${listener.addr.port}/ws`;
  await assert.rejects(
    openWebSocket(url, { subprotocols: [PROTOCOL], timeoutMs: 50 }),
    /no answer within 0\.05 s/,
  );
  const abort = new AbortController();
  const opening = openWebSocket(url, { subprotocols: [PROTOCOL], signal: abort.signal });
  abort.abort();
  await assert.rejects(opening, /given up by the caller/);
  await assert.rejects(openWebSocket(url, { subprotocols: [PROTOCOL], signal: abort.signal }), /given up/);
  listener.close();
  await accepting;
  for (const connection of accepted) connection.close();
});

Deno.test("openWebSocket() fails when the server refuses the handshake", async () => {
  const server = createServer((_request, response) => response.writeHead(400).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Listening on an IP address, so that it is no path of a Unix socket.
  const { port } = server.address() as AddressInfo;
  await assert.rejects(openWebSocket(`ws://127.0.0.1:${port}/`, { subprotocols: [PROTOCOL] }), /400/);
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

Deno.test("C9: openWebSocket() ends a connection whose server falls silent", async () => {
  // A server that never answers pings: it grants the handshake and reads on without a word.
  await using server = await listen((socket) => socket.resume());
  const client = await openWebSocket(server.url, {
    subprotocols: [PROTOCOL],
    pingAfterMs: 50,
    pongWithinMs: 50,
  });
  assert.deepEqual(await new Listener(client).closed, {
    code: 1006,
    reason: "no answer to a ping within 0.05 s",
  });
});

Deno.test("openWebSocket() keeps a connection on which only pongs arrive", async () => {
  const pings = Promise.withResolvers<void>();
  let counted = 0;
  const gatherer = new WriteGatherer();
  await using server = await listen((socket, firstBytes) => {
    const transport = new WebSocketServerTransport(socket, {
      subprotocol: PROTOCOL,
      maxMessageBytes: 100,
      gatherer,
      firstBytes,
    });
    socket.on("data", () => {
      if (++counted === 5) pings.resolve();
    });
    transport.onclose = () => pings.reject(new Error("closed"));
  });
  const client = await openWebSocket(server.url, {
    subprotocols: [PROTOCOL],
    pingAfterMs: 20,
    pongWithinMs: 2000,
  });
  await withDeadline(pings.promise, "five pings");
  client.terminate();
});

Deno.test("WebSocketServerTransport frees everything when a peer that reads nothing is terminated", async () => {
  const arrived = Promise.withResolvers<WebSocketServerTransport>();
  const gatherer = new WriteGatherer();
  await using server = await listen((socket, firstBytes) =>
    arrived.resolve(
      new WebSocketServerTransport(socket, {
        subprotocol: PROTOCOL,
        maxMessageBytes: 100,
        gatherer,
        firstBytes,
      }),
    )
  );
  const { port } = new URL(server.url);
  using peer = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await peer.write(new TextEncoder().encode(
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  ));
  const transport = await arrived.promise;
  const end = new Listener(transport);
  const block = new Uint8Array(1 << 20);
  for (let i = 0; i < 32; i++) transport.send(block);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(transport.bufferedBytes > 16 << 20, "loopback takes some, most of it waits");
  transport.terminate();
  assert.equal(transport.bufferedBytes, 0);
  assert.equal((await end.closed).code, 1006);
  // The peer learns it as soon as it reads on, not behind the megabytes that the system has taken for it.
  const room = new Uint8Array(65_536);
  const readAll = async () => {
    while (await peer.read(room) !== null) { /* what has arrived */ }
  };
  await assert.rejects(readAll(), Deno.errors.ConnectionReset);
});
