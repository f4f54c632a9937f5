// deno-lint-ignore-file no-console -- whoever repeats a random test needs its seed
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { InfluxHttp } from "../../../hk/io/influx_http.ts";
import { InfluxV2 } from "../../../hk/io/influx_v2.ts";
import { freePort } from "../../helpers/free_port.ts";
import { Random } from "../../helpers/random_values.ts";
import { type Fault, StrictInflux } from "../../helpers/strict_influx.ts";
import { PublisherBed, ROOT } from "./publisher_bed.ts";

const V1 = { version: 1, authorization: ROOT, database: "ocs_feeds" } as const;

/** The numbers that are in the database, in order. */
function numbers(influx: StrictInflux): number[] {
  return [...influx.points.values()].map((fields) => Number(fields.get("n")?.replace("i", ""))).sort((a, b) =>
    a - b
  );
}

/** Compares long lists without showing all of them. */
function assertNumbers(influx: StrictInflux, expected: readonly number[]): void {
  const found = numbers(influx);
  const missing = expected.filter((n) => !found.includes(n)).slice(0, 10);
  assert.deepEqual({ missing, length: found.length }, { missing: [], length: expected.length });
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

Deno.test("PublishRun makes the database, writes what comes, and skips feeds that are not meant for it (OCS 95)", async () => {
  await using influx = await StrictInflux.start({ ...V1, exists: false });
  await using bed = await PublisherBed.start({ port: influx.port, gzip: true });
  bed.send(20);
  bed.send(5, { params: { exclude_influx: true } });
  bed.send(5, { params: { exclude_influx: false } });
  await bed.until(() => bed.data.counts.written === 25, "all points written");
  assert.equal(influx.exists, true);
  assert.equal(influx.counts.gzipped, influx.counts.writes);
  assert.deepEqual(numbers(influx), [...upTo(20), ...upTo(30).slice(25)]);
  const { connected, trouble, counts, waiting } = bed.data;
  assert.deepEqual([connected, trouble], [true, null]);
  assert.deepEqual(counts, {
    events: 3,
    excluded: 1,
    malformed: 0,
    points: 25,
    written: 25,
    refused: 0,
    lost: 0,
  });
  assert.deepEqual([waiting.points, waiting.oldest_seconds, waiting.memory_bytes], [0, null, 0]);
  assert.deepEqual([influx.faults, bed.told], [[], []]);
});

const status = (code: number, headers: Record<string, string> = {}, body = "no"): Fault => (answer) => {
  answer.writeHead(code, headers).end(body);
  return true;
};
const cutAfter = (bytes: string): Fault => (answer) => {
  answer.socket?.end(bytes);
  return true;
};

const MISBEHAVIOURS: Readonly<
  Record<string, {
    readonly fault: Fault;
    readonly says: RegExp;
    /** What it takes to notice; default 10 s. */
    readonly timeoutMs?: number;
  }>
> = {
  "answers 400 to everything": { fault: status(400), says: /Client Error: 400: no/ },
  "answers 401": { fault: status(401), says: /Failed to authenticate. Check your credentials. \(401/ },
  "answers 403": { fault: status(403), says: /Failed to authenticate/ },
  "has lost the database": { fault: status(404), says: /Client Error: 404/ },
  "answers 413 to everything": { fault: status(413), says: /Client Error: 413/ },
  "answers 429 with Retry-After": { fault: status(429, { "Retry-After": "2" }), says: /Client Error: 429/ },
  "answers 500": { fault: status(500, {}, '{"error":"timeout"}'), says: /Server Error: 500: timeout/ },
  "answers 503 with a page": { fault: status(503, {}, "<html>\n</html>"), says: /Server Error: 503/ },
  "answers 200 with a page": {
    fault: status(200, {}, "<html>back soon</html>"),
    says: /Client Error: 200: <html>back soon<.html>, expected 204/,
  },
  "sends elsewhere": { fault: status(302, { Location: "http://127.0.0.1:1/" }), says: /Client Error: 302/ },
  "closes without an answer": {
    fault: cutAfter(""),
    says: /unavailable.*closed before the answer was whole/,
  },
  "closes in the middle of the answer": {
    fault: cutAfter("HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\nabc"),
    says: /unavailable.*closed before the answer was whole/,
  },
  "answers what is not HTTP": { fault: cutAfter("SSH-2.0-OpenSSH_9.2\r\n\r\n"), says: /unavailable/ },
  "accepts and never answers": {
    fault: () => true,
    says: /unavailable.*no answer within 1 s/,
    timeoutMs: 1000,
  },
  "begins an answer and never ends it": {
    fault: (answer: ServerResponse) => !!answer.socket?.write("HTTP/1.1 204 No"),
    says: /unavailable.*no answer within 1 s/,
    timeoutMs: 1000,
  },
};

for (const [what, { fault, says, timeoutMs = 10_000 }] of Object.entries(MISBEHAVIOURS)) {
  Deno.test(`PublishRun loses nothing and writes nothing twice when the database ${what}`, async () => {
    await using influx = await StrictInflux.start(V1);
    await using bed = await PublisherBed.start({ port: influx.port, timeoutMs });
    bed.send(10);
    await bed.until(() => bed.data.counts.written === 10, "the first points");
    influx.fault = fault;
    for (let i = 0; i < 5; i++) {
      bed.send(3);
      await bed.second();
    }
    await bed.until(() => bed.data.trouble !== null && influx.counts.faulty >= 2, "the trouble");
    const { connected, spool, waiting, counts } = bed.data;
    assert.deepEqual([connected, counts.written, counts.refused, counts.lost], [false, 10, 0, 0]);
    assert.equal(spool?.points, 15);
    assert.equal(waiting.points, 15);
    assert.ok((waiting.oldest_seconds?.value ?? 0) > 0);
    assert.match(bed.told[0] ?? "", says);
    assert.equal(bed.told.length, 1, "told once");
    influx.fault = undefined;
    bed.send(3);
    await bed.until(() => bed.data.waiting.points === 0 && bed.data.connected, "everything written");
    assert.deepEqual(numbers(influx), upTo(28));
    // A database that seems to dislike points is sent some again, to be sure; they take the place of themselves.
    if (!/400|413/.test(what)) assert.equal(influx.counts.overwritten, 0);
    assert.deepEqual([bed.data.trouble, bed.data.spool?.bytes], [null, 0]);
    assert.deepEqual(bed.told.slice(1), ["Reconnected to InfluxDB!"]);
  });
}

const SOAK = Deno.env.get("OCS_SOAK") === "1";

Deno.test("PublishRun loses nothing and writes nothing twice when the database misbehaves at random and runs end", async () => {
  const seed = Number(Deno.env.get("OCS_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  const random = new Random(seed);
  const spoolDir = await Deno.makeTempDir({ prefix: "spool_" });
  // A database that refuses points now and then, by what it answers, is to be believed.
  const faults = Object.entries(MISBEHAVIOURS).filter(([what]) => !/400|413/.test(what)).map((
    [, { fault }],
  ) => fault);
  await using influx = await StrictInflux.start(V1);
  influx.fault = (...request) =>
    (influx.counts.faulty === 0 || random.below(3) > 0) && random.pick(faults)(...request);
  let sent = 0;
  try {
    for (let run = 0; run < (SOAK ? 60 : 4); run++) {
      await using bed = await PublisherBed.start({ port: influx.port, spoolDir, timeoutMs: 100 });
      bed.sent = sent;
      for (let second = 0; second < 12; second++) {
        bed.send(random.below(40));
        await bed.second();
      }
      sent = bed.sent;
      await bed.finish();
      assert.deepEqual([bed.data.counts.lost, bed.data.counts.refused], [0, 0]);
    }
    influx.fault = undefined;
    await using bed = await PublisherBed.start({ port: influx.port, spoolDir });
    await bed.until(() => bed.data.connected && bed.data.waiting.points === 0, "everything written");
    assertNumbers(influx, upTo(sent));
    assert.ok(influx.counts.faulty > 0);
  } catch (error) {
    console.log(`OCS_SEED=${seed} repeats this`);
    throw error;
  } finally {
    await Deno.remove(spoolDir, { recursive: true });
  }
});

Deno.test("PublishRun waits as long as Retry-After says, and no longer than its own pauses otherwise", async () => {
  await using influx = await StrictInflux.start(V1);
  await using bed = await PublisherBed.start({ port: influx.port });
  influx.fault = status(503, { "Retry-After": "20" });
  bed.send(1);
  await bed.until(() => influx.counts.faulty === 1, "the first attempt");
  for (let i = 0; i < 18; i++) await bed.second();
  assert.equal(influx.counts.faulty, 1);
  influx.fault = status(503);
  await bed.until(() => influx.counts.faulty === 2, "the second attempt");
  const start = bed.clock.now();
  await bed.until(() => influx.counts.faulty === 5, "three more attempts");
  // After 2, 4 and 8 s.
  assert.ok(bed.clock.now() - start >= 14);
});

Deno.test("PublishRun finds the bad points among many and names their agent and field, when the database does not", async () => {
  await using influx = await StrictInflux.start(V1);
  influx.fault = (answer, body) =>
    /n=1234567i|observatory\.odd/.test(body) &&
    status(400, {}, "I do not like it")(answer, body, null as never);
  await using bed = await PublisherBed.start({ port: influx.port });
  bed.send(500);
  bed.send(1, { value: () => 1_234_567 });
  bed.send(500);
  bed.send(2, { agent: "observatory.odd" });
  await bed.until(() => bed.data.waiting.points === 0 && bed.data.counts.points === 1003, "the rest written");
  assertNumbers(influx, upTo(1001).filter((n) => n !== 500));
  const { refused, counts, lost } = bed.data;
  assert.deepEqual([counts.written, counts.refused, lost], [1000, 3, null]);
  assert.deepEqual(
    refused.map(({ agent, feed, field, points }) => [agent, feed, field, points]).sort(),
    [["observatory.faker1", "temps", "n", 1], ["observatory.odd", "temps", "n", 2]],
  );
  assert.match(
    bed.told[0] ?? "",
    /^InfluxDB cannot keep field n of observatory\.\w+, feed temps: 400: I do not like it$/,
  );
});

Deno.test("PublishRun blames points that are refused as a whole once the database takes what comes behind them", async () => {
  await using influx = await StrictInflux.start(V1);
  influx.fault = (answer, body) =>
    body.includes("observatory.odd") && status(400)(answer, body, null as never);
  await using bed = await PublisherBed.start({ port: influx.port });
  bed.send(3, { agent: "observatory.odd" });
  await bed.until(() => bed.data.trouble !== null, "doubt");
  assert.equal(bed.data.counts.refused, 0);
  bed.send(1);
  await bed.until(() => bed.data.waiting.points === 0, "the rest written");
  assert.deepEqual([numbers(influx), bed.data.counts.refused], [[3], 3]);
});

Deno.test("PublishRun sends fewer points at a time to a database that finds them too much", async () => {
  await using influx = await StrictInflux.start(V1);
  influx.fault = (answer, body) => body.split("\n").length > 1001 && status(413)(answer, body, null as never);
  await using bed = await PublisherBed.start({ port: influx.port });
  bed.send(9000);
  await bed.now(() => bed.data.counts.written === 9000, "all written");
  assertNumbers(influx, upTo(9000));
  assert.ok(influx.sizes.every((size) => size <= 1000) && influx.sizes.length <= 20, String(influx.sizes));
  const before = influx.counts.faulty;
  bed.send(3000);
  await bed.now(() => bed.data.counts.written === 12_000, "all written");
  assert.equal(influx.counts.faulty, before, "it knows by now");
});

for (
  const [what, { overworked, timeoutMs }] of Object.entries({
    "is never through with so many": { overworked: () => true, timeoutMs: 500 },
    "gives up on so many": { overworked: status(500, {}, '{"error":"timeout"}'), timeoutMs: 10_000 },
  })
) {
  Deno.test(`PublishRun sends fewer points at a time to a database that ${what}`, async () => {
    await using influx = await StrictInflux.start(V1);
    influx.fault = (answer, body) =>
      body.split("\n").length > 1001 && overworked(answer, body, null as never);
    await using bed = await PublisherBed.start({ port: influx.port, timeoutMs });
    bed.send(9000);
    await bed.until(() => bed.data.counts.written === 9000, "all written");
    assertNumbers(influx, upTo(9000));
    assert.ok(influx.counts.faulty <= 6, "halved each time");
  });
}

Deno.test("PublishRun keeps what waits over its own end, in its order, and sends it in the next run", async () => {
  const spoolDir = await Deno.makeTempDir({ prefix: "spool_" });
  const port = freePort();
  try {
    {
      await using bed = await PublisherBed.start({ port, spoolDir });
      for (let i = 0; i < 4; i++) {
        bed.send(5);
        await bed.second();
      }
      assert.equal(bed.run.wasReady, false);
      assert.match(
        bed.told[0] ?? "",
        /^Connection error, attempting to reconnect to DB\. \(connection refused\)$/,
      );
    }
    await using influx = await StrictInflux.start({ ...V1, port });
    await using bed = await PublisherBed.start({ port, spoolDir });
    bed.sent = 20;
    bed.send(5);
    await bed.until(() => bed.data.counts.written === 25, "all points");
    assert.deepEqual(
      [...influx.points.values()].map((fields) => fields.get("n")),
      upTo(25).map((n) => `${n}i`),
    );
    assert.match(bed.logged[0] ?? "", /^20 points have waited in .* since an earlier run$/);
  } finally {
    await Deno.remove(spoolDir, { recursive: true });
  }
});

Deno.test("PublishRun gives up the oldest when more waits than may, and says which time that was", async () => {
  await using bed = await PublisherBed.start({ port: freePort(), spoolLimitBytes: 20_000 });
  for (let i = 0; i < 60; i++) {
    bed.send(20);
    await bed.second();
  }
  const { spool, lost, counts, waiting } = bed.data;
  assert.ok(spool !== null && spool.bytes <= 20_000 && spool.bytes > 10_000, String(spool?.bytes));
  assert.equal(waiting.points + counts.lost, 1200);
  assert.equal(lost?.points, counts.lost);
  assert.equal(lost?.from.value, 1_790_000_001);
  assert.match(
    bed.told.join("\n"),
    /^Lost \d+ points that came from 2026-09-21T\d\d:\d\d:\d\d\.000Z to .*: more waited than may wait on the disk$/m,
  );
});

Deno.test("PublishRun waits for a folder that another run has not left yet, and says so", async () => {
  const port = freePort();
  const spoolDir = await Deno.makeTempDir({ prefix: "spool_" });
  try {
    const first = await PublisherBed.start({ port, spoolDir });
    first.send(5);
    await first.until(() => first.data.spool?.points === 5, "points on the disk");
    await using influx = await StrictInflux.start({ ...V1, port });
    influx.fault = status(503);
    await using second = await PublisherBed.start({ port, spoolDir });
    assert.match(second.told[0] ?? "", /points wait in memory only: .* another program has it open$/);
    for (let i = 0; i < 3; i++) await second.second();
    assert.equal(second.data.spool, null);
    await first.finish();
    await second.until(() => second.data.spool !== null, "the spool");
    assert.ok(second.told.some((text) => /points wait in \/.* from now on$/.test(text)), second.told.join());
    influx.fault = undefined;
    await second.until(() => second.data.counts.written === 5, "what the first has left");
    assertNumbers(influx, upTo(5));
  } finally {
    await Deno.remove(spoolDir, { recursive: true });
  }
});

Deno.test("PublishRun without a spool keeps what waits in memory, up to its limit", async () => {
  const port = freePort();
  await using bed = await PublisherBed.start({ port, spoolDir: "none" });
  const long = "x".repeat(1_000_000);
  for (let i = 0; i < 70; i++) {
    bed.send(1, { value: () => long });
    await bed.second();
  }
  const { spool, waiting, counts } = bed.data;
  assert.equal(spool, null);
  assert.ok(
    waiting.memory_bytes <= waiting.memory_limit_bytes && waiting.points > 60,
    String(waiting.memory_bytes),
  );
  assert.equal(counts.lost + waiting.points, 70);
});

Deno.test("InfluxV2 asks for its bucket and writes as InfluxDB 2 wants it, and waits for a bucket that is not there", async () => {
  const authorization = "Token secret";
  await using influx = await StrictInflux.start({
    version: 2,
    authorization,
    database: "ocs feeds",
    org: "so",
    exists: false,
  });
  const http = (token: string) =>
    new InfluxHttp({
      url: new URL(`http://127.0.0.1:${influx.port}`),
      headers: { Authorization: token },
      verifiesCertificate: true,
      gzip: true,
      timeoutMs: 5000,
    });
  const database = new InfluxV2(http(authorization), { org: "so", bucket: "ocs feeds" });
  await using bed = await PublisherBed.start({ port: influx.port, database });
  bed.send(20);
  await bed.until(() => bed.data.trouble === 'there is no bucket "ocs feeds"', "the trouble");
  influx.exists = true;
  await bed.until(() => bed.data.counts.written === 20, "all written");
  assert.deepEqual(numbers(influx), upTo(20));
  assert.deepEqual([influx.faults, influx.counts.gzipped], [[], influx.counts.writes]);
  const stranger = await new InfluxV2(http("Token wrong"), { org: "so", bucket: "ocs feeds" }).prepare();
  assert.deepEqual([stranger?.trouble, stranger?.why], ["authentication", "401: authorization failed"]);
});
