// deno-lint-ignore-file no-console -- a program that prints
/**
 * Compiles the `ocs` command and the agents, each to one file that needs no Deno.
 *
 *     deno run -A scripts/compile.ts [--output DIR] [--target TARGET]... [NAME]...
 *
 * Each has its least permissions inside. Deno gets its runtime for compiled programs from the internet, once for each
 * target, or takes the file that `DENORT_BIN` names.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Program, programs } from "./programs.ts";

/** What Deno compiles for. */
export const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

/** How a program is compiled. */
export interface CompileOptions {
  /** The file to make; one that is there is replaced. */
  readonly output: string;
  /** One of `TARGETS`. Default: that of this Deno. */
  readonly target?: string | undefined;
  /** Further variables of Deno's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Compiles a program. Its types are not checked: `deno task ok` does that.
 *
 * @returns What Deno printed, with the list of the modules and packages inside.
 * @throws {Error} With what Deno printed, if it cannot.
 */
export async function compileProgram(
  { name, entry, permissions, v8Flags }: Program,
  { output, target, env = {} }: CompileOptions,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--no-check", "--frozen", "--unstable-net", "--no-prompt", ...permissions],
      ...(v8Flags === undefined ? [] : [`--v8-flags=${v8Flags.join(",")}`]),
      ...(target === undefined ? [] : ["--target", target]),
      ...["--output", output, entry],
    ],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  const printed = decoder.decode(stdout) + decoder.decode(stderr);
  if (!success) throw new Error(`Cannot compile "${name}":\n${printed.trim()}`);
  return printed;
}

/** The folder of this project. */
const ROOT = decodeURIComponent(new URL("..", import.meta.url).pathname);

/** Compiles what the command line names; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      output: { type: "string", short: "o", default: "dist" },
      target: { type: "string", multiple: true, default: [] },
    },
  });
  const all = programs();
  const unknownName = positionals.find((name) => !all.some((program) => program.name === name));
  const unknownTarget = values.target.find((target) => !TARGETS.includes(target));
  if (unknownName !== undefined) {
    const names = all.map(({ name }) => name).join(", ");
    console.error(`Cannot compile "${unknownName}": expected some of ${names}`);
    return 2;
  }
  if (unknownTarget !== undefined) {
    console.error(`Cannot compile for "${unknownTarget}": expected some of ${TARGETS.join(", ")}`);
    return 2;
  }
  const folder = values.output.startsWith("/") ? values.output : `${Deno.cwd()}/${values.output}`;
  const targets = values.target.length === 0 ? [undefined] : values.target;
  for (const target of targets) {
    for (const program of all) {
      if (positionals.length > 0 && !positionals.includes(program.name)) continue;
      const suffix = (target ?? Deno.build.target).includes("windows") ? ".exe" : "";
      const output = `${folder}/${target === undefined ? "" : `${target}/`}${program.name}${suffix}`;
      try {
        await compileProgram(program, { output, target });
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        return 1;
      }
      const megabytes = ((await Deno.stat(output)).size / 1e6).toFixed(1);
      console.log(`${output}  ${megabytes} MB`);
    }
  }
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    // What the command line got wrong.
    if (!(error instanceof TypeError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
