/** `ocs agent --list`: the agent classes that can be run here, and where they are from. @module */
import { AGENT_TABLE } from "../agents/table.ts";
import {
  findPlugins,
  parseOptions,
  readLauncherOptions,
  SITE_OPTIONS,
  type SiteEnvironment,
  toArguments,
} from "../site/mod.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { formatTable } from "../verbs/table.ts";
import { type Console, verbLook } from "./output.ts";
import { warnOfPlugins } from "./plugin_warnings.ts";
import { readPlugins } from "./read_plugins.ts";

/**
 * Lists classes; what is wrong with lists of agents goes to standard error, and makes the exit code 1.
 *
 * @throws {OptionError} If there are words beside `--json` and site options.
 */
export async function runAgentList(
  args: readonly string[],
  { console, environment }: { readonly console: Console; readonly environment: SiteEnvironment },
): Promise<ExitCode> {
  // No agent is run that could have options of its own.
  parseOptions(SITE_OPTIONS, toArguments(args.filter((word) => word !== "--json")));
  const sources = await findPlugins(readLauncherOptions(args, environment), environment);
  const { agents, problems } = await readPlugins(sources);
  const rows = [
    ...Object.values(AGENT_TABLE).map(({ name, summary }) => ({ name, summary, module: undefined })),
    ...[...agents.values()].map(({ value: { name, summary = "" }, module }) => ({ name, summary, module })),
  ].sort((a, b) => a.name < b.name ? -1 : 1);
  if (args.includes("--json")) {
    await console.out.print(JSON.stringify({
      agents: rows.map(({ name, summary, module }) => ({
        agentClass: name,
        module: module ?? null,
        summary,
      })),
      problems: problems.map(({ module, origin, text }) => ({ module, origin, text })),
    }));
  } else {
    const table = rows.map(({ name, module = "this toolkit", summary }) => [name, module, summary]);
    await console.out.print(formatTable(["CLASS", "FROM", "PURPOSE"], table, verbLook(console.out)));
  }
  await warnOfPlugins(problems, console);
  return problems.length === 0 ? ExitCode.OK : ExitCode.FAILED;
}
