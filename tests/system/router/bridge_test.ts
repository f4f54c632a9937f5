import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { untilTrue } from "../../helpers/until.ts";
import { RawPeer } from "./raw_peer.ts";
import { type LoggedRouter, startRouter } from "./start_router.ts";

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function post(
  server: LoggedRouter,
  body: BodyInit,
  init: RequestInit = {},
  path = "/call",
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: "POST", body, ...init });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Bytes have no media type, so that no Content-Type is sent, as Python's requests does it. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function call(procedure: string, args: readonly unknown[] = []): Uint8Array<ArrayBuffer> {
  return bytes(JSON.stringify({ procedure, args }));
}

/** A callee that answers what its JSON text says, for as long as it is not disposed of. */
async function callee(server: LoggedRouter, answers: Readonly<Record<string, string>>, options = {}) {
  const peer = await RawPeer.join(server.port, options);
  const byRegistration = new Map<number, string>();
  for (const [procedure, answer] of Object.entries(answers)) {
    byRegistration.set((await peer.register(`observatory.${procedure}`)).registration, answer);
  }
  const answering = (async () => {
    for (;;) {
      const { request, registration } = await peer.receive(68);
      await peer.sendPayload((byRegistration.get(registration) ?? "").replace("ID", String(request)));
    }
  })().catch(() => {});
  return {
    peer,
    async [Symbol.asyncDispose]() {
      peer[Symbol.dispose]();
      await answering;
    },
  };
}

Deno.test("R94: a POST without Content-Type gets its result", async () => {
  await using server = await startRouter();
  await using _callee = await callee(server, { x: '[70,ID,{},[[0,"ok",{"a":1.0}]]]' });
  const answer = await post(server, call("observatory.x", ["status", "acq", {}]));
  assert.equal(answer.status, 200);
  assert.equal(answer.text, '{"args":[[0,"ok",{"a":1.0}]]}');
  assert.equal(answer.headers.get("content-type"), "application/json; charset=UTF-8");
  for (
    const type of ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=utf8;a=b"]
  ) {
    assert.equal(
      (await post(server, call("observatory.x"), { headers: { "content-type": type } })).status,
      200,
      type,
    );
  }
});

Deno.test("R95: PUT works, other methods get 405 with a JSON body, OPTIONS tells what may be asked", async () => {
  await using server = await startRouter();
  await using _callee = await callee(server, { x: "[70,ID,{},[1]]" });
  assert.equal((await post(server, call("observatory.x"), { method: "PUT" })).text, '{"args":[1]}');
  for (const method of ["GET", "DELETE", "PATCH"]) {
    const response = await fetch(server.router.httpUrl, { method });
    assert.equal(response.status, 405);
    assert.deepEqual(await response.json(), {
      error: `Method not accepted by the REST bridge. (${method} not allowed, only POST, PUT)`,
      args: [],
      kwargs: {},
    });
  }
  const head = await fetch(server.router.httpUrl, { method: "HEAD" });
  assert.equal(head.status, 405);
  const options = await fetch(server.router.httpUrl, {
    method: "OPTIONS",
    headers: { origin: "http://web.example", "access-control-request-headers": "content-type,x-y" },
  });
  assert.equal(options.status, 200);
  assert.equal(await options.text(), "");
  const expected = {
    "allow": "POST,PUT,OPTIONS",
    "access-control-allow-methods": "POST,PUT,OPTIONS",
    "access-control-allow-headers": "content-type,x-y",
    "access-control-allow-origin": "http://web.example",
    "access-control-allow-credentials": "true",
    "cache-control": "no-store,no-cache,must-revalidate,max-age=0",
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(options.headers.get(name), value, name);
});

Deno.test("R96: requests that are not well formed get their status and crossbar's text", async () => {
  await using server = await startRouter({ limits: { maxBodyBytes: 1000 } });
  const type = (value: string) => ({ headers: { "content-type": value } });
  const good = call("observatory.x");
  const malformed = (what: string) => `Request body was valid JSON, but not well formed (${what}).`;
  const encoding = "Non-accepted request encoding, must be UTF-8.";
  const cases: [BodyInit, RequestInit, number, string][] = [
    [
      good,
      type("text/plain"),
      400,
      "Non-accepted content type. (must be one of 'application/json', not 'text/plain')",
    ],
    [good, type("application/json; charset=latin1"), 400, encoding],
    [good, type("application/json; charset=utf-8; charset=utf-8"), 400, encoding],
    [good, type("application/json; charset=a=b"), 400, encoding],
    [bytes("{"), {}, 400, "Request body was invalid JSON."],
    [bytes(""), {}, 400, "Request body was invalid JSON."],
    [bytes("[".repeat(900)), {}, 400, "Request body was invalid JSON."],
    [bytes("{'procedure': 'x'}"), {}, 400, "Request body was invalid JSON."],
    [new Uint8Array([0x22, 0xff, 0x22]), {}, 400, "Non-decodable request body, was not UTF-8."],
    [bytes("[1]"), {}, 400, malformed("must be a dict")],
    [bytes("null"), {}, 400, malformed("must be a dict")],
    [bytes("{}"), {}, 400, malformed("missing key 'procedure'")],
    [bytes('{"procedure":"a.b","args":{"a":1}}'), {}, 400, malformed("'args' must be a list")],
    [bytes('{"procedure":"a.b","args":"abc"}'), {}, 400, malformed("'args' must be a list")],
    [bytes('{"procedure":"a.b","kwargs":[1]}'), {}, 400, malformed("'kwargs' must be a dict")],
    [new Uint8Array(1001).fill(0x20), {}, 413, "Request too long. (1001 is longer than accepted 1000)"],
    [bytes('{"procedure":5}'), {}, 200, "wamp.error.invalid_uri"],
    [bytes('{"procedure":"a b"}'), {}, 200, "wamp.error.invalid_uri"],
    [bytes('{"procedure":""}'), {}, 200, "wamp.error.invalid_uri"],
  ];
  for (const [body, init, status, text] of cases) {
    const answer = await post(server, body, init);
    const parsed: unknown = JSON.parse(answer.text);
    assert.equal(answer.status, status, text);
    assert.ok(
      typeof parsed === "object" && parsed !== null && "error" in parsed && "args" in parsed &&
        "kwargs" in parsed,
    );
    assert.equal(parsed.error, text);
  }
});

Deno.test("R96: a body that does not match its Content-Length does no harm", async () => {
  await using server = await startRouter();
  const head = "POST /call HTTP/1.1\r\nHost: x\r\nContent-Length: ";
  for (
    const request of [
      `${head}500\r\n\r\n{}`,
      `${head}2\r\nContent-Length: 3\r\n\r\n{}`,
      `${head}-1\r\n\r\n`,
      `${head}x\r\n\r\n`,
    ]
  ) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(bytes(request));
    await connection.closeWrite();
    const buffer = new Uint8Array(1000);
    const count = await connection.read(buffer).catch(() => null);
    if (count !== null) assert.match(new TextDecoder().decode(buffer), /^HTTP\/1\.1 400 /);
  }
  assert.equal((await post(server, call("observatory.x"))).status, 200);
});

Deno.test("R97: WAMP errors are answered with 200 and all three keys", async () => {
  await using server = await startRouter();
  await using _callee = await callee(server, {
    x: '[8,68,ID,{},"observatory.bad",["why",1.0],{"k":null}]',
    bare: '[8,68,ID,{},"observatory.bare"]',
  });
  const expected: [string, string][] = [
    ["observatory.x", '{"error":"observatory.bad","args":["why",1.0],"kwargs":{"k":null}}'],
    ["observatory.bare", '{"error":"observatory.bare","args":[],"kwargs":{}}'],
  ];
  for (const [procedure, text] of expected) {
    assert.deepEqual(await post(server, call(procedure)).then(({ status, text }) => [status, text]), [
      200,
      text,
    ]);
  }
  for (
    const [procedure, error] of [["observatory.nope", "no_such_procedure"], ["other.root", "not_authorized"]]
  ) {
    const answer = await post(server, call(procedure ?? ""));
    assert.equal(answer.status, 200);
    assert.match(
      answer.text,
      new RegExp(`^\\{"error":"wamp\\.error\\.${error}","args":\\[.*\\],"kwargs":\\{\\}\\}$`),
    );
  }
});

Deno.test("R98: every shape of result keeps its values", async () => {
  await using server = await startRouter();
  const answers: Record<string, [string, string]> = {
    none: ["[70,ID,{}]", '{"args":[null]}'],
    null: ["[70,ID,{},[null]]", '{"args":[null]}'],
    several: ["[70,ID,{},[1,2]]", '{"args":[1,2]}'],
    kwargs: ['[70,ID,{},[],{"a":1}]', '{"kwargs":{"a":1}}'],
    both: ['[70,ID,{},[0],{"a":1}]', '{"args":[0],"kwargs":{"a":1}}'],
    unicode: ['[70,ID,{},["gr\\u00fc\u00dfe \u{1f52d}"]]', '{"args":["gr\u00fc\u00dfe \u{1f52d}"]}'],
    numbers: [
      "[70,ID,{},[1.0,-0.0,1e16,12345678901234567890]]",
      '{"args":[1.0,-0.0,1e+16,12345678901234567890]}',
    ],
    nan: ["[70,ID,{},[NaN,Infinity,-Infinity]]", '{"args":[NaN,Infinity,-Infinity]}'],
    bytes: ['[70,ID,{},["\\u0000AQID"]]', '{"args":["\\u0000AQID"]}'],
  };
  const texts = Object.fromEntries(Object.entries(answers).map(([name, [answer]]) => [name, answer]));
  await using _callee = await callee(server, texts);
  for (const [name, [, expected]] of Object.entries(answers)) {
    assert.equal(
      (await post(server, call(`observatory.${name}`))).text.replace("1e16", "1e+16"),
      expected,
      name,
    );
  }
  const browser = await post(server, call("observatory.nan"), { headers: { "user-agent": "Mozilla/5.0" } });
  assert.equal(browser.text, '{"args":[null,null,null]}');
});

Deno.test("R98: arguments keep their kinds, Python's literals included", async () => {
  await using server = await startRouter();
  using peer = await RawPeer.join(server.port);
  await peer.register("observatory.x");
  const body =
    '{"procedure":"observatory.x","args":[1.0,1,NaN,-Infinity,12345678901234567890],"kwargs":{"f":2.0}}';
  const answer = post(server, bytes(body));
  const { request } = await peer.receive(68);
  assert.match(
    new TextDecoder().decode(peer.lastBytes),
    /\[1\.0,1,NaN,-Infinity,12345678901234567890\],\{"f":2\.0\}\]$/,
  );
  await peer.send({ type: 70, request, options: {}, payload: { kind: "values" } });
  assert.equal((await answer).status, 200);
});

Deno.test("R99: no keepalive or idle limit ends a call that takes long", async () => {
  await using server = await startRouter({
    limits: { idleHttpMs: 100, pingIntervalMs: 50, pingTimeoutMs: 50 },
  });
  using peer = await RawPeer.join(server.port);
  await peer.register("observatory.x");
  const answer = post(server, call("observatory.x"));
  const { request } = await peer.receive(68);
  // Longer than every limit that there is for an idle connection: several rounds of pings.
  for (let i = 0; i < 6; i++) await peer.control("ping");
  await peer.send({ type: 70, request, options: {}, payload: { kind: "values", args: [1] } });
  assert.equal((await answer).text, '{"args":[1]}');
});

Deno.test("R99: a client that goes away does not stop the callee", async () => {
  await using server = await startRouter();
  using peer = await RawPeer.join(server.port);
  await peer.register("observatory.x");
  const abort = new AbortController();
  const gone = assert.rejects(post(server, call("observatory.x"), { signal: abort.signal }));
  const { request } = await peer.receive(68);
  abort.abort();
  await gone;
  await untilTrue(() => server.router.status().connections === 1, { what: "the end of the HTTP connection" });
  await peer.subscribe("observatory.later");
  assert.equal(peer.waiting, 0, "no INTERRUPT was sent");
  assert.equal(server.router.status().now.calls, 1);
  await peer.send({ type: 70, request, options: {}, payload: { kind: "values" } });
  await untilTrue(() => server.router.status().now.calls === 0, { what: "the end of the call" });
  assert.deepEqual(server.log.filter((line) => line.startsWith("error")), []);
});

Deno.test("R100: signed requests are checked field by field", async () => {
  const rules = { key: "bazapp", secret: "skr1t" };
  await using server = await startRouter({ bridge: { "/call": { kind: "caller", signature: rules } } });
  await using _callee = await callee(server, { x: "[70,ID,{},[1]]" });
  const body = '{"procedure":"observatory.x","args":[]}';
  const signed = (change: Record<string, string | undefined> = {}) => {
    const fields: Record<string, string> = {
      key: rules.key,
      timestamp: new Date().toISOString(),
      seq: "1",
      nonce: "123",
    };
    for (const [name, value] of Object.entries(change)) if (value !== undefined) fields[name] = value;
    const { key = "", timestamp = "", seq = "", nonce = "" } = fields;
    const mac = createHmac("sha256", rules.secret).update(key + timestamp + seq + nonce + body).digest(
      "base64",
    );
    const query = new URLSearchParams({
      signature: mac.replaceAll("+", "-").replaceAll("/", "_"),
      ...fields,
    });
    for (const [name, value] of Object.entries(change)) if (value === undefined) query.delete(name);
    return `/call?${query}`;
  };
  const cases: [string, number, RegExp][] = [
    [signed(), 200, /^\{"args":\[1\]\}$/],
    [signed({ timestamp: new Date(Date.now() - 299_000).toISOString() }), 200, /args/],
    [signed({ timestamp: new Date(Date.now() - 301_000).toISOString() }), 400, /too old timestamp/],
    [signed({ timestamp: new Date(Date.now() + 301_000).toISOString() }), 400, /too old timestamp/],
    [signed({ timestamp: "yesterday" }), 400, /invalid timestamp 'yesterday'/],
    [signed({ seq: "one" }), 400, /invalid sequence number 'one'/],
    [signed({ nonce: "1.5" }), 400, /invalid nonce '1\.5'/],
    [signed({ signature: "not base64!" }), 400, /not URL-safe base64/],
    [signed({ signature: "AAAA" }), 401, /secret not valid/],
    [signed({ key: "other" }), 401, /key not valid/],
    [signed({ nonce: undefined }), 400, /missing mandatory field - 'nonce' field missing/],
    [signed({ seq: undefined, key: undefined }), 400, /'key', 'seq' field missing/],
    ["/call", 400, /'key', 'timestamp', 'seq', 'nonce', 'signature'/],
  ];
  for (const [path, status, text] of cases) {
    const answer = await post(server, bytes(body), {}, path);
    assert.match(answer.text, text);
    assert.equal(answer.status, status, path);
  }
  assert.equal(
    (await post(server, bytes(`${body} `), {}, signed())).status,
    401,
    "the body is signed as well",
  );
});

Deno.test("R101: the publisher service answers with the publication, and honours options", async () => {
  await using server = await startRouter({
    bridge: { "/call": { kind: "caller" }, "/publish": { kind: "publisher" } },
  });
  using a = await RawPeer.join(server.port);
  using b = await RawPeer.join(server.port);
  for (const peer of [a, b]) await peer.subscribe("observatory.a");
  const publish = (body: Record<string, unknown>) =>
    post(server, bytes(JSON.stringify(body)), {}, "/publish");
  const first = await publish({ topic: "observatory.a", args: [1], kwargs: { k: 2 } });
  assert.equal(first.status, 200);
  const id = /^\{"id":(\d+)\}$/.exec(first.text)?.[1];
  assert.equal(String((await a.receive(36)).publication), id);
  await b.receive(36);

  await publish({
    topic: "observatory.a",
    args: [2],
    options: { exclude: [a.session], retain: true, x_foo: 1 },
  });
  await b.receive(36);
  await publish({ topic: "observatory.a", args: [3], options: { eligible: [a.session] } });
  assert.match(JSON.stringify((await a.receive(36)).payload), /./);
  assert.equal(new TextDecoder().decode(a.lastBytes).endsWith("[3]]"), true);
  using late = await RawPeer.join(server.port);
  await late.subscribe("observatory.a", { get_retained: true });
  assert.equal((await late.receive(36)).details.retained, true);

  assert.match((await publish({ topic: "other.a" })).text, /^\{"error":"wamp\.error\.not_authorized"/);
  assert.match((await publish({ topic: "observatory..a" })).text, /^\{"error":"wamp\.error\.invalid_uri"/);
  assert.match((await publish({ args: [] })).text, /missing key 'topic'/);
  const wrong = await publish({ topic: "observatory.a", options: { exclude: "all" } });
  assert.match(wrong.text, /^\{"error":"wamp\.error\.invalid_argument"/);
});

Deno.test("R102: two hundred calls at once are each answered with their own result", async () => {
  await using server = await startRouter();
  using peer = await RawPeer.join(server.port);
  await peer.register("observatory.x");
  const answers = Promise.all(
    Array.from({ length: 200 }, (_, i) => post(server, call("observatory.x", [i])).then(({ text }) => text)),
  );
  const waiting: Promise<void>[] = [];
  for (let i = 0; i < 200; i++) {
    const { request, payload } = await peer.receive(68);
    assert.ok(payload.kind === "raw");
    waiting.push(peer.sendPayload(`[70,${request},{},${new TextDecoder().decode(payload.tail)}]`));
  }
  await Promise.all(waiting);
  assert.deepEqual(await answers, Array.from({ length: 200 }, (_, i) => `{"args":[${i}]}`));
});

Deno.test("R102: a kept connection serves one request after the other, pipelined ones included", async () => {
  await using server = await startRouter();
  await using _callee = await callee(server, { x: "[70,ID,{},[1]]" });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const body = '{"procedure":"observatory.x"}';
  const request = `POST /call HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const chunked = `POST /call HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${
    body.length.toString(16)
  }\r\n${body}\r\n0\r\n\r\n`;
  await connection.write(bytes(request + chunked + request));
  let text = "";
  const buffer = new Uint8Array(4096);
  while (text.split('{"args":[1]}').length < 4) {
    text += new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  }
  assert.equal(text.match(/HTTP\/1\.1 200 OK/g)?.length, 3);
  for (let i = 0; i < 5; i++) {
    await connection.write(bytes(request));
    const count = await connection.read(buffer);
    assert.ok(count !== null, `request ${i} on a kept connection`);
    assert.match(new TextDecoder().decode(buffer.subarray(0, count)), /^HTTP\/1\.1 200 OK/);
  }
});

Deno.test("R102: errors carry the CORS headers as well", async () => {
  await using server = await startRouter();
  for (const [origin, allowed] of [["http://web.example", "http://web.example"], ["null", "*"]] as const) {
    const answer = await post(server, bytes("{"), { headers: { origin } });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get("access-control-allow-origin"), allowed);
    assert.equal(answer.headers.get("access-control-allow-credentials"), "true");
  }
});

Deno.test("calls above the bridge's limit get 503, and so do calls while the router stops", async () => {
  const server = await startRouter({ limits: { bridgeCalls: 2 } });
  using peer = await RawPeer.join(server.port);
  await peer.register("observatory.x");
  const pending = [post(server, call("observatory.x")), post(server, call("observatory.x"))];
  await peer.receive(68);
  await peer.receive(68);
  const third = await post(server, call("observatory.x"));
  assert.equal(third.status, 503);
  assert.match(third.text, /^\{"error":"wamp\.error\.unavailable"/);
  await server.router.stop();
  for (const answer of await Promise.all(pending)) {
    assert.match(answer.text, /"error":"wamp\.error\.(unavailable|canceled)"/);
  }
});

Deno.test("require_ip and require_tls refuse with 400", async () => {
  await using server = await startRouter({
    bridge: {
      "/call": { kind: "caller", requireIp: ["10.0.0.0/8", "fd00::/8"] },
      "/tls": { kind: "caller", requireTls: true },
      "/near": { kind: "caller", requireIp: ["127.0.0.0/8"] },
    },
  });
  assert.match((await post(server, call("observatory.x"))).text, /denied based on IP address/);
  assert.match((await post(server, call("observatory.x"), {}, "/tls")).text, /TLS is required/);
  assert.equal((await post(server, call("observatory.x"), {}, "/near")).status, 200);
});
