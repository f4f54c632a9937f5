/** Agents as lists of agents have them. @module */
import type { OptionSpecs, OptionValues } from "../site/option_specs.ts";
import type { AgentClass, AgentProgram } from "./program.ts";
import { runAgent } from "./run_agent.ts";
import { launchAgent, type RunningAgent, type StartAgentOptions } from "./start_agent.ts";

/** One agent of a list: what is known of its class, and how it is started. */
export interface PluginAgent {
  /** Its name, options and purpose. */
  readonly program: AgentProgram;
  /** Runs it as the program of this process; resolves with the exit code. */
  readonly main: (args?: readonly string[]) => Promise<number>;
  /** Makes one of several in this process. */
  readonly launch: (options: StartAgentOptions) => RunningAgent;
}

/** A module's `agents`: by `agent-class`. */
export type PluginTable = Readonly<Record<string, PluginAgent>>;

/**
 * Makes the entry of an agent in a list of agents, which site files (`agent-plugins`) and `OCS_PLUGINS` name.
 *
 * The agent is run by the framework that this function is of: a list may stand anywhere, with a version of its own.
 *
 * @example A list of agents
 * ```ts ignore
 * import { pluginAgent, type PluginTable } from "../framework/mod.ts";
 * import { THERMOMETER, ThermometerAgent } from "./thermometer.ts";
 *
 * export const agents = {
 *   ThermometerAgent: pluginAgent(ThermometerAgent, THERMOMETER),
 * } satisfies PluginTable;
 * ```
 */
export function pluginAgent<const S extends OptionSpecs, T extends object>(
  agentClass: AgentClass<S, T>,
  program: AgentProgram<S>,
): PluginAgent {
  return {
    program,
    main: (args) => runAgent(agentClass, program, { args }),
    launch: (options) =>
      // Safe: whoever launches it has parsed the options by those of `program`.
      launchAgent(agentClass, { ...options, options: options.options as OptionValues<S> }),
  };
}
