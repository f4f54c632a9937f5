/** `ocs agent`: one agent in this process, by class, by instance id, or from a file. @module */
import { AGENT_TABLE } from "../agents/table.ts";
import { catchUnhandled } from "../internal/catch_unhandled.ts";
import { toError } from "../internal/to_error.ts";
import {
  findPlugins,
  MACHINE,
  nearMiss,
  readLauncherOptions,
  resolveSite,
  type SiteEnvironment,
} from "../site/mod.ts";
import { type AgentChoice, agentChoice } from "./agent_choice.ts";
import { loadAgent } from "./agent_files.ts";
import { UsageError } from "./explain_error.ts";
import type { Console } from "./output.ts";

/** Where the command runs. */
interface Context {
  readonly console: Console;
  readonly environment: SiteEnvironment;
}

/**
 * Runs an agent in this process, as `ocs-agent-cli` does (spec 7.1); resolves with its exit code.
 *
 * @param words What is behind `ocs agent`.
 */
export async function runAgentCommand(
  words: readonly string[],
  console: Console,
  environment: SiteEnvironment = MACHINE,
): Promise<number> {
  const context = { console, environment };
  const choice = agentChoice(words);
  await console.out.flush();
  switch (choice.kind) {
    case "file": {
      const { runAgentFile } = await import("./run_agent_file.ts");
      return await runAgentFile(choice);
    }
    case "list": {
      const { runAgentList } = await import("./run_agent_list.ts");
      return await runAgentList(choice.args, context);
    }
    case "class":
      return await runClass(choice.agentClass, choice.args, context);
    case "instance":
      return await runClass(await classOf(choice, environment), choice.args, context);
  }
}

async function runClass(name: string, args: readonly string[], context: Context): Promise<number> {
  const entry = Object.hasOwn(AGENT_TABLE, name) ? AGENT_TABLE[name] : undefined;
  if (entry === undefined) return await runPlugin(name, args, context);
  const [agentClass, { runAgent }] = await Promise.all([
    loadAgent(name),
    import("../framework/run_agent.ts"),
  ]);
  return await runAgent(agentClass, entry, { args });
}

/** Runs a class of a list of agents. */
async function runPlugin(
  name: string,
  args: readonly string[],
  { console, environment }: Context,
): Promise<number> {
  const taken = new Set(Object.keys(AGENT_TABLE));
  const sources = await findPlugins(readLauncherOptions(args, environment), environment);
  if (sources.length === 0) throw unknownClass(name, [...taken]);
  const [{ readPlugins }, { loadPlugins }, { warnOfPlugins }] = await Promise.all([
    import("./read_plugins.ts"),
    import("../framework/load_plugins.ts"),
    import("./plugin_warnings.ts"),
  ]);
  // Only the list that has the class comes into this process: the others may hang in it, or end it.
  const { agents, problems } = await readPlugins(sources);
  await warnOfPlugins(problems, console);
  const found = agents.get(name);
  if (found === undefined) throw unknownClass(name, [...taken, ...agents.keys()]);
  using _guard = catchUnhandled((what, error) => {
    void console.err.print(`warning: ${what} in "${found.module}": ${toError(error).message}`);
  });
  const loaded = await loadPlugins([{ module: found.module, origin: "" }], { taken });
  const agent = loaded.agents.get(name)?.value;
  if (agent === undefined) throw new UsageError(loaded.problems.map(({ text }) => text).join("\n"));
  await console.err.flush();
  return await agent.main(args);
}

function unknownClass(name: string, names: readonly string[]): UsageError {
  const near = nearMiss(name, names);
  return new UsageError(
    `Cannot run agent "${name}": expected one of ${names.join(", ")}` +
      (near === undefined ? "" : `; did you mean "${near}"?`),
  );
}

/**
 * Finds the class of an instance in the site file.
 *
 * @throws {UsageError} If there is no instance id, or nothing that says its class.
 */
async function classOf(
  { args }: Extract<AgentChoice, { readonly kind: "instance" }>,
  environment: SiteEnvironment,
): Promise<string> {
  const options = readLauncherOptions(args, environment);
  // The first words are Python's.
  if (options.instanceId === undefined) {
    throw new UsageError(
      "--instance-id (or $INSTANCE_ID) not provided. Cannot run an agent without one: expected ocs agent CLASS, " +
        "--instance-id ID of the site file, or --agent FILE",
    );
  }
  const { instance, host, sourceFile } = await resolveSite(options, { match: "agent", environment });
  if (instance?.agentClass !== undefined) return instance.agentClass;
  const why = sourceFile === undefined
    ? "there is no site file that says its class, expected ocs agent CLASS"
    : `its entry of host "${host?.name}" of "${sourceFile}" has no agent-class`;
  throw new UsageError(`Cannot run agent "${options.instanceId}": ${why}`);
}
