// deno-lint-ignore-file no-console -- a program that prints
/**
 * How large the bundles of the programs are, and how soon they start, beside their sources.
 *
 *     deno run -A bench/bundles.ts [--rounds 9] [NAME]...
 *
 * Start: from starting Deno to the end of a command line that answers at once, `ocs version` or `AGENT --help`; the bundle in an
 * empty folder with a cache of its own, the source with the cache of this machine, in turns. One JSON line for each program.
 * Deno keeps compiled code in both caches, so the first round, which is not counted, is slower; it is told as `cold`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Program, programs } from "../scripts/programs.ts";

const { values, positionals } = parseArgs({
  options: { rounds: { type: "string", default: "9" } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const folder = await Deno.makeTempDir({ prefix: "bundles_" });
const root = new URL("..", import.meta.url).pathname;

/** Runs Deno to its end; gives seconds. */
async function timed(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const begin = performance.now();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
  }).output();
  if (code !== 0) throw new Error(`Cannot run "deno ${args.join(" ")}": ${new TextDecoder().decode(stderr)}`);
  return (performance.now() - begin) / 1000;
}

function median(seconds: readonly number[]): number {
  return Number(seconds.toSorted((a, b) => a - b)[seconds.length >> 1]?.toFixed(3));
}

async function measure({ name, entry, permissions }: Program): Promise<void> {
  const bundle = `${folder}/${name}.js`;
  await timed(["bundle", "--quiet", "--output", bundle, entry], root, {});
  const empty = `${folder}/${name}`;
  await Deno.mkdir(empty);
  const probe = name === "ocs" ? "version" : "--help";
  const flags = ["run", "--unstable-net", "--no-prompt", "--cached-only", ...permissions];
  const start = {
    bundle: () => timed([...flags, "--no-config", bundle, probe], empty, { DENO_DIR: `${empty}/cache` }),
    source: () => timed([...flags, entry, probe], root, {}),
  };
  const cold = await start.bundle();
  await start.source();
  const seconds = { bundle: new Array<number>(), source: new Array<number>() };
  for (let round = 0; round < rounds; round++) {
    seconds.bundle.push(await start.bundle());
    seconds.source.push(await start.source());
  }
  console.log(JSON.stringify({
    name,
    bundleBytes: (await Deno.stat(bundle)).size,
    bundleSeconds: median(seconds.bundle),
    bundleColdSeconds: Number(cold.toFixed(3)),
    sourceSeconds: median(seconds.source),
    rounds,
    load: Deno.loadavg()[0],
  }));
}

try {
  for (const program of programs()) {
    if (positionals.length === 0 || positionals.includes(program.name)) await measure(program);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
