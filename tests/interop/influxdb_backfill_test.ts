/** `ocs g3 influx`: recorded files into a real InfluxDB, beside what a publisher has written there. @module */
import assert from "node:assert/strict";
import { InfluxHttp } from "../../hk/io/influx_http.ts";
import { InfluxV1 } from "../../hk/io/influx_v1.ts";
import { Float } from "../../internal/float.ts";
import { type InfluxOptions, writeInflux } from "../../verbs/g3/influx.ts";
import { influxProgram, InfluxServer } from "../helpers/influxdb.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { KeptTerminal } from "../helpers/kept_terminal.ts";
import { block, encodedFeed, recorderBed } from "../system/agents/aggregator_bed.ts";
import { PublisherBed, ROOT } from "../system/agents/publisher_bed.ts";

const test = await testsWith("InfluxDB", influxProgram);
const START = 1_790_000_000;

async function backfill(folder: string, influx: InfluxServer, options: Partial<InfluxOptions> = {}) {
  const terminal = new KeptTerminal();
  const result = await writeInflux([folder], {
    terminal,
    json: true,
    fields: [],
    url: influx.url,
    database: "live",
    insecure: false,
    ...options,
  });
  return { result, data: JSON.parse(terminal.out), said: terminal.said };
}

test("OCS 7.7: ocs g3 influx fills what a publisher has missed, and doubles nothing that it has written", async (influxd) => {
  await using influx = await InfluxServer.start(influxd);
  await using recorder = await recorderBed({ startSeconds: START });
  const http = new InfluxHttp({
    url: new URL(influx.url),
    headers: { Authorization: ROOT },
    verifiesCertificate: true,
    gzip: false,
    timeoutMs: 10_000,
  });
  await using publisher = await PublisherBed.start({
    port: influx.port,
    database: new InfluxV1(http, "live"),
  });
  const feed = encodedFeed("observatory.thermo.feeds.temps");
  // Times as clocks give them: any double.
  const times = Array.from({ length: 600 }, (_, n) => START + n / 10 + Math.random() / 20);
  for (let n = 0; n < times.length; n += 20) {
    const part = times.slice(n, n + 20);
    const numbers = part.map((_, i) => n + i);
    const message = block("b", part, {
      T: numbers.map((i) => i % 7 === 3 ? NaN : new Float(i / 2)),
      count: numbers,
      name: numbers.map((i) => `"${i}", a=b\n`),
      on: numbers.map((i) => i % 2 === 0),
    });
    recorder.send(feed, message);
    // The publisher was away for a while.
    if (n < 200 || n >= 400) publisher.run.take({ message, feed });
  }
  await publisher.until(() => publisher.data.counts.written === 400, "the live points");
  await recorder.recorder.finish();
  const rows = async (database: string) => {
    const [series] = await influx.query(database, 'SELECT * FROM "observatory.thermo"');
    return { columns: series?.columns, values: series?.values ?? [] };
  };
  const live = await rows("live");
  const first = await backfill(recorder.folder, influx);
  assert.deepEqual([first.result, first.data.points, first.data.present, first.data.refused], [
    "ok",
    600,
    400,
    0,
  ]);
  const filled = await rows("live");
  assert.deepEqual(filled.columns, live.columns);
  assert.deepEqual([...filled.values.slice(0, 200), ...filled.values.slice(400)], live.values);
  assert.deepEqual(
    filled.values.map((row) => row[live.columns?.indexOf("T") ?? 0]),
    times.map((_, i) => i % 7 === 3 ? null : i / 2),
  );
  // Once more, and into a database where nothing is: the same times but for a double's neighbour.
  assert.equal((await backfill(recorder.folder, influx)).data.present, 600);
  assert.deepEqual(await rows("live"), filled);
  assert.equal((await backfill(recorder.folder, influx, { database: "fresh" })).data.present, 0);
  const fresh = await rows("fresh");
  assert.deepEqual(fresh.values.map((row) => row.slice(1)), filled.values.map((row) => row.slice(1)));
  const farthest = fresh.values.map((row, i) =>
    Math.abs(Number(BigInt(String(row[0])) - BigInt(String(filled.values[i]?.[0]))))
  );
  assert.ok(Math.max(...farthest) <= 600, String(Math.max(...farthest)));
  // A range of time, and one field.
  const some = await backfill(recorder.folder, influx, {
    database: "some",
    fields: ["count"],
    since: String(START + 10),
    until: String(START + 20),
  });
  assert.equal(some.data.points, times.filter((time) => time >= START + 10 && time < START + 20).length);
  const picked = await rows("some");
  assert.deepEqual(picked.columns, ["time", "count", "feed"]);
});

test("ocs g3 influx passes over feeds with tags and names what InfluxDB refuses", async (influxd) => {
  await using influx = await InfluxServer.start(influxd);
  await using recorder = await recorderBed({ startSeconds: START });
  await influx.query("", "CREATE DATABASE live");
  const write = (lines: string) =>
    fetch(`${influx.url}/write?db=live`, { method: "POST", body: lines }).then((reply) =>
      assert.equal(reply.status, 204)
    );
  await write(
    "FakeDataAgent,feed=temps,address_root=observatory,instance_id=faker1,channel=0 temperature=1 1790000000000000000",
  );
  await write("observatory.thermo,feed=temps x=1.5 1790000000000000000");
  recorder.send(encodedFeed("observatory.faker1.feeds.temps"), block("b", [START + 0.5], { x: [1] }));
  recorder.send(encodedFeed("observatory.thermo.feeds.temps"), block("b", [START + 0.5], { x: [1], y: [2] }));
  await recorder.recorder.finish();
  const { result, data, said } = await backfill(recorder.folder, influx);
  assert.equal(result, "failed");
  assert.deepEqual([data.points, data.refused, data.passed_over], [1, 1, ["observatory.faker1.feeds.temps"]]);
  assert.match(
    said.join("\n"),
    /InfluxDB cannot keep observatory\.thermo\.feeds\.temps\.x: .*already exists as type float/,
  );
  assert.match(
    said.join("\n"),
    /observatory\.faker1\.feeds\.temps was passed over: it is in the database with tags/,
  );
  const [series] = await influx.query("live", 'SELECT y FROM "observatory.thermo"');
  assert.deepEqual(series?.values.map((row) => row[1]), [2]);
  await assert.rejects(
    backfill(recorder.folder, influx, { url: "influxdb:8086" }),
    /expected such as http:\/\/influxdb:8086/,
  );
  await assert.rejects(
    backfill(recorder.folder, influx, { url: "http://a:b@influxdb:8086" }),
    /expected them in variables/,
  );
});
