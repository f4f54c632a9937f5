/** Lists of agents, read without running their code in this program. @module */
import { agentCommand } from "../internal/agent_command.ts";
import { isRecord } from "../internal/is_record.ts";
import { runProgram } from "../internal/run_program.ts";
import { toError } from "../internal/to_error.ts";
import { withoutColors } from "../internal/without_colors.ts";
import type { PluginModule } from "../site/plugin_modules.ts";
import { type FromPlugin, PluginCollector, type PluginProblem, type Plugins } from "./plugin_collector.ts";
import { readAgentProgram } from "./plugin_table.ts";
import type { AgentProgram } from "./program.ts";

/** How lists are read. */
export interface ListPluginsOptions {
  /** Classes that are there already, which no list can replace. */
  readonly taken: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
  /** What each of them gets; default 30 s. Eight are read at the same time. */
  readonly timeoutMs?: number | undefined;
}

const PROGRAM = new URL("./plugin_program.ts", import.meta.url);
const LIST_MS = 30_000;
const AT_ONCE = 8;
const MAX_CAUSE_CHARACTERS = 500;

/**
 * Reads lists of agents, each in a program of its own: one that throws later, never ends, or ends the program does no harm
 * here, and a list that has changed is read as it is now.
 *
 * Never throws: a list that cannot be used is a problem among the results.
 */
export async function listPlugins(
  sources: readonly PluginModule[],
  { taken, signal, timeoutMs = LIST_MS }: ListPluginsOptions,
): Promise<Plugins<AgentProgram>> {
  const collector = new PluginCollector<AgentProgram>(taken);
  for (let at = 0; at < sources.length; at += AT_ONCE) {
    const some = sources.slice(at, at + AT_ONCE);
    const lists = await Promise.all(
      some.map(async (source) => ({
        source,
        list: await readList(source.module, { timeoutMs, signal }).catch(toError),
      })),
    );
    for (const { source, list } of lists) {
      if (list instanceof Error) collector.note(source, list.message, "list");
      else {
        for (const program of list.agents) collector.add(source, program.name, program);
        for (const { text, concerns } of list.problems) collector.note(source, text, concerns);
      }
    }
  }
  return collector;
}

/** Command line that runs an agent of a list, without the agent's own arguments. */
export function runPluginCommand(
  { module, value: { name, v8Flags } }: FromPlugin<AgentProgram>,
): readonly [command: string, ...args: string[]] {
  return [...pluginCommand(v8Flags), "run", module, name];
}

function pluginCommand(v8Flags?: readonly string[]): readonly [command: string, ...args: string[]] {
  return agentCommand(PROGRAM, { v8Flags, loadsForeign: true });
}

/** What a list has. */
interface ListAnswer {
  readonly agents: readonly AgentProgram[];
  readonly problems: readonly Pick<PluginProblem, "text" | "concerns">[];
}

async function readList(
  module: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<ListAnswer> {
  const fail = (why: string): Error => new Error(`Cannot load "${module}": ${why}`);
  if (Deno.build.standalone) {
    throw fail("a compiled program has only the modules it was made of, expected this command from Deno");
  }
  if (PROGRAM.protocol === "file:" && !await isFile(PROGRAM)) {
    throw fail("a bundle has no program that reads lists, expected this command from a checkout or a URL");
  }
  const [command, ...args] = pluginCommand();
  const { code, stdout, stderr } = await runProgram(command, [...args, "list", module], options).catch(
    (error) => {
      throw fail(toError(error).message.replace(/^Cannot run ".*": /s, "its program has "));
    },
  );
  // What the list prints itself comes before.
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch {
    const said = withoutColors(stderr).trim().split("\n")[0]?.slice(0, MAX_CAUSE_CHARACTERS) ?? "";
    throw fail(`it ends the program that loads it, with code ${code}${said === "" ? "" : `: ${said}`}`);
  }
  if (!isRecord(answer) || !Array.isArray(answer.agents) || !Array.isArray(answer.problems)) {
    throw fail("it ends the program that loads it");
  }
  return {
    agents: answer.agents.map((one: unknown) => readAgentProgram(one, isRecord(one) ? String(one.name) : "")),
    problems: answer.problems.filter(isRecord).map(({ text, concerns }) => ({
      text: String(text),
      concerns: concerns === "class" ? "class" : "list",
    })),
  };
}

async function isFile(url: URL): Promise<boolean> {
  return (await Deno.stat(url).catch(() => undefined))?.isFile === true;
}
