/** Lists of agents, for commands that read them and do something else then. @module */
import { AGENT_TABLE } from "../agents/table.ts";
import { listPlugins } from "../framework/list_plugins.ts";
import type { Plugins } from "../framework/plugin_collector.ts";
import type { AgentProgram } from "../framework/program.ts";
import type { PluginModule } from "../site/mod.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { listenForInterrupt } from "./interrupt.ts";

/** Reads lists; Ctrl-C ends this process, and the programs that read them, which a terminal's signals do not reach. */
export async function readPlugins(sources: readonly PluginModule[]): Promise<Plugins<AgentProgram>> {
  using interrupt = listenForInterrupt();
  const taken = new Set(Object.keys(AGENT_TABLE));
  const plugins = await listPlugins(sources, { taken, signal: interrupt.signal });
  if (interrupt.signal.aborted) Deno.exit(ExitCode.KILLED);
  return plugins;
}
