// deno-lint-ignore-file no-console -- how many points it were
/** A real InfluxDB that goes away, and one that dislikes points: what is there afterwards. @module */
import assert from "node:assert/strict";
import { InfluxHttp } from "../../hk/io/influx_http.ts";
import { InfluxV1 } from "../../hk/io/influx_v1.ts";
import { Float } from "../../internal/float.ts";
import { bridgeCall } from "../helpers/bridge.ts";
import { FeedFlood } from "../helpers/feed_flood.ts";
import { influxProgram, InfluxServer } from "../helpers/influxdb.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import type { RouterFixture } from "../helpers/router_fixture.ts";
import { writeSite } from "../helpers/site_file.ts";
import { PublisherBed, ROOT } from "../system/agents/publisher_bed.ts";

const test = await testsWith("InfluxDB", influxProgram);
const SOAK = Deno.env.get("OCS_SOAK") === "1";
/** How long the database is away. */
const AWAY_SECONDS = SOAK ? 300 : 4;
const RATE = 2000;
const AGENT = { agentClass: "InfluxDBAgent", instanceId: "influx" };

async function recordData(router: RouterFixture): Promise<Record<string, unknown>> {
  const [reply] = await bridgeCall(router, "observatory.influx.ops", ["status", "record"]);
  return { ...Object(Object(reply)[2]).data, degraded: Object(Object(reply)[2]).degraded };
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

test(`every point is there once after the database was away for ${AWAY_SECONDS} s and its publisher was killed`, async (influxd) => {
  await using influx = await InfluxServer.start(influxd);
  await using router = await OurRouter.start();
  await using site = await writeSite(router, [
    { ...AGENT, arguments: ["--host", "127.0.0.1", "--port", influx.port, "--database", "away"] },
  ]);
  const env = { XDG_STATE_HOME: site.folder };
  let agent = await startOurAgent(site, { ...AGENT, env });
  try {
    const until = (condition: (data: Record<string, unknown>) => boolean, what: string) =>
      agent.until(async () => condition(await recordData(router)), what, 60_000);
    await using flood = await FeedFlood.connect(router, { rate: RATE });
    await until((data) => data.connected === true, "a connection");
    flood.go();
    await pause(1);
    await influx.down();
    await pause(AWAY_SECONDS / 2);
    await until(
      ({ connected, degraded, spool }) =>
        connected === false && degraded === true && Object(spool).points > 0,
      "a spool",
    );
    // What is in memory at a kill is gone; what is on the disk is not.
    await flood.rest();
    const { counts } = await recordData(router);
    const written = Number(Object(counts).written);
    await until(
      ({ spool, counts }) =>
        Object(spool).points + written >= flood.sent && Object(counts).points >= flood.sent,
      "all on the disk",
    );
    await agent.kill();
    agent = await startOurAgent(site, { ...AGENT, env });
    await until(({ spool }) => Object(spool).points > 0, "the spool of the run before");
    flood.go();
    await pause(AWAY_SECONDS / 2);
    await influx.up();
    await pause(1);
    await flood.rest();
    const query = 'SELECT count(n0), sum(n0), min(n0), max(n0) FROM "observatory.flood"';
    const last = flood.sent - 1;
    await agent.until(
      async () => await influx.count("away", query) >= flood.sent,
      `${flood.sent} points in the database`,
      SOAK ? 300_000 : 60_000,
    );
    const [series] = await influx.query("away", query);
    assert.deepEqual(series?.values[0]?.slice(1), [flood.sent, last * (last + 1) / 2, 0, last]);
    await until(
      ({ waiting, connected, spool }) =>
        connected === true && Object(waiting).points === 0 && Object(spool).bytes === 0,
      "nothing waiting",
    );
    const { counts: after, lost, refused } = await recordData(router);
    assert.deepEqual([lost, refused, Object(after).lost], [null, [], 0]);
    console.log(`${flood.sent} points, away for ${AWAY_SECONDS} s`);
  } finally {
    await agent.stop();
  }
});

test("a real InfluxDB gets everything but bad points and fields, which are named with their agent", async (influxd) => {
  await using influx = await InfluxServer.start(influxd);
  const http = new InfluxHttp({
    url: new URL(influx.url),
    headers: { Authorization: ROOT },
    verifiesCertificate: true,
    gzip: true,
    timeoutMs: 10_000,
  });
  await using bed = await PublisherBed.start({ port: influx.port, database: new InfluxV1(http, "picky") });
  const send = (agent: string, data: Record<string, unknown[]>, times: unknown[]) =>
    bed.run.take({
      message: { b: { block_name: "b", data, timestamps: times } },
      feed: {
        agent_address: `observatory.${agent}`,
        agg_params: {},
        feed_name: "t",
        address: `observatory.${agent}.feeds.t`,
        record: true,
        session_id: "1",
        agent_class: "Odd",
      },
    });
  const settled = () => bed.until(() => bed.data.waiting.points === 0, "nothing waiting");
  send("a", { x: [1, 2], y: [0.5, 1.5] }, [1000, 1001]);
  await settled();
  // x becomes a float, y an int, both in one batch with good ones; a name that InfluxDB keeps for itself.
  send("b", { x: [0.25] }, [1000]);
  send("a", { x: [2.5, new Float(3)], y: [1, 2], z: [1, 2] }, [1002, 1003]);
  send("a", { x: [4], y: [4.5] }, [1004]);
  send("c", { time: [1], ok: [1] }, [1000]);
  send("d", { s: ['"quoted" \\ \n two lines'], "odd, na=me": [1.5], n: [NaN], huge: [2n ** 70n] }, [1000]);
  await settled();
  // By now it is known: nothing is refused by the database any more.
  send("a", { x: [5.5], y: [5.5] }, [1005]);
  await settled();
  const rows = async (agent: string) =>
    (await influx.query("picky", `SELECT * FROM "observatory.${agent}"`))[0];
  const a = await rows("a");
  assert.deepEqual(a?.columns, ["time", "feed", "x", "y", "z"]);
  assert.deepEqual(a?.values.map((row) => row.slice(2)), [
    [1, 0.5, null],
    [2, 1.5, null],
    [null, null, 1],
    [null, null, 2],
    [4, 4.5, null],
    [null, 5.5, null],
  ]);
  assert.deepEqual((await rows("b"))?.values.map((row) => row.slice(2)), [[0.25]]);
  assert.deepEqual((await rows("c"))?.columns, ["time", "feed", "ok"]);
  const d = await rows("d");
  assert.deepEqual(d?.columns, ["time", "feed", "odd, na=me", "s"]);
  assert.deepEqual(d?.values[0]?.slice(2), [1.5, '"quoted" \\ \n two lines']);
  const { refused, changed, counts, lost } = bed.data;
  const named = refused.map(({ agent, field, points }) => `${agent} ${field} ${points}`).sort();
  assert.deepEqual(named, [
    "observatory.a x 3",
    "observatory.a y 2",
    "observatory.c time 1",
    "observatory.d huge 1",
  ]);
  assert.deepEqual(changed.map(({ agent, field, was, is }) => `${agent} ${field} ${was} ${is}`), [
    "observatory.a x integer float",
    "observatory.a y integer float",
  ]);
  assert.deepEqual([counts.refused, lost], [7, null]);
  assert.match(bed.told.join("\n"), /Field x of observatory\.a, feed t, was integer and is float now/);
});

test("points beyond the retention of a real InfluxDB are counted and named, the others are there", async (influxd) => {
  await using influx = await InfluxServer.start(influxd);
  await influx.query("", "CREATE DATABASE short WITH DURATION 1h");
  const http = new InfluxHttp({
    url: new URL(influx.url),
    headers: { Authorization: ROOT },
    verifiesCertificate: true,
    gzip: false,
    timeoutMs: 10_000,
  });
  await using bed = await PublisherBed.start({ port: influx.port, database: new InfluxV1(http, "short") });
  bed.send(30, { agent: "observatory.old" });
  const now = Date.now() / 1000;
  bed.run.take({
    message: { b: { block_name: "b", data: { n: [1] }, timestamps: [now] } },
    feed: { ...FEED, agent_address: "observatory.new" },
  });
  await bed.until(() => bed.data.waiting.points === 0, "nothing waiting");
  assert.equal(await influx.count("short", 'SELECT count(n) FROM "observatory.new"'), 1);
  assert.deepEqual(bed.data.counts.refused, 30);
  assert.match(bed.told.join("\n"), /beyond retention policy/);
});

const FEED = {
  agg_params: {},
  feed_name: "t",
  address: "observatory.new.feeds.t",
  record: true,
  session_id: "1",
  agent_class: "Odd",
};
