/** The lists of agents that a site file names for this host, checked with it. @module */
import type { PluginProblem } from "../framework/plugin_collector.ts";
import type { AgentProgram } from "../framework/program.ts";
import {
  findPlugins,
  type PluginModule,
  PLUGINS_VARIABLE,
  type SiteOptions,
  type SiteProblem,
} from "../site/mod.ts";
import { readPlugins } from "./read_plugins.ts";

/** What the lists have. */
export interface CheckedPlugins {
  /** By `agent-class`. */
  readonly agents: ReadonlyMap<string, AgentProgram>;
  /** An error for a list that cannot be loaded, a warning for a class of it that is left out. */
  readonly problems: readonly SiteProblem[];
}

/** Reads the lists of agents in force on this host; none where the site file cannot be used. */
export async function checkPlugins(site: SiteOptions): Promise<CheckedPlugins> {
  let sources: readonly PluginModule[];
  try {
    sources = await findPlugins(site);
  } catch {
    // What is wrong with the file is told by the check of the file.
    sources = [];
  }
  const { agents, problems } = await readPlugins(sources);
  return {
    agents: new Map([...agents].map(([name, { value }]) => [name, value])),
    problems: problems.map(siteProblem),
  };
}

function siteProblem({ origin, text, concerns }: PluginProblem): SiteProblem {
  const [, file = PLUGINS_VARIABLE, line = "1", column = "1"] = /^(.*):(\d+):(\d+)$/.exec(origin) ?? [];
  const severity = concerns === "class" ? "warning" : "error";
  const [what = "", expected = severity === "error" ? "a module that can be loaded" : "one of a name"] = text
    .split(", expected ");
  return {
    file,
    line: Number(line),
    column: Number(column),
    severity,
    what,
    expected,
    suggestion: undefined,
  };
}
