import assert from "node:assert/strict";
import { InfluxDBAgent } from "../../../agents/influxdb_publisher.ts";
import { INFLUXDB_PUBLISHER, INFLUXDB_PUBLISHER_V2 } from "../../../agents/influxdb_publisher/options.ts";
import { connectV1 } from "../../../agents/influxdb_publisher/v1_connection.ts";
import { connectV2 } from "../../../agents/influxdb_publisher/v2_connection.ts";
import { InfluxDBAgentv2 } from "../../../agents/influxdb_publisher_v2.ts";
import { readCredentials } from "../../../hk/io/influx_connection.ts";
import { startTestAgent } from "../../../testing/mod.ts";
import { freePort } from "../../helpers/free_port.ts";
import { StrictInflux } from "../../helpers/strict_influx.ts";
import { untilTrue } from "../../helpers/until.ts";
import { encodedFeed } from "./aggregator_bed.ts";
import { ROOT } from "./publisher_bed.ts";

const OPTIONS = {
  initialState: "record",
  host: "127.0.0.1",
  port: 8086,
  database: "ocs_feeds",
  protocol: "line",
  ssl: "False",
  verifySsl: "False",
  gzip: "False",
  spoolDir: "none",
  spoolMaxMb: 10,
} as const;

Deno.test("InfluxDBAgent writes feeds that reach it over the router, from the start", async () => {
  await using influx = await StrictInflux.start({ version: 1, authorization: ROOT, database: "ocs_feeds" });
  await using agent = await startTestAgent(InfluxDBAgent, INFLUXDB_PUBLISHER, {
    options: { ...OPTIONS, port: influx.port },
  });
  const feed = encodedFeed("observatory.faker1.feeds.temps");
  const publish = (message: unknown, options = {}) =>
    agent.publish(feed.address, [[message, { ...feed, ...options }]]);
  await publish({ b: { block_name: "b", data: { x: [1], y: [1.5] }, timestamps: [5.5] } });
  await publish({ b: { block_name: "b", data: { x: [2] }, timestamps: [6.5] } }, { record: false });
  await agent.publish(feed.address, ["odd"]);
  await untilTrue(async () => {
    await agent.advance(1);
    return influx.points.size > 0;
  }, { what: "the point" });
  assert.deepEqual([...influx.points.keys()], ["observatory.faker1,feed=temps 5500000000"]);
  await untilTrue(async () => {
    await agent.advance(1);
    const { counts, spool } = Object((await agent.status("record")).session.data);
    assert.deepEqual([Object(counts).events, Object(counts).malformed, Object(counts).written, spool], [
      1,
      1,
      1,
      null,
    ]);
    return true;
  }, { what: "the counts" });
});

Deno.test("InfluxDBAgent can be stopped while the database is away, and says that it was never there", async () => {
  await using agent = await startTestAgent(InfluxDBAgent, INFLUXDB_PUBLISHER, {
    options: { ...OPTIONS, port: freePort() },
  });
  await untilTrue(async () => {
    await agent.advance(1);
    return agent.logTexts.some((text) => text.includes("Connection error, attempting to reconnect to DB."));
  }, { what: "the trouble in the log" });
  assert.equal((await agent.status("record")).session.degraded, true);
  await agent.stop("record");
  const { session } = await agent.wait("record");
  assert.equal(session.success, false);
  assert.match(JSON.stringify(session.messages), /Failed to connect to InfluxDB/);
});

Deno.test("InfluxDBAgentv2 without a bucket in its environment fails and says which variable is missing", async () => {
  Deno.env.delete("INFLUXDB_V2_BUCKET");
  await using agent = await startTestAgent(InfluxDBAgentv2, INFLUXDB_PUBLISHER_V2, {
    options: { initialState: "idle" },
  });
  await agent.start("record", { test_mode: true });
  const { session } = await agent.wait("record");
  assert.equal(session.success, false);
  assert.match(JSON.stringify(session.messages), /INFLUXDB_V2_BUCKET is not set, expected a bucket's name/);
});

Deno.test("readCredentials() takes variables first, then files without their last line break, then root", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "from file \r\n\n");
    const read = (variables: Record<string, string>) => readCredentials((name) => variables[name]);
    assert.deepEqual(read({}), { username: "root", password: "root" });
    assert.deepEqual(read({ INFLUXDB_USERNAME: "", INFLUXDB_PASSWORD_FILE: path }), {
      username: "",
      password: "from file ",
    });
    assert.equal(read({ INFLUXDB_USERNAME: "u", INFLUXDB_USERNAME_FILE: "/nowhere" }).username, "u");
    assert.throws(
      () => read({ INFLUXDB_PASSWORD_FILE: "/nowhere" }),
      /Cannot read INFLUXDB_PASSWORD_FILE "\/nowhere"/,
    );
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("connectV1() and connectV2() refuse what makes no sense, and name it", () => {
  const none = () => undefined;
  assert.equal(connectV1({ ...OPTIONS, host: "::1", ssl: "True" }, none).name, "ocs_feeds at [::1]:8086");
  assert.throws(
    () => connectV1({ ...OPTIONS, host: "a b" }, none),
    /Cannot connect to InfluxDB at "http:\/\/a b:8086"/,
  );
  const v2 = (variables: Record<string, string>) =>
    connectV2(false, (name) => ({ INFLUXDB_V2_BUCKET: "b", ...variables })[name]);
  assert.equal(v2({}).name, "b of my-org at localhost:8086");
  assert.throws(() => v2({ INFLUXDB_V2_URL: "influxdb:8086" }), /expected such as http:\/\/influxdb:8086/);
  assert.throws(() => v2({ INFLUXDB_V2_TIMEOUT: "10s" }), /INFLUXDB_V2_TIMEOUT "10s": expected milliseconds/);
  assert.throws(
    () => v2({ INFLUXDB_V2_SSL_CA_CERT: "/nowhere" }),
    /Cannot read INFLUXDB_V2_SSL_CA_CERT "\/nowhere"/,
  );
});
