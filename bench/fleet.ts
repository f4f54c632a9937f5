// deno-lint-ignore-file no-console -- a program that prints
/**
 * How soon a site of many agents is listed, and what it costs to watch it.
 *
 *     deno run -A bench/fleet.ts [--agents 500] [--seconds 20] [--no-registry]
 *
 * Router, registry and agents (WAMP sessions with heartbeats, one a second each) are a process of their own.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { RegistryAgent } from "../agents/registry.ts";
import type { REGISTRY } from "../agents/registry/options.ts";
import { OpCode } from "../client/mod.ts";
import { startAgent } from "../framework/mod.ts";
import { pause } from "../internal/pause.ts";
import { Router } from "../router/mod.ts";
import { PlainAgents } from "../tests/system/verbs/plain_agents.ts";
import { FleetWatch } from "../verbs/fleet_watch.ts";
import { matchTargets } from "../verbs/match_targets.ts";
import { openSharedLink } from "../verbs/shared_link.ts";
import { untilDescribed } from "../verbs/until_described.ts";

const { values } = parseArgs({
  options: {
    "agents": { type: "string", default: "500" },
    "seconds": { type: "string", default: "20" },
    "no-registry": { type: "boolean", default: false },
    "site": { type: "boolean", default: false },
  },
});

/** The site: prints its port, then runs until its input ends. */
async function runSite(count: number, withRegistry: boolean): Promise<void> {
  const router = await Router.start();
  if (withRegistry) {
    await startAgent<typeof REGISTRY.options, RegistryAgent>(RegistryAgent, {
      instanceId: "registry",
      agentClass: "RegistryAgent",
      connection: { url: router.url, realm: "test_realm" },
      options: { waitTime: 30 },
    });
  }
  const instances = Array.from({ length: count }, (_, at) => `sim${at}`);
  const operations = ["acq", "tune", "count", "check"];
  const agents = await PlainAgents.start({ url: router.url, instances, operations });
  for (const name of instances) agents.set(name, "acq", { sessionId: 1, code: OpCode.RUNNING, messages: [] });
  let next = 0;
  const startMs = performance.now();
  setInterval(() => {
    const due = (performance.now() - startMs) / 1000 * count;
    // What is under way when it ends is nobody's loss.
    while (next < due) agents.beat(instances[next++ % count] ?? "").catch(() => {});
  }, 5);
  await pause(3000);
  console.log(router.port);
  for await (const _ of Deno.stdin.readable);
}

async function measure(port: number, seconds: number): Promise<void> {
  const ms = (value: number) => Math.round(value * 10) / 10;
  const report: Record<string, number> = {};
  const started = performance.now();
  await using link = await openSharedLink({
    site: {
      site: "none",
      siteHub: `ws://127.0.0.1:${port}/ws`,
      siteRealm: "test_realm",
      addressRoot: "observatory",
    },
  });
  await using fleet = FleetWatch.open(link);
  await link.connection.joined();
  const joined = performance.now();
  await fleet.settled;
  report["listed_ms"] = ms(performance.now() - started);
  report["listed_after_join_ms"] = ms(performance.now() - joined);
  report["agents"] = fleet.agents.size;
  await untilDescribed(fleet);
  report["described_ms"] = ms(performance.now() - started);
  await pause(2000);
  const before = process.cpuUsage();
  const beforeMs = performance.now();
  await pause(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  report["watching_cores"] = Math.round((user + system) / (performance.now() - beforeMs)) / 1000;
  const asked = performance.now();
  const { matches } = await matchTargets({ instanceId: "*", opName: "acq" }, { link, fleet });
  report["pattern_matches"] = matches.length;
  report["pattern_ms"] = ms(performance.now() - asked);
  report["memory_mib"] = Math.round(process.memoryUsage().rss / 2 ** 20);
  console.log(JSON.stringify(report));
}

if (values.site) {
  await runSite(Number(values.agents), !values["no-registry"]);
} else {
  const site = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename ?? "", "--site", "--agents", values.agents].concat(
      values["no-registry"] ? ["--no-registry"] : [],
    ),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = site.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const { value } = await output.read();
    await measure(Number(value), Number(values.seconds));
  } finally {
    await site.stdin.close();
    site.kill();
    await output.cancel();
    await site.status;
  }
}
