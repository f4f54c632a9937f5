// deno-lint-ignore-file no-console -- a program that prints
/**
 * How fast the timestream aggregator takes a stream over TCP into files, beside the bare loop of a recorder in Python.
 *
 *     deno run -A bench/recorder.ts [--rounds 3] [--megabytes 4000] [--folder /dev/shm]
 *
 * Both record the same frames of so3g (1,720 channels, 200 samples, compressed: 630 kB each), which a program of its own
 * replays as fast as they are taken; files are in memory unless `--folder` says otherwise. Needs the Python peers of
 * the tests. A line of JSON per recorder and round: `mb_per_s` from the connection to its end (10^6 bytes), `mb_per_cpu_s` a
 * second of the recorder's processor time, `rss_mb` of the
 * program after a quarter, half and all of the stream, `peak_mb`, and whether the files hold exactly what was sent.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { freePort } from "../tests/helpers/free_port.ts";
import { startOurAgent } from "../tests/helpers/our_agent.ts";
import { OurRouter } from "../tests/helpers/our_router.ts";
import { Program } from "../tests/helpers/process.ts";
import { pythonPeers } from "../tests/helpers/python_peers.ts";
import { writeSite } from "../tests/helpers/site_file.ts";
import { untilTrue } from "../tests/helpers/until.ts";

const PROBES = new URL("./probes/", import.meta.url).pathname;
const AGENT = { agentClass: "TimestreamAggregator", instanceId: "timestream-agg" };
const FRAMES = 100;

/** What is replayed. */
interface Stream {
  readonly path: string;
  readonly bytes: number;
  readonly times: number;
}

/** Who records, once it runs. */
interface Recorder {
  readonly program: Program;
  /** Files in the order of their frames. */
  files(): string[];
}

function memoryMb(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
}

/** Processor time of a program so far. Linux counts it in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function g3Files(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    return isDirectory ? g3Files(`${folder}/${name}`) : [`${folder}/${name}`];
  }).sort();
}

/** Whether files hold a stream's bytes and no others. */
async function holds(files: readonly string[], { path, times }: Stream): Promise<boolean> {
  const sent = createHash("sha256");
  const one = await Deno.readFile(path);
  for (let i = 0; i < times; i++) sent.update(one);
  const stored = createHash("sha256");
  for (const file of files) {
    for await (const piece of (await Deno.open(file)).readable) stored.update(piece);
  }
  return sent.digest("hex") === stored.digest("hex");
}

async function measure(
  stack: string,
  { stream, port, python, start }: {
    readonly stream: Stream;
    readonly port: number;
    readonly python: string;
    readonly start: () => Promise<Recorder>;
  },
): Promise<Record<string, unknown>> {
  await using sender = Program.start({
    name: "tcp_replay.py",
    command: python,
    args: [`${PROBES}tcp_replay.py`, String(port), stream.path, String(stream.times)],
  });
  await sender.untilLog("listening");
  const { program, files } = await start();
  await sender.untilLog("connected", 30_000);
  const cpuBefore = cpuSeconds(program.pid);
  let cpu = 0;
  const total = stream.bytes * stream.times;
  const stored = () => files().reduce((sum, path) => sum + Deno.statSync(path).size, 0);
  const rssMb: number[] = [];
  let peakMb = 0;
  for (const part of [0.25, 0.5, 0.95]) {
    await untilTrue(() => stored() >= part * total, { timeoutMs: 300_000, what: `${part} of the stream` });
    rssMb.push(memoryMb(program.pid, "VmRSS"));
    peakMb = memoryMb(program.pid, "VmHWM");
    cpu = (cpuSeconds(program.pid) - cpuBefore) / part;
  }
  await untilTrue(() => stored() >= total, { timeoutMs: 300_000, what: "the whole stream" });
  await sender.untilLog(/done \d+\.\d+\n/, 30_000);
  const [, connected, done] = /connected (\S+)\s+done (\S+)/.exec(sender.stdout) ?? [];
  return {
    name: "recorder/tcp-to-file",
    stack,
    mb_per_s: Math.round(total / 1e6 / (Number(done) - Number(connected))),
    mb_per_cpu_s: Math.round(total / 1e6 / cpu),
    megabytes: Math.round(total / 1e6),
    rss_mb: rssMb,
    peak_mb: peakMb,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      rounds: { type: "string", default: "3" },
      megabytes: { type: "string", default: "4000" },
      folder: { type: "string", default: "/dev/shm" },
    },
  });
  const { python } = await pythonPeers();
  const folder = await Deno.makeTempDir({ dir: values.folder, prefix: "bench_recorder_" });
  try {
    const path = `${folder}/sent.g3`;
    await Program.run({
      name: "smurf_file.py",
      command: python,
      args: [`${PROBES}smurf_file.py`, path, String(FRAMES)],
      timeoutMs: 300_000,
    });
    const { size: bytes } = await Deno.stat(path);
    const stream = { path, bytes, times: Math.max(1, Math.round(Number(values.megabytes) * 1e6 / bytes)) };
    for (let round = 1; round <= Number(values.rounds); round++) {
      for (const stack of ["project", "python-loop"]) {
        const data = `${folder}/${stack}`;
        await Deno.mkdir(data);
        await using owned = new AsyncDisposableStack();
        const port = freePort();
        const start = async (): Promise<Recorder> => {
          if (stack === "python-loop") {
            const args = [`${PROBES}record_loop.py`, String(port), `${data}/loop.g3`];
            const program = owned.use(Program.start({ name: "record_loop.py", command: python, args }));
            return { program, files: () => g3Files(data) };
          }
          const router = owned.use(await OurRouter.start());
          const site = owned.use(await writeSite(router, [AGENT]));
          const fixed = ["--auto-start", "True", "--address", "127.0.0.1", "--port", String(port)];
          const args = [
            ...fixed,
            "--data-dir",
            data,
            "--fsync",
            "never",
            "--stop-free-mb",
            "0",
            "--warn-free-mb",
            "0",
          ];
          const program = owned.use(await startOurAgent(site, { ...AGENT, args }));
          return { program, files: () => g3Files(data) };
        };
        const line = await measure(stack, { stream, port, python, start });
        console.log(JSON.stringify({ ...line, round, same_bytes: await holds(g3Files(data), stream) }));
        await owned.disposeAsync();
        await Deno.remove(data, { recursive: true });
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
