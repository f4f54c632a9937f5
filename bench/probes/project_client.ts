// deno-lint-ignore-file no-console -- a program that prints
/**
 * Measures the project's OCSClient and prints one JSON object; see "Client probe" in README.md.
 *
 *     deno run -A probes/project_client.ts <site file> <instance> <calls>
 *
 * @module
 */
const begin = performance.now();
const { OCSClient } = await import("../../mod.ts");
const importMs = performance.now() - begin;

const [siteFile = "", instance = "", callsText = ""] = Deno.args;
const calls = Number(callsText);
const connect = () => OCSClient.connect(instance, { siteFile, siteHost: "localhost" });

async function timed(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = performance.now();
    await work();
    times.push(performance.now() - at);
  }
  return times.sort((a, b) => a - b);
}

function quantile(times: readonly number[], q: number): number {
  return times[Math.min(times.length - 1, Math.floor(q * times.length))] ?? NaN;
}

async function connectAndClose(): Promise<void> {
  await using _client = await connect();
}

const [first] = await timed(1, connectAndClose);
const readyMs = performance.now() - begin;
const construct = await timed(Math.max(3, calls / 20), connectAndClose);
await using client = await connect();
const acq = client.operation("acq");
const setHeartbeat = client.operation("set_heartbeat");
const statusTimes = await timed(calls, () => acq.status());
const taskTimes = await timed(Math.max(3, calls / 4), () => setHeartbeat({ heartbeat: true }));
console.log(JSON.stringify({
  import_ms: importMs,
  construct_first_ms: first,
  ready_ms: readyMs,
  construct_ms: quantile(construct, 0.5),
  status_p50_ms: quantile(statusTimes, 0.5),
  status_p99_ms: quantile(statusTimes, 0.99),
  status_per_s: 1e3 * statusTimes.length / statusTimes.reduce((a, b) => a + b),
  task_p50_ms: quantile(taskTimes, 0.5),
  task_p99_ms: quantile(taskTimes, 0.99),
}));
