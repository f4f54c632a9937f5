/** How an agent of the site file is started on this host. @module */
import { agentCommand, PYTHON_LAUNCHER } from "../../internal/agent_command.ts";
import type { AgentExe } from "../../site/mod.ts";
import { runPluginCommand } from "../../framework/list_plugins.ts";
import type { FromPlugin } from "../../framework/plugin_collector.ts";
import type { AgentProgram } from "../../framework/program.ts";
import { AGENT_TABLE } from "../table.ts";
import type { LaunchCommand } from "./host_program.ts";

/** Who starts an agent: we, Python's launcher, a list of agents, or a program that the site file names. */
export type Launcher = "ours" | "python" | FromPlugin<AgentProgram> | AgentExe;

/** Where an agent finds its entry. */
export interface LaunchPlace {
  readonly siteFile: string;
  readonly hostName: string;
  readonly workingDir: string;
}

/** Command line and environment of an instance (OCS 10.6.5). */
export function launchCommand(
  { instanceId, agentClass, launcher }: {
    readonly instanceId: string;
    readonly agentClass: string;
    readonly launcher: Launcher;
  },
  { siteFile, hostName, workingDir }: LaunchPlace,
): LaunchCommand {
  const options = [
    ...["--instance-id", instanceId, "--site-file", siteFile],
    ...["--site-host", hostName, "--working-dir", workingDir],
  ];
  if (launcher === "python") {
    // Python holds its lines back when its output is a file.
    return { command: PYTHON_LAUNCHER, args: options, env: { PYTHONUNBUFFERED: "1" }, workingDir };
  }
  if (launcher === "ours") {
    const entry = AGENT_TABLE[agentClass];
    const [command, ...args] = agentCommand(new URL(`../${entry?.file}`, import.meta.url), {
      v8Flags: entry?.v8Flags,
    });
    return { command, args: [...args, ...options], env: {}, workingDir };
  }
  if ("module" in launcher) {
    const [command, ...args] = runPluginCommand(launcher);
    return { command, args: [...args, ...options], env: {}, workingDir };
  }
  const { command, args } = launcher;
  const env = { PYTHONUNBUFFERED: "1", INSTANCE_ID: instanceId, SITE_HOST: hostName, SITE_FILE: siteFile };
  return { command, args: args ?? options, env, workingDir };
}
