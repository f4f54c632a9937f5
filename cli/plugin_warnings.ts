/** What is wrong with lists of agents, as lines for operators. @module */
import type { PluginProblem } from "../framework/plugin_collector.ts";
import { type Console, styled } from "./output.ts";

/** Writes each problem to standard error, with the place that names the list. */
export async function warnOfPlugins(problems: readonly PluginProblem[], console: Console): Promise<void> {
  for (const { origin, text } of problems) {
    await console.err.print(`${styled(console.err.look, ["bold", "yellow"], "warning:")} ${origin}: ${text}`);
  }
}
