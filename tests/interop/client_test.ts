import assert from "node:assert/strict";
import {
  connectWamp,
  ControlClientError,
  Float,
  MultiResult,
  OCSClient,
  startAll,
  waitAll,
  type WampConnection,
  WampError,
} from "../../client/mod.ts";
import { Crossbar } from "../helpers/crossbar.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { writeSite } from "../helpers/site_file.ts";
import { untilTrue, within } from "../helpers/until.ts";

const test = await testsWith("Python peers", pythonPeers);

const SUBPROTOCOLS = ["wamp.2.cbor", "wamp.2.msgpack", "wamp.2.json"];
const FAKER = ["--mode", "idle", "--num-channels", "2", "--sample-rate", "10", "--frame-length", "10"];

/** What Python prints, without the numbers that differ from run to run. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/-?\d+(\.\d+)?/g, "#").replaceAll(/# (s|mins)\b/g, "# s");
}

test("C1, C8-C17, C25-C27: the client's session on crossbar", async (peers) => {
  await using router = await Crossbar.start(peers, { webSocketOptions: { max_message_size: 2_000_000 } });
  const connections: WampConnection[] = [];
  const connect = async (subprotocol: string, maxMessageBytes?: number) => {
    const connection = await connectWamp({
      url: router.url,
      realm: router.realm,
      subprotocols: [subprotocol],
      floats: "keep",
      maxMessageBytes,
    });
    connections.push(connection);
    return connection;
  };
  try {
    for (const theirs of SUBPROTOCOLS) {
      const callee = await connect(theirs);
      const root = `observatory.${theirs.replaceAll(".", "_")}`;
      await callee.register(`${root}.echo`, ({ args, kwargs }) => new MultiResult(args, kwargs));
      await callee.register(`${root}.fail`, ({ args }) => {
        throw args[0] === "plain" ? new Error("it broke") : new WampError("my.error", ["a"], { k: 1 });
      });
      await callee.register(`${root}.count`, ({ progress }) => {
        for (let i = 0; i < 5; i++) progress?.(i);
        return 5;
      });
      const aborted: string[] = [];
      await callee.register(`${root}.slow`, ({ signal, args }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            aborted.push(String(args[0]));
            reject(signal.reason);
          });
        }));
      await callee.register(`${root}.big`, () => "x".repeat(1_100_000));
      for (const ours of SUBPROTOCOLS) {
        const caller = await connect(ours);
        // Bytes and NaN take crossbar's own ways between serializers; these are the values that survive all of them.
        const values = [1, new Float(1), 0.5, -7, "\u00e9", null, true, [], {}, [1, [2]]];
        const echoed = await caller.call(`${root}.echo`, values, { kwargs: { k: new Float(2) } });
        assert.deepEqual(echoed, new MultiResult(values, { k: new Float(2) }), `${ours} to ${theirs}`);
        await assert.rejects(caller.call(`${root}.fail`, ["plain"]), /runtime_error: it broke/);
        await assert.rejects(caller.call(`${root}.fail`, []), (error) => {
          assert.ok(error instanceof WampError);
          assert.deepEqual([error.uri, error.args, error.kwargs], ["my.error", ["a"], { k: 1 }]);
          return true;
        });
        const seen: unknown[] = [];
        assert.equal(
          await caller.call(`${root}.count`, [], { onProgress: ({ args }) => seen.push(args[0]) }),
          5,
        );
        assert.deepEqual(seen, [0, 1, 2, 3, 4]);
        await assert.rejects(caller.call(`${root}.slow`, [ours], { timeoutMs: 50 }), /no answer within/);
        await untilTrue(() => aborted.includes(ours), { what: "the abort at the callee" });
        await assert.rejects(caller.call(`${root}.big`), /payload_size_exceeded/);
        await assert.rejects(caller.call(`${root}.nothing`), /no_such_procedure/);
        const heard: unknown[] = [];
        const handler = await caller.subscribe(`${root}..x`, ({ topic, args }) => heard.push([topic, args]), {
          match: "wildcard",
        });
        await callee.publish(`${root}.y.x`, [new Float(3)], { acknowledge: true });
        await untilTrue(() => heard.length === 1, { what: "the event" });
        assert.deepEqual(heard, [[`${root}.y.x`, [new Float(3)]]]);
        await handler.unsubscribe();
        assert.equal(caller.state, "joined");
      }
      assert.equal(callee.state, "joined");
    }
    const last = connections.at(-1);
    await assert.rejects(
      within(last?.publish("elsewhere.t", [], { acknowledge: true }) ?? Promise.resolve(), 5000),
      {
        uri: "wamp.error.not_authorized",
      },
    );
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
});

test("OCSClient drives a Python agent over both carriers and prints what Python prints", async (peers) => {
  await using router = await Crossbar.start(peers);
  await using site = await writeSite(router, [
    { agentClass: "FakeDataAgent", instanceId: "faker1", arguments: FAKER },
  ]);
  await using _agent = await startPythonAgent({ peers, site, instanceId: "faker1" });
  const printed = async (carrier: "wamp" | "http") => {
    await using client = await OCSClient.connect("faker1", {
      siteFile: site.file,
      siteHost: "localhost",
      carrier,
    });
    const task = client.operation("delay_task");
    const acq = client.operation("acq");
    return [
      await task.start({ delay: 0.3 }),
      await task.wait(),
      await task({ delay: 0.1, succeed: false }),
      await task.start({ delay: "soon" }),
      await acq.start({ wrong: 1 }),
      await acq.start(),
      await acq.wait({ timeoutSeconds: 0.2 }),
      await acq.stop(),
      await acq.wait(),
    ].map(String);
  };
  const python = await pythonJson({
    peers,
    script: [
      "import json, sys",
      "from ocs.ocs_client import OCSClient",
      "c = OCSClient('faker1', args=['--site-file', sys.argv[1], '--site-host', 'localhost'])",
      "out = [c.delay_task.start(delay=0.3), c.delay_task.wait(), c.delay_task(delay=0.1, succeed=False),",
      "       c.delay_task.start(delay='soon'), c.acq.start(wrong=1), c.acq.start(), c.acq.wait(0.2), c.acq.stop(), c.acq.wait()]",
      "print(json.dumps([str(r) for r in out]))",
    ].join("\n"),
    args: [site.file],
  });
  assert.ok(Array.isArray(python));
  const expected = python.map((text) => withoutNumbers(String(text)));
  for (const carrier of ["wamp", "http"] as const) {
    assert.deepEqual((await printed(carrier)).map(withoutNumbers), expected, carrier);
  }
});

test("OCSClient reads a Python agent's feed and sends passwords as Python's client does", async (peers) => {
  await using router = await Crossbar.start(peers);
  await using site = await writeSite(router, [
    { agentClass: "FakeDataAgent", instanceId: "faker1", arguments: FAKER },
    {
      agentClass: "FakeDataAgent",
      instanceId: "faker2",
      arguments: [...FAKER, "--access-policy", "override:two,three"],
    },
  ]);
  await using _first = await startPythonAgent({ peers, site, instanceId: "faker1" });
  await using _second = await startPythonAgent({ peers, site, instanceId: "faker2" });
  const options = { siteFile: site.file, siteHost: "localhost" };
  await using one = await OCSClient.connect("faker1", options);
  await using two = await OCSClient.connect("faker2", { ...options, privs: "three" });
  const feed = one.feeds.false_temperatures;
  assert.ok(feed !== undefined);
  const samples = feed.samples();
  await samples.started;
  await one.operation("acq").start();
  const { value } = await within(samples.next(), 15_000, "a sample");
  assert.equal(value?.blockName, "temps");
  assert.deepEqual(Object.keys(value?.block ?? {}), ["channel_00", "channel_01"]);
  await samples.return();
  await one.operation("acq").stop();
  const tasks = [one.operation("delay_task"), two.operation("delay_task")];
  await startAll(tasks, { delay: 0.2 });
  assert.equal((await waitAll(tasks, { timeoutSeconds: 10 })).length, 2);
  const started = await two.operation("delay_task").start({ delay: 0.1 });
  assert.equal(started.session.cred_level, 3);
});

test("a wait and a client's feeds go on over a restart of crossbar", async (peers) => {
  await using router = await Crossbar.start(peers);
  await using site = await writeSite(router, [
    { agentClass: "FakeDataAgent", instanceId: "faker1", arguments: FAKER },
  ]);
  await using _agent = await startPythonAgent({
    peers,
    site,
    instanceId: "faker1",
    args: ["--crossbar-timeout", "0"],
  });
  await using client = await OCSClient.connect("faker1", { siteFile: site.file, siteHost: "localhost" });
  const samples = client.feeds.false_temperatures?.samples();
  assert.ok(samples !== undefined);
  const acq = client.operation("acq");
  await acq.start();
  await within(samples.next(), 15_000, "a sample");
  const waiting = acq.wait({ timeoutSeconds: 90 });
  await router.down("SIGTERM");
  await assert.rejects(acq.status(), ControlClientError);
  await router.up();
  const session = await untilTrue(async () => (await acq.status()).session, {
    timeoutMs: 40_000,
    what: "the agent",
    pollMs: 200,
  });
  assert.equal(session.status, "running");
  for (let i = 0; i < 3; i++) await within(samples.next(), 15_000, "a sample after the restart");
  await acq.stop();
  const reply = await waiting;
  assert.deepEqual([reply.status, reply.session.session_id], [0, session.session_id]);
  await samples.return();
});
