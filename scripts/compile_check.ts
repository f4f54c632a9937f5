// deno-lint-ignore-file no-console -- a program that prints
/**
 * Checks that each program compiles to one file, and that its bundle runs alone in an empty folder.
 *
 *     deno run -A scripts/compile_check.ts
 *
 * FULL where Deno's runtime for compiled programs is there (`DENORT_BIN`, or the cache of `deno compile`): the binaries are
 * run, too. STRUCTURAL where it is not: a stand-in takes its place, so that all is real but the start of the binary: the
 * graph of the modules, what is embedded, and the permissions inside. The last line says which it was.
 *
 * @module
 */
import { AGENT_TABLE } from "../agents/table.ts";
import { compileProgram } from "./compile.ts";
import { readCompiledPayload } from "./compiled_payload.ts";
import { type Program, programs } from "./programs.ts";

/** Deno's runtime for compiled programs, or what stands in for it. */
interface Runtime {
  readonly isFull: boolean;
  /** Variables that make Deno take it. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it is from, or why there is none. */
  readonly why: string;
}

/** How a program ended, and what it printed. */
interface Ended {
  readonly code: number;
  readonly out: string;
}

/** Kinds of permissions that a flag of ours can give. */
const KINDS = ["net", "read", "write", "env", "sys", "run", "ffi"];
const RUN_TIMEOUT_MS = 60_000;

/** Looks for the runtime where Deno looks for it, but for the internet. */
async function findRuntime(): Promise<Runtime> {
  const given = Deno.env.get("DENORT_BIN") ?? "";
  if (given !== "") {
    // Without a program behind it, it says so; anything else is no such runtime.
    const { out } = await run(given, []).catch(() => ({ out: "" }));
    if (/standalone binary section/.test(out)) return { isFull: true, env: {}, why: "DENORT_BIN" };
    return { isFull: false, env: STAND_IN, why: `DENORT_BIN "${given}" is no denort` };
  }
  const { out } = await run(Deno.execPath(), ["info", "--json"]);
  const info: unknown = JSON.parse(out);
  const folder = typeof info === "object" && info !== null && "denoDir" in info ? info.denoDir : undefined;
  const archive = `${folder}/dl/release/v${Deno.version.deno}/denort-${Deno.build.target}.zip`;
  const isCached = await Deno.stat(archive).then(() => true, () => false);
  return isCached
    ? { isFull: true, env: {}, why: "in the cache of deno compile" }
    : { isFull: false, env: STAND_IN, why: "no denort in DENORT_BIN, none in the cache of deno compile" };
}

/** Any small program of the system's own format. */
const STAND_IN = { DENORT_BIN: "/bin/true" };

async function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    ...options,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...options.env },
    stdin: "null",
    signal: AbortSignal.timeout(RUN_TIMEOUT_MS),
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Command lines that a program answers and ends after, none of which needs a site. */
function probesOf({ name }: Program): readonly (readonly string[])[] {
  // The second loads an agent when it is wanted, as the command does everywhere.
  return name === "ocs" ? [["version"], ["agent", "FakeDataAgent", "--help"]] : [["--help"]];
}

/** Checks one program; gives what is wrong. */
async function checkProgram(program: Program, folder: string, runtime: Runtime): Promise<readonly string[]> {
  const faults: string[] = [];
  const binary = `${folder}/${program.name}`;
  const listing = await compileProgram(program, { output: binary, env: runtime.env });
  const payload = readCompiledPayload(await Deno.readFile(binary));
  if (payload.entrypoint !== program.entry) {
    faults.push(`starts ${payload.entrypoint}, expected ${program.entry}`);
  }
  for (const kind of KINDS) {
    const [is, wanted] = [payload.permissions[`allow_${kind}`], grantOf(kind, program.permissions)];
    if (JSON.stringify(is) !== JSON.stringify(wanted)) {
      faults.push(`allows ${kind} ${JSON.stringify(is)}, expected ${JSON.stringify(wanted)}`);
    }
  }
  if (program.name === "ocs") {
    // The agents are loaded when they are wanted: an import that Deno cannot see is not inside.
    const missing = Object.values(AGENT_TABLE).filter(({ file }) => !listing.includes(` ${file} `));
    for (const { file } of missing) faults.push(`has no agents/${file} inside`);
  }
  const script = `${folder}/${program.name}.js`;
  const bundled = await run(Deno.execPath(), ["bundle", "--quiet", "--output", script, program.entry]);
  if (bundled.code !== 0) return [...faults, `cannot be bundled: ${bundled.out.trim()}`];
  const empty = `${folder}/${program.name}.empty`;
  await Deno.mkdir(empty);
  // Nothing of this project and of this machine's packages: neither settings nor lock, cache or network.
  const alone = ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only", "--unstable-net"];
  for (const probe of probesOf(program)) {
    const words = ["run", "--no-prompt", ...program.permissions];
    const reference = await run(Deno.execPath(), [...words, "--unstable-net", program.entry, ...probe]);
    if (reference.code !== 0) faults.push(`${probe.join(" ")} of its source fails: ${reference.out.trim()}`);
    const env = { DENO_DIR: `${empty}.deno` };
    const bundle = await run(Deno.execPath(), [...words, ...alone, script, ...probe], { cwd: empty, env });
    if (!same(bundle, reference)) {
      faults.push(`${probe.join(" ")} of its bundle differs: ${bundle.out.trim()}`);
    }
    if (!runtime.isFull) continue;
    const compiled = await run(binary, probe, { cwd: empty });
    if (!same(compiled, reference)) {
      faults.push(`${probe.join(" ")} of its binary differs: ${compiled.out.trim()}`);
    }
  }
  return faults;
}

/** What a program's flags allow of one kind, as Deno writes it into a binary. */
function grantOf(kind: string, flags: readonly string[]): readonly string[] | null {
  if (flags.includes("--allow-all") || flags.includes(`--allow-${kind}`)) return [];
  const listed = flags.find((flag) => flag.startsWith(`--allow-${kind}=`));
  return listed === undefined ? null : listed.slice(listed.indexOf("=") + 1).split(",");
}

function same(one: Ended, other: Ended): boolean {
  return one.code === other.code && one.out === other.out;
}

/** Checks all programs, two at a time; gives the number of those that failed. */
async function checkAll(runtime: Runtime): Promise<{ readonly failed: number; readonly checked: number }> {
  const folder = await Deno.makeTempDir({ prefix: "compile_check_" });
  const waiting = [...programs()];
  const checked = waiting.length;
  let failed = 0;
  const work = async () => {
    for (let program = waiting.shift(); program !== undefined; program = waiting.shift()) {
      const faults = await checkProgram(program, folder, runtime).catch((error: unknown) => [String(error)]);
      console.log(`${faults.length === 0 ? "ok  " : "FAIL"} ${program.name}`);
      for (const fault of faults) console.log(fault.replaceAll(/^/gm, "     "));
      if (faults.length > 0) failed++;
    }
  };
  try {
    await Promise.all([work(), work()]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { failed, checked };
}

if (import.meta.main) {
  const runtime = await findRuntime();
  if (!runtime.isFull && Deno.build.os !== "linux") {
    console.log(`compile check was not run: ${runtime.why}, and the stand-in is for Linux only`);
    Deno.exit(1);
  }
  Deno.chdir(new URL("..", import.meta.url));
  const { failed, checked } = await checkAll(runtime);
  const kind = runtime.isFull
    ? `FULL: ${checked} programs compiled and run, and bundles of them (denort: ${runtime.why})`
    : `STRUCTURAL: ${checked} programs compiled but not run, their bundles run (${runtime.why})`;
  console.log(failed === 0 ? `compile check passed, ${kind}` : `compile check FAILED for ${failed}, ${kind}`);
  Deno.exit(failed === 0 ? 0 : 1);
}
