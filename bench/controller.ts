// deno-lint-ignore-file no-console -- a program that prints
/**
 * Prints what the pysmurf controller costs, as JSON lines: `deno run -A --unstable-net bench/controller.ts [SECONDS]`.
 *
 * How long `run` takes to the script's first line; how fast a script may write in each log mode, what memory the agent
 * has then, and whether relayed data is lost meanwhile. The agent is a program of its own. Needs `python3`, Linux.
 *
 * @module
 */
import { OCSClient } from "../client/mod.ts";
import { Router } from "../router/mod.ts";
import { startOurAgent } from "../tests/helpers/our_agent.ts";
import { writeSite } from "../tests/helpers/site_file.ts";
import { startSmallMonitor } from "../tests/helpers/small_monitor.ts";
import type { Program } from "../tests/helpers/process.ts";

const SECONDS = Number(Deno.args[0] ?? "10");
const STARTS = 20;

/** Writes at full speed; publishes what it has written every 0.1 s, and its speed in the end. */
const FLOOD = `
import json, os, socket, sys, time
line = b"x" * 1023 + b"\\n"
block = line * 64
to = ("127.0.0.1", int(os.environ["SMURFPUB_UDP_PORT"]))
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def publish(**values):
    message = {"host": "bench", "id": "bench", "script": "flood.py", "time": time.time(), "seq_no": 0,
               "type": "session_data", "payload": values}
    out.sendto(json.dumps(message).encode(), to)
start = last = time.time()
written = count = 0
while time.time() < start + ${SECONDS}:
    os.write(1, block)
    written += len(block)
    if time.time() > last + 0.1:
        last = time.time()
        count += 1
        publish(**{f"n{count}": count})
publish(megabytes_per_second=written / 1e6 / (time.time() - start), published=count)
`;

const FIRST_LINES = {
  "python.py": `import time; print("first line", time.time())\n`,
  "deno.ts": `console.log("first line", Date.now() / 1000);\n`,
};

const python = new TextDecoder().decode(
  (await new Deno.Command("python3", { args: ["-c", "import sys; print(sys.executable)"] }).output()).stdout,
).trim();

await using router = await Router.start();
const { url, httpUrl, port } = router;
const way = { url, realm: "test_realm", addressRoot: "observatory" };
await using monitor = await startSmallMonitor(way);
const nothing = { name: "ours", tail: () => "", [Symbol.asyncDispose]: () => Promise.resolve() };
await using site = await writeSite({ ...nothing, ...way, httpUrl, port }, [{
  agentClass: "PysmurfController",
  instanceId: "controller",
  arguments: ["--monitor-id", "pysmurf-monitor", "--python", python],
}]);
await using agent = await startOurAgent(site, {
  agentClass: "PysmurfController",
  instanceId: "controller",
  env: monitor.publisherEnv("bench"),
});
await using client = await OCSClient.connect("controller", { siteFile: site.file, siteHost: "localhost" });
const run = client.operation("run");

for (const [name, text] of Object.entries(FIRST_LINES)) {
  const script = `${site.folder}/${name}`;
  await Deno.writeTextFile(script, text);
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    // The script tells when it writes its line; the end of a run is a second later.
    const log = `${site.folder}/${name}.${i}.log`;
    const start = Date.now();
    await run.start({ script, log });
    await run.wait({ timeoutSeconds: 30 });
    const at = /first line ([\d.]+)/.exec(await Deno.readTextFile(log))?.[1];
    times.push(Number(at) * 1000 - start);
  }
  times.sort((a, b) => a - b);
  print({
    figure: `run start to first line of ${name}`,
    unit: "ms",
    median: times[STARTS / 2],
    worst: times.at(-1),
  });
}

const flood = `${site.folder}/flood.py`;
await Deno.writeTextFile(flood, FLOOD);
for (
  const [mode, log] of [["false", false], ["a file", `${site.folder}/flood.log`], ["true", true]] as const
) {
  const before = await residentMegabytes(agent);
  await run.start({ script: flood, log });
  let most = 0;
  let isOver = false;
  const ended = run.wait({ timeoutSeconds: SECONDS + 60 }).finally(() => isOver = true);
  while (!isOver) {
    most = Math.max(most, await residentMegabytes(agent));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const data = (await ended).session.data ?? {};
  const relayed = Object.keys(data).filter((key) => /^n\d+$/.test(key)).length;
  print({
    figure: `flood of ${SECONDS} s with log = ${mode}`,
    unit: "MB/s",
    rate: data["megabytes_per_second"],
    residentBefore: before,
    residentMost: most,
    relayed: `${relayed} of ${data["published"]}`,
  });
}

async function residentMegabytes({ pid }: Program): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

function print(figure: Record<string, unknown>): void {
  console.log(JSON.stringify(figure));
}
