import assert from "node:assert/strict";
import { connectWamp } from "../../../client/mod.ts";
import { ocs, startOcs } from "../cli/ocs.ts";
import { bridgeCall } from "../../helpers/bridge.ts";
import { untilTrue } from "../../helpers/until.ts";
import { startRouter } from "./start_router.ts";

const FEED = { agent_class: "FakeDataAgent", session_id: "1790000000.5" };

/** The samples of a text of metrics, by what stands before the value. */
async function samplesAt(port: number): Promise<Map<string, number>> {
  const reply = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.equal(reply.status, 200);
  const lines = (await reply.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

Deno.test("Router serves metrics only when it is told to, by GET and HEAD, at a path that nothing else has", async () => {
  await using without = await startRouter();
  assert.equal(without.router.metricsUrl, undefined);
  const absent = await fetch(`http://127.0.0.1:${without.port}/metrics`);
  await absent.body?.cancel();
  assert.equal(absent.status, 404);
  assert.equal(without.router.status().now.subscriptions, 1);

  await using server = await startRouter({ metricsPath: "/metrics" });
  const url = `http://127.0.0.1:${server.port}/metrics`;
  assert.equal(server.router.metricsUrl, url);
  const reply = await fetch(`${url}?name%5B%5D=x`);
  const body = new Uint8Array(await reply.arrayBuffer());
  assert.equal(reply.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(reply.headers.get("content-length"), String(body.length));
  const head = await fetch(url, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  const post = await fetch(url, { method: "POST", body: "x" });
  assert.deepEqual([post.status, post.headers.get("allow"), await post.text()], [
    405,
    "GET, HEAD",
    "Use GET\n",
  ]);

  for (const metricsPath of ["/ws", "/call", "/info", "metrics"]) {
    await assert.rejects(startRouter({ metricsPath }), RangeError, metricsPath);
  }
});

Deno.test("Router's metrics count what goes through it, messages and bytes, calls and errors", async () => {
  await using server = await startRouter({ metricsPath: "/metrics" });
  const before = await samplesAt(server.port);
  await using client = await connectWamp({ url: server.router.url, realm: "test_realm", timeoutMs: 10_000 });
  await client.register("observatory.echo", ({ args }) => args[0]);
  await client.call("observatory.echo", ["x".repeat(10_000)], { timeoutMs: 10_000 });
  await assert.rejects(client.call("observatory.nobody", [], { timeoutMs: 10_000 }));
  await bridgeCall({ httpUrl: server.router.httpUrl }, "observatory.echo", [1]);
  const after = await samplesAt(server.port);
  const grown = (name: string) => (after.get(name) ?? NaN) - (before.get(name) ?? NaN);
  assert.deepEqual(
    [
      "sessions",
      "registrations",
      "sessions_joined_total",
      "calls_total",
      "call_replies_total",
      "call_errors_total",
    ]
      .map((name) => grown(`ocs_router_${name}`)),
    [1, 1, 1, 3, 3, 1],
  );
  assert.equal(grown("ocs_router_bridge_calls_total"), 1);
  // HELLO, REGISTER, CALL, YIELD, CALL, YIELD; WELCOME, REGISTERED, INVOCATION, RESULT, ERROR, INVOCATION.
  assert.equal(grown('ocs_router_messages_total{direction="received"}'), 6);
  assert.equal(grown('ocs_router_messages_total{direction="sent"}'), 6);
  for (const direction of ["received", "sent"]) {
    const bytes = grown(`ocs_router_message_bytes_total{direction="${direction}"}`);
    assert(bytes > 20_000 && bytes < 23_000, `${direction} ${bytes}`);
  }
  assert((after.get("process_resident_memory_bytes") ?? 0) > 1e6);
});

Deno.test("Router's metrics name the agents of its realm, whatever realm and address root it has", async () => {
  const trusted = [{
    name: "agent",
    permissions: [{ uri: "", match: "prefix", allow: { publish: true } }],
  }] as const;
  for (
    const options of [
      { addressRoot: "observatory" },
      {
        bridge: {},
        realms: [{ name: "test_realm", roles: trusted }],
        authentication: { "*": { anonymous: { role: "agent" } } },
      },
    ]
  ) {
    await using server = await startRouter({ metricsPath: "/metrics", ...options });
    await using client = await connectWamp({
      url: server.router.url,
      realm: "test_realm",
      timeoutMs: 10_000,
    });
    client.publish("observatory.faker1.feeds.heartbeat", [[{ acq: 3 }, FEED]]);
    const samples = await untilTrue(async () => {
      const samples = await samplesAt(server.port);
      return samples.has('ocs_agent_up{agent="observatory.faker1"}') ? samples : undefined;
    }, { what: "the agent" });
    const agent = 'agent="observatory.faker1"';
    assert.equal(samples.get(`ocs_agent_up{${agent}}`), 1);
    assert.equal(samples.get(`ocs_agent_info{${agent},agent_class="FakeDataAgent"}`), 1);
    assert.equal(samples.get(`ocs_agent_start_time_seconds{${agent}}`), 1790000000.5);
    assert.equal(samples.get(`ocs_operation_code{${agent},operation="acq"}`), 3);
  }
});

Deno.test("ocs router and ocs up serve metrics with --metrics, and say where; not where a router runs elsewhere", async () => {
  await using router = startOcs(["router", "--metrics", "--port", "0", "--json"]);
  await router.untilLog('"event":"ready"');
  const { metricsUrl, port } = JSON.parse(router.stdout);
  assert.equal(metricsUrl, `http://127.0.0.1:${port}/metrics`);
  assert.equal((await samplesAt(port)).get("ocs_router_sessions"), 0);

  await using up = startOcs(["up", "--together", "--metrics", "--port", "0", "--instance-id", "faker1"]);
  await up.untilLog(/metrics at http:\/\/127\.0\.0\.1:\d+\/metrics, realm/);
  const [, upPort] = /metrics at http:\/\/127\.0\.0\.1:(\d+)/.exec(up.log) ?? [];
  await untilTrue(
    async () => (await samplesAt(Number(upPort))).get('ocs_agent_up{agent="observatory.faker1"}') === 1,
    { what: "the agent of ocs up", timeoutMs: 30_000 },
  );
  const { code, stderr } = await ocs(["up", "--no-router", "--metrics"]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /Cannot serve metrics: the router runs elsewhere, at ws:.*; expected --metrics where it is/,
  );
  const config = new URL("../../data/router/crossbar_config.json", import.meta.url).pathname;
  await using crossbar = startOcs([
    ...["router", "--crossbar-config", config, "--metrics", "--port", "0", "--bind", "127.0.0.1", "--json"],
  ]);
  await crossbar.untilLog('"event":"ready"');
  assert.equal((await samplesAt(JSON.parse(crossbar.stdout).port)).get("ocs_router_sessions"), 0);
  const taken = await ocs(["router", "--metrics", "--site-hub", "ws://127.0.0.1:8001/metrics"]);
  assert.equal(taken.code, 2);
  assert.match(taken.stderr, /Cannot serve metrics at "\/metrics": that path is the WebSocket's/);
});
