/**
 * The same as launch_cases.py with `ocs agent`.
 *
 *     deno run -A tests/tools/launch_cases.ts CASES AGENT
 *
 * @module
 */
import { processConsole } from "../../cli/output.ts";
import { runAgentCommand } from "../../cli/run_agent_command.ts";

const VARIABLES = ["INSTANCE_ID", "SITE_HUB", "SITE_HTTP", "SITE_HOST", "CROSSBAR_TIMEOUT"];

const [file = "", agent = ""] = Deno.args;
// The test next door has written it.
const cases = JSON.parse(await Deno.readTextFile(file)) as { env: Record<string, string>; args: string[] }[];
for (const { env, args } of cases) {
  for (const name of VARIABLES) Deno.env.delete(name);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  try {
    await runAgentCommand(["--agent", agent, "--entrypoint", "main", ...args], processConsole());
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    await Deno.stdout.write(new TextEncoder().encode(`REFUSED ${JSON.stringify(text)}\n`));
  }
}
