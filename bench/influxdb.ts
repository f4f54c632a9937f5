// deno-lint-ignore-file no-console -- a program that prints
/**
 * What the publisher to InfluxDB costs, and what its memory does while the database is away. Prints a line of JSON per run.
 *
 *     deno run -A bench/influxdb.ts [RATE SECONDS POINTS FIELDS [away|python]]
 *
 * Without arguments: events of one, ten and a hundred points of a field, and of ten points of ten fields, each for 20 s; then
 * 2,000 points/s for 60 s with the database away. Database (a real InfluxDB 1.x), router and publisher are processes of their own;
 * the events come from this one. `points_per_cpu_second` is what the publisher has written divided by its processor time, from
 * the first event until everything is in the database. `rss_mb_…` is the publisher's memory: before, every 20 s, at most in both halves of
 * the time in which events come, and at most until all is in the database. `python` measures Python's publisher instead.
 *
 * @module
 */
import { bridgeCall } from "../tests/helpers/bridge.ts";
import { FeedFlood } from "../tests/helpers/feed_flood.ts";
import { influxProgram, InfluxServer } from "../tests/helpers/influxdb.ts";
import { startOurAgent } from "../tests/helpers/our_agent.ts";
import { OurRouter } from "../tests/helpers/our_router.ts";
import { writeSite } from "../tests/helpers/site_file.ts";
import { startPythonAgent } from "../tests/helpers/python_agent.ts";
import { pythonPeers } from "../tests/helpers/python_peers.ts";
import { untilTrue } from "../tests/helpers/until.ts";

const AGENT = { agentClass: "InfluxDBAgent", instanceId: "influx" };
// Linux counts processor time in hundredths of a second.
const TICKS_PER_SECOND = 100;

/** One run. */
interface Load {
  /** Points a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Points of an event. */
  readonly points: number;
  /** Fields of a point. */
  readonly fields: number;
  /** Whether the database is away while events come. */
  readonly away?: boolean;
  /** Whether it is Python's publisher. */
  readonly python?: boolean;
}

async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function rssMegabytes(pid: number): Promise<number> {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(await Deno.readTextFile(`/proc/${pid}/status`)) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

async function measure({ rate, seconds, points, fields, away = false, python = false }: Load): Promise<void> {
  await using influx = await InfluxServer.start(await influxProgram());
  await using router = await OurRouter.start();
  await using site = await writeSite(router, [
    { ...AGENT, arguments: ["--host", "127.0.0.1", "--port", influx.port, "--database", "bench"] },
  ]);
  await using agent = python
    ? await startPythonAgent({ peers: await pythonPeers(), site, instanceId: AGENT.instanceId })
    : await startOurAgent(site, { ...AGENT, env: { XDG_STATE_HOME: site.folder } });
  const data = async () => {
    const [reply] = await bridgeCall(router, "observatory.influx.ops", ["status", "record"]);
    return Object(Object(reply)[2]).data;
  };
  await untilTrue(async () => (await data()).connected, { what: "a connection", timeoutMs: 30_000 });
  await using flood = await FeedFlood.connect(router, { rate, points, fields });
  if (away) await influx.down();
  const [cpuBefore, rssBefore] = [await cpuSeconds(agent.pid), await rssMegabytes(agent.pid)];
  const rss: number[] = [];
  flood.go();
  for (let second = 0; second < seconds; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    rss.push(await rssMegabytes(agent.pid));
  }
  await flood.rest();
  const spool = (await data()).spool;
  const cpuAway = await cpuSeconds(agent.pid);
  const drainFrom = performance.now();
  if (away) await influx.up();
  const inDatabase = () => influx.count("bench", 'SELECT count(n0) FROM "observatory.flood"').catch(() => 0);
  let rssAfter = 0;
  await untilTrue(async () => {
    rssAfter = Math.max(rssAfter, await rssMegabytes(agent.pid));
    return await inDatabase() >= flood.sent;
  }, { what: "all points", timeoutMs: 120_000, pollMs: 200 });
  const drainSeconds = (performance.now() - drainFrom) / 1000;
  const cpu = await cpuSeconds(agent.pid) - cpuBefore;
  const half = rss.length >> 1;
  console.log(JSON.stringify({
    publisher: python ? "python" : "ours",
    rate,
    seconds,
    points_per_event: points,
    fields,
    away,
    sent: flood.sent,
    in_database: await inDatabase(),
    cpu_seconds: Number(cpu.toFixed(2)),
    points_per_cpu_second: Math.round(flood.sent / cpu),
    values_per_cpu_second: Math.round(flood.sent * fields / cpu),
    ...(away
      ? {
        spool_mb: Number((spool.bytes / 1e6).toFixed(1)),
        cpu_seconds_away: Number((cpuAway - cpuBefore).toFixed(2)),
        drain_seconds: Number(drainSeconds.toFixed(1)),
      }
      : {}),
    rss_mb_before: rssBefore,
    rss_mb_each_20s: rss.filter((_, second) => second % 20 === 19),
    rss_mb_first_half: Math.max(...rss.slice(0, half)),
    rss_mb_second_half: Math.max(...rss.slice(half)),
    rss_mb_afterwards: rssAfter,
  }));
}

if (import.meta.main) {
  const [rate, seconds, points, fields] = Deno.args.slice(0, 4).map(Number);
  if (rate !== undefined && seconds !== undefined && points !== undefined && fields !== undefined) {
    const [, , , , how] = Deno.args;
    await measure({ rate, seconds, points, fields, away: how === "away", python: how === "python" });
  } else {
    await measure({ rate: 2000, seconds: 20, points: 1, fields: 1 });
    await measure({ rate: 20_000, seconds: 20, points: 10, fields: 1 });
    await measure({ rate: 20_000, seconds: 20, points: 100, fields: 1 });
    await measure({ rate: 10_000, seconds: 20, points: 10, fields: 10 });
    await measure({ rate: 2000, seconds: 60, points: 200, fields: 1, away: true });
  }
}
