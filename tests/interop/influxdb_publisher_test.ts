/** Our publishers beside Python's, into a real InfluxDB 1.x, and into a strict stand-in for InfluxDB 2. @module */
import assert from "node:assert/strict";
import type { RouterFixture } from "../helpers/router_fixture.ts";
import { bridgeCall } from "../helpers/bridge.ts";
import { Crossbar } from "../helpers/crossbar.ts";
import { influxProgram, InfluxServer } from "../helpers/influxdb.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { type SiteAgent, writeSite } from "../helpers/site_file.ts";
import { StrictInflux } from "../helpers/strict_influx.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("Python peers and InfluxDB", async () => ({
  peers: await pythonPeers(),
  influxd: await influxProgram(),
}));
const PUBLISH = new URL("../tools/publish_feeds.py", import.meta.url).pathname;
const FAKER = { agentClass: "FakeDataAgent", instanceId: "faker1" };
const TAGGED = "observatory.tagged.feeds.t";

/** Publishes messages, as Python literals, of a feed that is none of an agent's. */
async function publish(
  peers: PythonPeers,
  router: RouterFixture,
  messages: readonly string[],
): Promise<void> {
  const feed = (name: string) =>
    `{"agent_address": "observatory.${name}", "agg_params": {}, "feed_name": "t", "agent_class": "OddAgent", ` +
    `"address": "observatory.${name}.feeds.t", "record": True, "session_id": "1"}`;
  const lines = messages.map((message) =>
    message.includes("influxdb_tags")
      ? `("${TAGGED}", ${message}, ${feed("tagged")})`
      : `("observatory.plain.feeds.t", ${message}, ${feed("plain")})`
  );
  await Program.run({
    name: "publish_feeds.py",
    command: peers.python,
    args: [PUBLISH, router.url, router.realm],
    stdin: lines.join("\n") + "\n",
  });
}

const MESSAGES = [
  `{"a": {"block_name": "a", "timestamps": [1700000000.1234567, 1700000001.0], ` +
  `"data": {"i": [1, -2], "f": [1.0, 1e-07], "s": ["öff", "a, b=c d"], "b": [True, False], "big": [2**62, -2**63]}}}`,
  `{"a": {"block_name": "a", "timestamps": [1700000002.0000001], "data": {"f": [1e+22], "_x": [0.1]}}, ` +
  `"b": {"block_name": "b", "timestamps": [1700000002.0000001], "data": {"late": [3]}}}`,
  `{}`,
  `{"a": {"block_name": "a", "timestamps": [], "data": {"f": []}}}`,
  `{"a": {"block_name": "a", "timestamp": 1700000003.5, "data": {"f": 2.5}}}`,
  `{"a": {"block_name": "a", "timestamps": [1700000004.5, 1700000005.25], "data": {"ch0": [1.5, 2.5], "ch1": ["x", "y"]}, ` +
  `"influxdb_tags": {"ch0": {"_field": "temperature", "channel": 0, "where": "left"}, "ch1": {"_field": "name", "channel": 1}}}}`,
];

/** The process's session data. */
async function recordData(router: RouterFixture, instanceId: string): Promise<Record<string, unknown>> {
  const [reply] = await bridgeCall(router, `observatory.${instanceId}.ops`, ["status", "record"]);
  return Object(Object(reply)[2]).data ?? {};
}

async function untilConnected(router: RouterFixture, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await untilTrue(async () => (await recordData(router, id)).connected === true, {
      what: `a connection of ${id}`,
      timeoutMs: 30_000,
    });
  }
}

/** Stops a faker, and waits until nothing it published is on its way any more. */
async function stopFaker(router: RouterFixture, faker: string): Promise<void> {
  await bridgeCall(router, `observatory.${faker}.ops`, ["stop", "acq"]);
  await untilTrue(async () => {
    const [reply] = await bridgeCall(router, `observatory.${faker}.ops`, ["status", "acq"]);
    return Object(Object(reply)[2]).status === "done";
  }, { what: "the end of acq", timeoutMs: 20_000 });
}

test("OCS 94, 95: our publisher and Python's write equal series of the same feeds into one InfluxDB", async ({ peers, influxd }) => {
  await using influx = await InfluxServer.start(influxd);
  await using router = await Crossbar.start(peers);
  const publisher = (instanceId: string, protocol: string): SiteAgent => ({
    agentClass: "InfluxDBAgent",
    instanceId,
    arguments: [
      "--host",
      "127.0.0.1",
      "--port",
      influx.port,
      "--database",
      instanceId,
      "--protocol",
      protocol,
    ],
  });
  await using site = await writeSite(router, [
    publisher("py-line", "line"),
    publisher("py-json", "json"),
    publisher("ts-line", "line"),
    publisher("ts-json", "json"),
    { ...FAKER, arguments: ["--mode", "acq", "--num-channels", 3, "--sample-rate", 10, "--frame-length", 2] },
    { ...FAKER, instanceId: "faker2", arguments: ["--mode", "acq", "--num-channels", 2] },
  ]);
  const env = { XDG_STATE_HOME: site.folder };
  await using _line = await startPythonAgent({ peers, site, instanceId: "py-line" });
  await using _json = await startPythonAgent({ peers, site, instanceId: "py-json" });
  await using ours = await startOurAgent(site, { agentClass: "InfluxDBAgent", instanceId: "ts-line", env });
  await using _ours = await startOurAgent(site, { agentClass: "InfluxDBAgent", instanceId: "ts-json", env });
  const ids = ["py-line", "py-json", "ts-line", "ts-json"];
  await untilConnected(router, ids);
  await using _theirFaker = await startPythonAgent({ peers, site, instanceId: "faker1" });
  await using _ourFaker = await startOurAgent(site, { ...FAKER, instanceId: "faker2" });
  await publish(peers, router, MESSAGES);
  const samples = (database: string, faker: string) =>
    influx.count(database, `SELECT count(temperature) FROM FakeDataAgent WHERE instance_id = '${faker}'`);
  await untilTrue(
    async () => await samples("py-line", "faker1") >= 60 && await samples("ts-line", "faker2") >= 40,
    { what: "samples of both fakers", timeoutMs: 30_000 },
  );
  await stopFaker(router, "faker1");
  await stopFaker(router, "faker2");
  const all = (database: string) => influx.query(database, "SELECT * FROM /.*/ GROUP BY *");
  for (const protocol of ["line", "json"]) {
    await untilTrue(async () => {
      const [theirs, own] = await Promise.all([all(`py-${protocol}`), all(`ts-${protocol}`)]);
      assert.deepEqual(own, theirs);
      return true;
    }, { what: `equal series with --protocol ${protocol}`, timeoutMs: 10_000, pollMs: 500 });
  }
  const series = await all("ts-line");
  assert.deepEqual(series.map(({ name, tags }) => [name, tags?.instance_id, tags?.feed, tags?.channel]), [
    ["FakeDataAgent", "faker1", "false_temperatures", "0"],
    ["FakeDataAgent", "faker2", "false_temperatures", "0"],
    ["FakeDataAgent", "faker1", "false_temperatures", "1"],
    ["FakeDataAgent", "faker2", "false_temperatures", "1"],
    ["FakeDataAgent", "faker1", "false_temperatures", "2"],
    ["OddAgent", "tagged", "t", "0"],
    ["OddAgent", "tagged", "t", "1"],
    ["observatory.plain", "", "t", ""],
  ]);
  const { counts, refused, connected } = await recordData(router, "ts-line");
  assert.deepEqual([connected, refused, Object(counts).lost], [true, [], 0]);
  const stopped = await bridgeCall(router, "observatory.ts-line.ops", ["stop", "record"]);
  assert.deepEqual(Object(stopped[0]).slice(0, 2), [0, 'Requested stop on process record".']);
  await untilTrue(async () => {
    const [reply] = await bridgeCall(router, "observatory.ts-line.ops", ["status", "record"]);
    const { success, messages } = Object(Object(reply)[2]);
    return success === true && JSON.stringify(messages).includes("Aggregation has ended");
  }, { what: "the end of record" });
  assert.ok(ours.running);
});

test("OCS 10.8: our publisher and Python's ask InfluxDB 2 alike and write the same points", async ({ peers }) => {
  await using router = await OurRouter.start();
  const authorization = "Token secret";
  const start = (database: string) => StrictInflux.start({ version: 2, authorization, database, org: "so" });
  await using theirs = await start("their bucket");
  await using own = await start("our bucket");
  const agentClass = "InfluxDBAgentv2";
  await using site = await writeSite(router, [
    { agentClass, instanceId: "py" },
    { agentClass, instanceId: "ts", arguments: ["--gzip", "True"] },
    { ...FAKER, arguments: ["--mode", "acq", "--num-channels", 3] },
  ]);
  const env = ({ port }: StrictInflux, bucket: string) => ({
    INFLUXDB_V2_URL: `http://127.0.0.1:${port}`,
    INFLUXDB_V2_ORG: "so",
    INFLUXDB_V2_BUCKET: bucket,
    INFLUXDB_V2_TOKEN: "secret",
    XDG_STATE_HOME: site.folder,
  });
  await using _theirs = await startPythonAgent({
    peers,
    site,
    instanceId: "py",
    env: env(theirs, "their bucket"),
  });
  await using _own = await startOurAgent(site, { agentClass, instanceId: "ts", env: env(own, "our bucket") });
  await untilConnected(router, ["py", "ts"]);
  await using _faker = await startPythonAgent({ peers, site, instanceId: "faker1" });
  await publish(peers, router, MESSAGES);
  await untilTrue(() => own.points.size >= 20, { what: "points", timeoutMs: 20_000 });
  await stopFaker(router, "faker1");
  await untilTrue(() => {
    assert.deepEqual([...own.points.keys()].sort(), [...theirs.points.keys()].sort());
    return true;
  }, { what: "equal points", timeoutMs: 10_000, pollMs: 200 });
  for (const [key, fields] of theirs.points) assert.deepEqual(own.points.get(key), fields, key);
  assert.deepEqual([theirs.faults, own.faults], [[], []]);
  assert.equal(own.counts.gzipped, own.counts.writes);
});
