/** Our agents as programs of their own. @module */
import { AGENT_TABLE } from "../../agents/table.ts";
import { bridgeCall } from "./bridge.ts";
import { Program } from "./process.ts";
import type { SiteAgent, SiteFolder } from "./site_file.ts";

/** Starts one of our agents as an operator would, and waits until it answers. The caller stops it. */
export async function startOurAgent(
  site: SiteFolder,
  { agentClass, instanceId, args = [], env }: Pick<SiteAgent, "agentClass" | "instanceId"> & {
    /** Further command line arguments; they win over those of the site file. */
    readonly args?: readonly string[] | undefined;
    /** Further variables of its environment. */
    readonly env?: Readonly<Record<string, string>> | undefined;
  },
): Promise<Program> {
  const file = new URL(`../../agents/${AGENT_TABLE[agentClass]?.file}`, import.meta.url).pathname;
  const options = ["--instance-id", instanceId, "--site-file", site.file, "--site-host", "localhost"];
  const program = Program.start({
    name: instanceId,
    command: Deno.execPath(),
    args: ["run", "-A", file, ...options, ...args],
    cwd: site.folder,
    env: { OCS_CONFIG_DIR: site.folder, ...env },
  });
  try {
    await program.until(
      () => bridgeCall(site.router, `observatory.${instanceId}`, ["get_agent_class"]),
      "an answer",
      30_000,
    );
  } catch (error) {
    await program.stop();
    throw error;
  }
  return program;
}
