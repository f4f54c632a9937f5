/** Lists of agents, loaded into this program to run what is in them. @module */
import { toError } from "../internal/to_error.ts";
import type { PluginModule } from "../site/plugin_modules.ts";
import { loadModule } from "./load_module.ts";
import type { PluginAgent } from "./plugin_agent.ts";
import { PluginCollector, type Plugins } from "./plugin_collector.ts";
import { readPluginAgent, tableOf } from "./plugin_table.ts";

/** How lists are loaded. */
export interface LoadPluginsOptions {
  /** Classes that are there already, which no list can replace. */
  readonly taken: ReadonlySet<string>;
  /** What each of them gets; default 20 s. */
  readonly timeoutMs?: number | undefined;
}

const LOAD_PLUGIN_MS = 20_000;

/**
 * Loads lists of agents, one after the other, so that the first one to have a class is the one that counts.
 *
 * Never throws: a list that throws, hangs, is not there or is none is a problem among the results.
 */
export async function loadPlugins(
  sources: readonly PluginModule[],
  { taken, timeoutMs = LOAD_PLUGIN_MS }: LoadPluginsOptions,
): Promise<Plugins<PluginAgent>> {
  const collector = new PluginCollector<PluginAgent>(taken);
  for (const source of sources) {
    const { module } = source;
    try {
      for (const [name, entry] of tableOf(await loadModule(module, { timeoutMs }), module)) {
        try {
          collector.add(source, name, readPluginAgent(entry, name));
        } catch (error) {
          collector.note(source, `Cannot take ${name} of "${module}": ${toError(error).message}`, "class");
        }
      }
    } catch (error) {
      collector.note(source, toError(error).message, "list");
    }
  }
  return collector;
}
