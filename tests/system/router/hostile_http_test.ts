import assert from "node:assert/strict";
import { connectWamp } from "../../../client/mod.ts";
import { CA_CERT, tlsFiles } from "../../helpers/tls_files.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { startRouter } from "./start_router.ts";

const REALM = "test_realm";
const utf8 = new TextEncoder();

/** Sends all, as far as it is taken before the other side breaks the connection. */
async function sendAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  } catch {
    // Broken off, which is what the tests wait for.
  }
}

Deno.test("Router breaks off a connection that asks without waiting for answers, and keeps one that asks twice", async () => {
  await using server = await startRouter({ metricsPath: "/metrics" });
  for (const path of ["/metrics", "/info", "/nowhere"]) {
    using greedy = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const refused = server.router.status().wire.refused;
    await within(
      sendAll(greedy, utf8.encode(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(20_000))),
      20_000,
      "20,000 requests for which nobody waits",
    );
    await untilTrue(() => server.router.status().connections === 0, { what: "the end of the connection" });
    assert.equal(server.router.status().wire.refused, refused + 1);
  }
  assert.match(
    server.log.join("\n"),
    /Refused tcp4:127.0.0.1:\d+: it sent more than 16 requests without answers/,
  );

  using modest = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const twice = "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n";
  await sendAll(modest, utf8.encode(`${twice}${twice.replace("Host", "Connection: close\r\nHost")}`));
  const text = await within(new Response(modest.readable).text(), 10_000, "two answers");
  assert.equal(text.match(/HTTP\/1.1 404/g)?.length, 2);
});

Deno.test("Router makes eight answers with metrics at a time, and has room again when they are taken", async () => {
  await using server = await startRouter({ metricsPath: "/metrics" });
  const ask = (more = "") => `GET /metrics HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
  for (let round = 0; round < 2; round++) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await sendAll(connection, utf8.encode(ask().repeat(10) + ask("Connection: close\r\n")));
    const text = await within(new Response(connection.readable).text(), 10_000, "eleven answers");
    const codes = [...text.matchAll(/^HTTP\/1.1 (\d+)/gm)].map(([, code]) => code);
    assert.deepEqual(codes, [...Array(8).fill("200"), ...Array(3).fill("503")]);
  }
});

Deno.test("Router gives up a reader that does not take an answer, and not one that waits for it", async () => {
  for (const tls of [undefined, tlsFiles("signed")]) {
    await using server = await startRouter({
      limits: { idleHttpMs: 400 },
      ...(tls === undefined ? {} : { tls }),
    });
    const s = tls === undefined ? "" : "s";
    await using agent = await connectWamp({
      url: `ws${s}://localhost:${server.port}/ws`,
      realm: REALM,
      caCerts: [CA_CERT],
      maxMessageBytes: 16 * 1024 * 1024,
    });
    const large = "x".repeat(15_000_000);
    await agent.register("observatory.large", () => large);
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => answer = resolve);
    await agent.register("observatory.later", () => asked.then(() => 1));
    const before = server.router.status().connections;
    const ask = async (procedure: string): Promise<Deno.Conn> => {
      const connection = tls === undefined
        ? await Deno.connect({ hostname: "127.0.0.1", port: server.port })
        : await Deno.connectTls({ hostname: "localhost", port: server.port, caCerts: [CA_CERT] });
      const body = JSON.stringify({ procedure });
      await sendAll(
        connection,
        utf8.encode(
          `POST /call HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n` +
            `Content-Length: ${body.length}\r\n\r\n${body}`,
        ),
      );
      return connection;
    };
    using _stuck = await ask("observatory.large");
    using waiting = await ask("observatory.later");
    await untilTrue(() => server.router.status().connections === before + 1, {
      what: "the end of the stuck reader",
    });
    answer();
    assert.match(
      await within(new Response(waiting.readable).text(), 10_000, "the late answer"),
      /^HTTP\/1.1 200/,
    );
  }
});
