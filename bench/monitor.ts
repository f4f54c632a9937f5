// deno-lint-ignore-file no-console -- a program that prints
/**
 * How many datagrams the pysmurf monitor takes, a tenth of them passed on to a subscriber. Prints a line of JSON per run.
 *
 *     deno run -A bench/monitor.ts [RATE SECONDS BYTES]
 *
 * Without arguments: 10,000 and 20,000 datagrams of 300 bytes per second for 10 s, then 200 of 60,000 bytes. Router,
 * monitor and sender are processes of their own; the subscriber is this one. `cpu_percent` is that of the monitor over the
 * time of the run, `rss_mb` its memory at the end. `lost` is what the sender sent and the monitor did not read; the
 * subscriber counts each message it got once.
 *
 * @module
 */
import { connectWamp, OCSClient } from "../mod.ts";
import { startOurAgent } from "../tests/helpers/our_agent.ts";
import { OurRouter } from "../tests/helpers/our_router.ts";
import { freeUdpPort } from "../tests/helpers/free_udp_port.ts";
import { Program } from "../tests/helpers/process.ts";
import { writeSite } from "../tests/helpers/site_file.ts";
import { untilTrue } from "../tests/helpers/until.ts";

const FLOOD = new URL("../tests/tools/udp_flood.ts", import.meta.url).pathname;
const MONITOR = { agentClass: "PysmurfMonitor", instanceId: "pysmurf-monitor" };
// Linux counts processor time in hundredths of a second.
const TICKS_PER_SECOND = 100;

async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function rssMegabytes(pid: number): Promise<number> {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(await Deno.readTextFile(`/proc/${pid}/status`)) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

async function measure(rate: number, seconds: number, bytes: number): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bench_monitor_" });
  try {
    await using router = await OurRouter.start();
    const port = freeUdpPort();
    await using site = await writeSite(router, [
      { ...MONITOR, arguments: ["--udp-port", port, "--db-path", `${folder}/suprsync.db`] },
    ]);
    await using monitor = await startOurAgent(site, MONITOR);
    await using subscriber = await connectWamp({ url: router.url, realm: router.realm });
    const seen = new Set<unknown>();
    await subscriber.subscribe(
      "observatory.pysmurf-monitor.feeds.pysmurf_session_data",
      ({ args: [event] }) => {
        if (Array.isArray(event)) seen.add(Object(event[0]).payload.n);
      },
    );
    const before = await cpuSeconds(monitor.pid);
    const { stdout } = await Program.run({
      name: "sender",
      command: Deno.execPath(),
      args: ["run", "-A", "--unstable-net", FLOOD, ...[port, rate, seconds, bytes].map(String)],
      timeoutMs: 10_000 + 3000 * seconds,
    });
    const sender = JSON.parse(stdout);
    await using client = await OCSClient.connect(MONITOR.instanceId, {
      siteFile: site.file,
      siteHost: "localhost",
    });
    // As the monitor's page describes it.
    const udp = async () => Object((await client.operation("run").status()).session.data).udp;
    // Everything has been read, or is counted as lost.
    await untilTrue(async () => {
      const { received, lost_in_system } = await udp();
      return received + (lost_in_system ?? 0) >= sender.sent;
    }, { timeoutMs: 20_000 }).catch(() => {});
    const { received, relayed, malformed, lost_in_system } = await udp();
    await untilTrue(() => seen.size >= relayed, { timeoutMs: 10_000 }).catch(() => {});
    console.log(JSON.stringify({
      rate,
      bytes,
      seconds: Number(sender.seconds.toFixed(2)),
      sent: sender.sent,
      received,
      lost: sender.sent - received,
      lost_in_system,
      malformed,
      to_relay: sender.relayed,
      relayed,
      arrived: seen.size,
      cpu_percent: Math.round(100 * (await cpuSeconds(monitor.pid) - before) / sender.seconds),
      rss_mb: await rssMegabytes(monitor.pid),
      buffer: /UDP receive buffer.*/.exec(monitor.log)?.[0],
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const [rate, seconds, bytes] = Deno.args.map(Number);
  if (rate !== undefined && seconds !== undefined && bytes !== undefined) await measure(rate, seconds, bytes);
  else {
    await measure(10_000, 10, 300);
    await measure(20_000, 10, 300);
    await measure(200, 10, 60_000);
  }
}
