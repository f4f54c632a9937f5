/** `ocs agent CLASS …`: one of our agents by the name that site files use. @module */
import { AGENT_TABLE } from "../agents/table.ts";
import { nearMiss } from "../site/near_miss.ts";
import { UsageError } from "./explain_error.ts";
import type { Console } from "./output.ts";
import { loadAgent } from "./agent_files.ts";

/** Runs an agent of this toolkit in this process; resolves with its exit code. */
export async function runAgentClass(args: readonly string[], console: Console): Promise<number> {
  const [name = "", ...rest] = args;
  const entry = Object.hasOwn(AGENT_TABLE, name) ? AGENT_TABLE[name] : undefined;
  if (entry === undefined) {
    const names = Object.keys(AGENT_TABLE);
    const near = nearMiss(name, names);
    throw new UsageError(
      `Cannot run agent "${name}": expected one of ${names.join(", ")}` +
        (near === undefined ? "" : `; did you mean "${near}"?`),
    );
  }
  await console.out.flush();
  const [agentClass, { runAgent }] = await Promise.all([
    loadAgent(name),
    import("../framework/run_agent.ts"),
  ]);
  return await runAgent(agentClass, entry, { args: rest });
}
