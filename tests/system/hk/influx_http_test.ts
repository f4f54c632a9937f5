import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { InfluxHttp, type InfluxHttpOptions } from "../../../hk/io/influx_http.ts";
import certificate from "../../data/tls/localhost.cert.pem" with { type: "text" };
import key from "../../data/tls/localhost.key.pem" with { type: "text" };
import { freePort } from "../../helpers/free_port.ts";

const way = (url: string, options: Partial<InfluxHttpOptions> = {}) =>
  new InfluxHttp({
    url: new URL(url),
    headers: { Authorization: "Basic abc" },
    verifiesCertificate: true,
    gzip: false,
    timeoutMs: 5000,
    ...options,
  });

Deno.test("InfluxHttp sends what it is told, compressed if it is told so, below the path of its address", async () => {
  const seen: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const isZipped = request.headers.get("content-encoding") === "gzip";
    const { pathname, search } = new URL(request.url);
    const body = new TextDecoder().decode(isZipped ? gunzipSync(bytes) : bytes);
    seen.push(
      `${request.method} ${pathname}${search} ${request.headers.get("authorization")} ${isZipped} ${body}`,
    );
    return new Response("grüß", { status: 429, headers: { "Retry-After": "7" } });
  });
  const url = `http://127.0.0.1:${server.addr.port}/below/`;
  const asked = { method: "POST", path: "/write", query: { db: "a b&c" }, body: "m ö=1" } as const;
  assert.deepEqual(await way(url).ask(asked), { status: 429, body: "grüß", retryAfter: "7" });
  await way(url, { gzip: true }).ask(asked);
  await way(url).ask({ method: "GET", path: "/ping" });
  assert.deepEqual(seen, [
    "POST /below/write?db=a+b%26c Basic abc false m ö=1",
    "POST /below/write?db=a+b%26c Basic abc true m ö=1",
    "GET /below/ping Basic abc false ",
  ]);
});

Deno.test("InfluxHttp trusts a certificate by its authority, or any when it is told so, and no other", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", cert: certificate, key, onListen() {} },
    () => new Response(null, { status: 204 }),
  );
  const url = `https://127.0.0.1:${server.addr.port}`;
  const ask = (options: Partial<InfluxHttpOptions>) =>
    way(url, options).ask({ method: "GET", path: "/ping" });
  const there = { status: 204, body: "", retryAfter: undefined };
  assert.deepEqual(await ask({ verifiesCertificate: false }), there);
  assert.deepEqual(await ask({ authorities: certificate }), there);
  const refused = await ask({});
  assert.match("silence" in refused ? refused.silence : "", /certificate/);
  const plain = await way(url.replace("https", "http")).ask({ method: "GET", path: "/ping" });
  assert.ok("silence" in plain || plain.status >= 400, JSON.stringify(plain));
});

Deno.test("InfluxHttp reads no more of an answer than it may, and ends at once when it is told to", async () => {
  const never = Promise.withResolvers<Response>();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    if (request.url.includes("never")) return never.promise;
    return new Response("x".repeat(10_000_000), { status: 500 });
  });
  const http = way(`http://127.0.0.1:${server.addr.port}`);
  const long = await http.ask({ method: "GET", path: "/long", mostBytes: 1000 });
  assert.ok(
    "body" in long && long.status === 500 && long.body.length >= 1000 && long.body.length < 1_000_000,
  );
  const end = new AbortController();
  const asked = http.ask({ method: "GET", path: "/never", signal: end.signal });
  end.abort();
  assert.deepEqual(await asked, { silence: "it was broken off" });
  assert.deepEqual(await http.ask({ method: "GET", path: "/never", signal: end.signal }), {
    silence: "it was broken off",
  });
  never.resolve(new Response());
});

Deno.test("InfluxHttp says why nobody answers", async () => {
  const silence = async (url: string) => {
    const answer = await way(url).ask({ method: "GET", path: "/ping" });
    return "silence" in answer ? answer.silence : String(answer.status);
  };
  assert.equal(await silence(`http://127.0.0.1:${freePort()}`), "connection refused");
  assert.match(
    await silence("http://nowhere.invalid:8086"),
    /^(there is no such host|the name of the host cannot be looked up)$/,
  );
});
