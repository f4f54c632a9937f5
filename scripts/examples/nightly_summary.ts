// deno-lint-ignore-file no-console -- a program that prints
/**
 * Writes what every agent is doing and what has failed, for the log of the night; touches nothing.
 *
 *     ocs run scripts/examples/nightly_summary.ts --hours 12 >> summary.txt
 *
 * @module
 */
import { parseArgs } from "node:util";
import { connectIfThere, discoverAgents, runScript, type Script } from "../../mod.ts";

/** Collects the lines of the summary of the last hours. */
export async function nightlySummary(
  script: Script,
  { hours }: { readonly hours: number },
): Promise<string[]> {
  const now = Date.now() / 1000;
  const since = now - hours * 3600;
  const connect = script.connect.bind(script);
  const lines = [`Summary of ${time(since)} to ${time(now)} UTC`];
  let failures = 0;
  for (const instanceId of await discoverAgents({ connect })) {
    const client = await connectIfThere(instanceId, { connect });
    if (client === null) {
      lines.push(`${instanceId}: GONE`);
      continue;
    }
    const { agent_class, tasks, processes } = await client.getApi();
    lines.push(`${instanceId} (${agent_class})`);
    for (const [name, session] of [...tasks, ...processes]) {
      if (session.status === "no_history") continue;
      const { status, degraded, start_time, end_time, success, messages } = session;
      if (status !== "done") {
        lines.push(`  ${name}: ${degraded ? "DEGRADED" : status} since ${time(start_time)}`);
      } else if (end_time !== null && end_time >= since) {
        if (success !== true) failures++;
        // The last message says that it is done, the one before it how that came.
        const how = success === true ? "ok" : `FAILED: ${messages.at(-2)?.[1] ?? "without a word"}`;
        lines.push(`  ${name}: ${time(start_time)} to ${time(end_time)} ${how}`);
      }
    }
  }
  return [...lines, `${failures} failed`];
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { hours: { type: "string", default: "12" } } });
  const hours = Number(values.hours);
  Deno.exit(
    await runScript(async (script) => console.log((await nightlySummary(script, { hours })).join("\n"))),
  );
}
