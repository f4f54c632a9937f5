/** `ocs agent`: one agent in this process, by class, by instance id, or from a file. @module */
import { AGENT_TABLE } from "../agents/table.ts";
import { MACHINE, nearMiss, readLauncherOptions, resolveSite, type SiteEnvironment } from "../site/mod.ts";
import { type AgentChoice, agentChoice } from "./agent_choice.ts";
import { loadAgent } from "./agent_files.ts";
import { UsageError } from "./explain_error.ts";
import type { Console } from "./output.ts";

/**
 * Runs an agent in this process, as `ocs-agent-cli` does (spec 7.1); resolves with its exit code.
 *
 * @param words What is behind `ocs agent`.
 */
export async function runAgentCommand(words: readonly string[], console: Console): Promise<number> {
  const choice = agentChoice(words);
  await console.out.flush();
  if (choice.kind === "file") {
    const { runAgentFile } = await import("./run_agent_file.ts");
    return await runAgentFile(choice);
  }
  return await runClass(choice.kind === "class" ? choice.agentClass : await classOf(choice), choice.args);
}

async function runClass(name: string, args: readonly string[]): Promise<number> {
  const entry = Object.hasOwn(AGENT_TABLE, name) ? AGENT_TABLE[name] : undefined;
  if (entry === undefined) {
    const names = Object.keys(AGENT_TABLE);
    const near = nearMiss(name, names);
    throw new UsageError(
      `Cannot run agent "${name}": expected one of ${names.join(", ")}` +
        (near === undefined ? "" : `; did you mean "${near}"?`),
    );
  }
  const [agentClass, { runAgent }] = await Promise.all([
    loadAgent(name),
    import("../framework/run_agent.ts"),
  ]);
  return await runAgent(agentClass, entry, { args });
}

/**
 * Finds the class of an instance in the site file.
 *
 * @throws {UsageError} If there is no instance id, or nothing that says its class.
 */
async function classOf(
  { args }: Extract<AgentChoice, { readonly kind: "instance" }>,
  environment: SiteEnvironment = MACHINE,
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
