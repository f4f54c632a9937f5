// deno-lint-ignore-file no-console -- a random test says its seed
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { connectWamp, OCSClient } from "../../../client/mod.ts";
import { CertificateError, Router } from "../../../router/mod.ts";
import { ConnectError, openWebSocket } from "../../../transport/mod.ts";
import { JSON_SERIALIZER } from "../../../wamp/serializers.ts";
import { Random } from "../../helpers/random_values.ts";
import { CA_CERT, tlsFiles } from "../../helpers/tls_files.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { clientFrame } from "../../unit/transport/client_frame.ts";
import { startRouter } from "./start_router.ts";

const REALM = "test_realm";
const utf8 = new TextEncoder();

/** The router's port by the name that its certificate has. */
const urlOf = (port: number) => `wss://localhost:${port}/ws`;

const connect = (port: number) =>
  connectWamp({ url: urlOf(port), realm: REALM, caCerts: [CA_CERT], timeoutMs: 10_000 });

/** Why a WebSocket is not opened. */
async function refusal(url: string, caCerts?: readonly string[]): Promise<string> {
  try {
    const transport = await openWebSocket(url, { subprotocols: ["wamp.2.json"], timeoutMs: 10_000, caCerts });
    transport.terminate();
    return "none";
  } catch (error) {
    assert(error instanceof ConnectError, String(error));
    return error.message;
  }
}

Deno.test("C31: with a certificate the router speaks wss:// and https:// for a client that knows the authority", async () => {
  await using server = await startRouter({ tls: tlsFiles("signed"), metricsPath: "/metrics" });
  assert.equal(server.router.url, `wss://127.0.0.1:${server.port}/ws`);
  assert.equal(server.router.httpUrl, `https://127.0.0.1:${server.port}/call`);
  assert.match(
    server.log.join("\n"),
    /with the certificate of DNS:localhost, IP Address:127.0.0.1, until 2125-12-31/,
  );

  await using agent = await connect(server.port);
  await using caller = await connectWamp({
    url: `wss://127.0.0.1:${server.port}/ws`,
    realm: REALM,
    caCerts: [CA_CERT],
  });
  await agent.register("observatory.echo", ({ args }) => args[0]);
  const large = "x".repeat(900_000);
  for (const text of ["hello", large]) assert.equal(await caller.call("observatory.echo", [text]), text);
  const events: unknown[] = [];
  await caller.subscribe("observatory.feed", ({ args }) => void events.push(args[0]));
  for (let i = 0; i < 500; i++) agent.publish("observatory.feed", [i]);
  await untilTrue(() => events.length === 500, { what: "500 events" });
  assert.deepEqual(events, Array.from({ length: 500 }, (_, i) => i));

  using http = Deno.createHttpClient({ caCerts: [CA_CERT] });
  for (let i = 0; i < 3; i++) {
    const answer = await fetch(`https://localhost:${server.port}/call`, {
      client: http,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ procedure: "observatory.echo", args: [i] }),
    });
    assert.deepEqual((await answer.json()).args, [i]);
  }
  const info = await fetch(`https://127.0.0.1:${server.port}/info`, { client: http });
  assert.equal((await info.json()).realms[0], REALM);
  assert.equal(server.router.metricsUrl, `https://127.0.0.1:${server.port}/metrics`);
  const metrics = await fetch(`https://localhost:${server.port}/metrics`, { client: http });
  assert.match(await metrics.text(), /^# HELP /);
});

Deno.test("C31: a wrong certificate is refused with a text that says what is wrong with it", async () => {
  const cases = [
    [
      "expired",
      [CA_CERT],
      /its certificate \(DNS:localhost, IP Address:127.0.0.1\) has expired on 2020-02-01$/,
    ],
    ["elsewhere", [CA_CERT], /its certificate \(DNS:elsewhere.example\) is not for "localhost"$/],
    ["signed", undefined, /signed by "Observatory CA", which is not known here .*file that DENO_CERT names$/],
    [
      "localhost",
      [CA_CERT],
      /signed by "localhost", which is not known here .*only the authorities given are known here$/,
    ],
  ] as const;
  for (const [name, caCerts, reason] of cases) {
    await using server = await startRouter({ tls: tlsFiles(name) });
    const text = await refusal(urlOf(server.port), caCerts);
    assert(text.startsWith(`Cannot connect to "${urlOf(server.port)}": `), text);
    assert.match(text, reason);
    if (name !== "elsewhere") {
      await untilTrue(() =>
        server.log.some((line) => line.includes("does not take the certificate of this router"))
      );
    }
    if (name === "expired") {
      assert.match(server.log.join("\n"), /warn .*has expired on 2020-02-01: clients refuse it/);
    }
  }
});

Deno.test("C31: TLS on a plain port and no TLS on a TLS port end in a clear text on both sides", async () => {
  await using secure = await startRouter({ tls: tlsFiles("signed") });
  await using plain = await startRouter();
  assert.match(
    await refusal(`ws://localhost:${secure.port}/ws`),
    /what answers there does not speak HTTP; if it speaks TLS, a wss:\/\/ URL is expected$/,
  );
  assert.match(
    await refusal(urlOf(plain.port), [CA_CERT]),
    /what answers there does not speak TLS, expected a router with a certificate, or a ws:\/\/ URL$/,
  );
  const byHttp = (wampHttp: string) =>
    OCSClient.connect("faker1", {
      carrier: "http",
      site: { wampHttp, realm: REALM, addressRoot: "observatory" },
      timeoutSeconds: 5,
    });
  await assert.rejects(
    byHttp(`http://localhost:${secure.port}/call`),
    /HTTP bridge at http:\/\/localhost:\d+\/call: it does not speak HTTP; if it speaks TLS, https:\/\/ is expected/,
  );
  await assert.rejects(
    byHttp(`https://localhost:${plain.port}/call`),
    /HTTP bridge at https:\/\/localhost:\d+\/call: it does not speak TLS, expected an http:\/\/ URL/,
  );
  await untilTrue(() => /does not speak TLS, and only wss:\/\/ and https:\/\//.test(secure.log.join("\n")));
  await untilTrue(() => /it speaks TLS, and only ws:\/\/ and http:\/\//.test(plain.log.join("\n")));
  assert(secure.router.status().wire.refused > 0 && plain.router.status().wire.refused > 0);
});

Deno.test("Router.start() names the file of a certificate or key that cannot be served", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tls_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const { certificateFile, keyFile } = tlsFiles("signed");
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const pem = (more = {}) =>
    String(
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
        format: "pem",
        type: "pkcs8",
        ...more,
      }),
    );
  const other = await write("other.pem", pem());
  const locked = await write("locked.pem", pem({ cipher: "aes-256-cbc", passphrase: "secret" }));
  const text = await write("text.pem", "hello\n");
  const damaged = await write(
    "damaged.pem",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  );
  const damagedKey = await write(
    "damaged_key.pem",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
  );
  const huge = await write("huge.pem", "x".repeat(2_000_000));
  const weak = tlsFiles("localhost").certificateFile.replace("localhost.cert", "weak.cert");
  const away = `${folder}/away.pem`;
  const wrong = [
    [away, keyFile, away, /there is no such file, expected PEM with "-----BEGIN CERTIFICATE-----"/],
    [folder, keyFile, folder, /Cannot use certificate/],
    [text, keyFile, text, /it is no PEM/],
    [huge, keyFile, huge, /it has 2000000 bytes/],
    [damaged, keyFile, damaged, /it is damaged/],
    [keyFile, keyFile, keyFile, /it holds "PRIVATE KEY", expected PEM with "-----BEGIN CERTIFICATE-----"/],
    [certificateFile, away, away, /there is no such file, expected PEM with "-----BEGIN PRIVATE KEY-----"/],
    [certificateFile, certificateFile, certificateFile, /Cannot use key .*it holds "CERTIFICATE"/],
    [certificateFile, locked, locked, /locked with a password, expected one without/],
    [certificateFile, damagedKey, damagedKey, /it is damaged/],
    [
      certificateFile,
      other,
      other,
      /Cannot use certificate .* with key .*: the key belongs to another certificate/,
    ],
    [weak, weak.replace("cert", "key"), weak, /Cannot use certificate .*: TLS refuses them: .*key too small/],
  ] as const;
  for (const [certificate, key, blamed, reason] of wrong) {
    await assert.rejects(
      Router.start({ tls: { certificateFile: certificate, keyFile: key } }),
      (error) => error instanceof CertificateError && error.file === blamed && reason.test(error.message),
      `${certificate}, ${key}`,
    );
  }
});

Deno.test("Router serves a renewed certificate to whoever connects from then on, and never half of a renewal", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tls_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const files = { certificateFile: `${folder}/cert.pem`, keyFile: `${folder}/key.pem` };
  await Deno.copyFile(tlsFiles("expired").certificateFile, files.certificateFile);
  await Deno.copyFile(tlsFiles("expired").keyFile, files.keyFile);
  await using server = await startRouter({ tls: files, limits: { certificateCheckMs: 20 } });
  assert.match(await refusal(urlOf(server.port), [CA_CERT]), /has expired/);

  await Deno.writeTextFile(files.certificateFile, "half");
  const told = () =>
    server.log.filter((line) => line.includes("The renewed certificate is not served")).length;
  await untilTrue(() => told() === 1);
  assert.match(
    server.log.join("\n"),
    /error .*the one before stays: Cannot use certificate ".*cert.pem": it is no PEM/,
  );
  assert.match(await refusal(urlOf(server.port), [CA_CERT]), /has expired/);

  await Deno.copyFile(tlsFiles("signed").certificateFile, files.certificateFile);
  await untilTrue(() => server.log.some((line) => line.includes("from now on")));
  await using session = await connect(server.port);
  assert.equal(session.state, "joined");
});

Deno.test("Router tries again to serve a renewed certificate where nothing of the files shows that it now can", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tls_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const { certificateFile, keyFile } = tlsFiles("signed");
  // Both in one file, as some keep them.
  const both = `${folder}/both.pem`;
  const good = await Deno.readTextFile(certificateFile) + await Deno.readTextFile(keyFile);
  await Deno.writeTextFile(both, good);
  await using server = await startRouter({
    tls: { certificateFile: both, keyFile: both },
    limits: { certificateCheckMs: 20 },
  });
  const told = () =>
    server.log.filter((line) => line.includes("The renewed certificate is not served")).length;
  const written = new Date(2026, 0, 1);
  await Deno.writeTextFile(both, "x".repeat(good.length));
  await Deno.utime(both, written, written);
  await untilTrue(() => told() > 0);
  // Written and dated at once, so that a look sees the same file: as with a right to read it, which only the owner can give.
  Deno.writeTextFileSync(both, good);
  Deno.utimeSync(both, written, written);
  await untilTrue(() => server.log.some((line) => line.includes("from now on")));
  // Once for each date that a look has seen.
  assert.ok(told() <= 2, String(told()));
});

Deno.test("Router counts connections that say nothing in TLS among all, and a stop does not wait for them", async () => {
  const server = await startRouter({ tls: tlsFiles("signed"), limits: { connections: 3 } });
  const silent: Deno.Conn[] = [];
  for (let i = 0; i < 3; i++) silent.push(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
  await untilTrue(() => server.router.status().connections === 3);
  assert.match(await refusal(urlOf(server.port), [CA_CERT]), /Cannot connect/);
  assert.match(server.log.join("\n"), /too many connections are open/);
  silent.pop()?.close();
  await untilTrue(() => server.router.status().connections === 2);
  await using session = await connect(server.port);
  assert.equal(session.state, "joined");
  await within(server.router.stop(), 5_000, "the end of the router");
  for (const connection of silent) {
    assert.equal(await connection.read(new Uint8Array(10)).catch(() => null), null);
    connection.close();
  }
});

Deno.test("Router ends a TLS handshake that does not go on, and says who it was", async () => {
  await using server = await startRouter({ tls: tlsFiles("signed"), limits: { tlsHandshakeMs: 50 } });
  const silent = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const { port } = silent.localAddr as Deno.NetAddr; // of a TCP connection
  assert.equal(await within(silent.read(new Uint8Array(10)), 5_000).catch(() => null), null);
  silent.close();
  await untilTrue(() =>
    server.log.some((line) => line.includes(`tcp4:127.0.0.1:${port}: no TLS handshake within 0.05 s`))
  );
  await untilTrue(() => server.router.status().connections === 0);
});

Deno.test("Router outlives whatever is sent to its TLS port, before and behind the handshake", async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  await using server = await startRouter({ tls: tlsFiles("signed") });
  const hello = new Uint8Array([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]);
  const noise = (length: number) => Uint8Array.from({ length }, () => random.below(256));
  for (let round = 0; round < 40; round++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const bytes = random.pick([
      noise(1 + random.below(300)),
      hello,
      new Uint8Array([...hello, ...noise(250)]),
    ]);
    await connection.write(bytes).catch(() => {});
    if (random.below(2)) await connection.closeWrite().catch(() => {});
    connection.close();
  }
  for (let round = 0; round < 10; round++) {
    const connection = await Deno.connectTls({
      hostname: "localhost",
      port: server.port,
      caCerts: [CA_CERT],
    });
    await connection.write(noise(1 + random.below(300)));
    connection.close();
  }
  await untilTrue(() => server.router.status().connections === 0, { what: "the end of all connections" });
  await using session = await connect(server.port);
  assert.equal(session.state, "joined");
});

Deno.test("C31: openWebSocket() gives up on a wss:// server that says nothing, or goes away", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  const { port } = listener.addr as Deno.NetAddr; // of a TCP listener
  const opening = (timeoutMs: number) =>
    openWebSocket(urlOf(port), { subprotocols: ["wamp.2.json"], timeoutMs, caCerts: [CA_CERT] });
  await assert.rejects(opening(100), /localhost:\d+\/ws": no answer within 0.1 s/);
  const cut = opening(10_000);
  await untilTrue(() => accepted.length === 2);
  accepted[1]?.close();
  await assert.rejects(within(cut, 5_000), ConnectError);
  accepted[0]?.close();
  listener.close();
  await accepting;
});

Deno.test("Router resets a TLS connection that takes nothing, and others go on", async () => {
  const limits = { hardQueueBytes: 1_000_000, softQueueBytes: 500_000 };
  await using server = await startRouter({ tls: tlsFiles("signed"), limits });
  const slow = await Deno.connectTls({ hostname: "localhost", port: server.port, caCerts: [CA_CERT] });
  const buffer = new Uint8Array(65_536);
  await slow.write(utf8.encode(
    [
      "GET /ws HTTP/1.1",
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      "Sec-WebSocket-Protocol: wamp.2.json",
      "",
      "",
    ].join("\r\n"),
  ));
  await slow.read(buffer);
  const say = (message: Parameters<typeof JSON_SERIALIZER.encodeMessage>[0]) =>
    slow.write(clientFrame(1, JSON_SERIALIZER.encodeMessage(message)));
  await say({ type: 1, realm: REALM, details: { roles: { subscriber: {} } } });
  await slow.read(buffer);
  await say({ type: 32, request: 1, options: {}, topic: "observatory.feed" });
  await slow.read(buffer);

  await using publisher = await connect(server.port);
  const filler = "x".repeat(100_000);
  await untilTrue(async () => {
    await publisher.publish("observatory.feed", [filler], { acknowledge: true });
    const { overflowed, droppedEvents } = server.router.status().wire;
    return overflowed + droppedEvents > 0;
  }, { what: "a queue that is full" });
  assert(server.router.status().queuedBytes < 4_000_000);
  await within(server.router.stop(), 5_000, "the end of the router");
  let end: unknown;
  while (end === undefined) {
    const count = await slow.read(buffer).catch((error: unknown) => error);
    if (typeof count !== "number") end = count;
  }
  // Ended as TCP is: else the system would keep for minutes what it never took.
  assert.match(String(end), /reset/i);
  slow.close();
});
