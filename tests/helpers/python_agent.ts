/** Unmodified Python OCS agents. @module */
import { bridgeCall } from "./bridge.ts";
import { Program } from "./process.ts";
import type { PythonPeers } from "./python_peers.ts";
import type { SiteFolder } from "./site_file.ts";

/** How a Python agent is started. */
export interface PythonAgentOptions {
  readonly peers: PythonPeers;
  /** The site file that holds its entry (class and arguments). */
  readonly site: SiteFolder;
  readonly instanceId: string;
  /** Further command line arguments; they win over those of the site file. */
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Do not wait until it has joined; default false. */
  readonly noWait?: boolean | undefined;
}

/**
 * Starts a Python agent with `ocs-agent-cli` and waits until it has joined the router.
 *
 * @returns The running program; dispose of it.
 */
export async function startPythonAgent(options: PythonAgentOptions): Promise<Program> {
  const { peers, site, instanceId } = options;
  const program = Program.start({
    name: `Python agent ${instanceId}`,
    command: peers.program("ocs-agent-cli"),
    args: [
      "--instance-id",
      instanceId,
      "--site-file",
      site.file,
      "--site-host",
      "localhost",
      ...options.args ?? [],
    ],
    cwd: site.folder,
    env: {
      OCS_CONFIG_DIR: site.folder,
      PYTHONUNBUFFERED: "1",
      // Host managers and agents look for programs of the environment on the PATH.
      PATH: `${peers.folder}/bin:${Deno.env.get("PATH") ?? ""}`,
      ...options.env,
    },
  });
  try {
    const address = `${site.router.addressRoot}.${instanceId}`;
    if (!options.noWait) {
      await program.until(
        () => bridgeCall(site.router, address, ["get_api"]),
        "an answer to get_api",
        30_000,
      );
    }
  } catch (error) {
    await program.stop();
    throw error;
  }
  return program;
}
