/** The `ocs` command as a program. @module */
import { Program, type ProgramEnd } from "../../helpers/process.ts";
import { within } from "../../helpers/until.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;

/** Starts `ocs`; dispose of it. */
export function startOcs(
  args: readonly string[],
  { env, cwd, denoArgs = [] }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
    /** Further flags of `deno run`. */
    readonly denoArgs?: readonly string[];
  } = {},
): Program {
  return Program.start({
    name: `ocs ${args.join(" ")}`,
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", ...denoArgs, MAIN, ...args],
    cwd,
    // Empty counts as not set: whoever runs the tests may have a site of their own.
    env: { OCS_CONFIG_DIR: "", INSTANCE_ID: "", SITE_HUB: "", SITE_HTTP: "", SITE_HOST: "", ...env },
  });
}

/** Runs `ocs` to its end, whatever its exit code. */
export async function ocs(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<ProgramEnd> {
  await using program = startOcs(args, options);
  return await within(program.ended, 30_000, `the end of ocs ${args.join(" ")}`);
}
