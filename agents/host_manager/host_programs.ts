/** Makes the programs of a host's agents, and keeps how each is started. @module */
import type { Unit } from "./managed_instance.ts";
import { listPlugins } from "../../framework/list_plugins.ts";
import type { PluginProblem, Plugins } from "../../framework/plugin_collector.ts";
import type { AgentProgram } from "../../framework/program.ts";
import { AGENT_TABLE } from "../table.ts";
import { findChildren, type FoundChildren, type SoughtChild } from "./find_children.ts";
import { HostProgram, type LaunchCommand } from "./host_program.ts";
import type { KeptInstance } from "./kept_state.ts";
import { launchCommand, type Launcher, type LaunchPlace } from "./launch_command.ts";
import type { LocalInstance, LocalSite } from "./local_site.ts";
import { type PythonPlugins, pythonPlugins } from "./python_plugins.ts";

/** What the programs need of their manager. */
export interface HostProgramsOptions {
  /** Folder of the output of all of them. */
  readonly logs: string;
  readonly onChange: () => void;
  /** Takes what operators have to know. */
  readonly say: (text: string) => void;
}

/** How the agents of this host are started, by the site file that is in force. */
export class HostPrograms {
  readonly #options: HostProgramsOptions;
  readonly #programs = new Set<HostProgram>();
  #place: LaunchPlace | undefined;
  #instances: ReadonlyMap<string, LocalInstance> = new Map();
  #python: PythonPlugins | undefined;
  #plugins: Plugins<AgentProgram> = { agents: new Map(), problems: [] };

  /** Knows no site file yet. */
  constructor(options: HostProgramsOptions) {
    this.#options = options;
  }

  /**
   * Takes a site file for the one in force, and finds out who can start what is in it.
   *
   * @returns What is wrong with lists of agents.
   */
  async use(site: LocalSite, signal: AbortSignal): Promise<readonly PluginProblem[]> {
    const foreign = [...site.instances.values()].filter((one) =>
      one.management === "host" && one.agentExe === undefined && !isOurs(one.agentClass)
    );
    // A list may have been changed, and a package of Python installed, since the last time.
    const plugins = await listPlugins(site.plugins, { taken: new Set(Object.keys(AGENT_TABLE)), signal });
    const isPythons = foreign.some(({ agentClass }) => !plugins.agents.has(agentClass));
    // Asking Python takes a second or two.
    const python = isPythons ? await pythonPlugins(signal) : this.#python;
    this.#python = python;
    this.#plugins = plugins;
    this.#place = site;
    this.#instances = site.instances;
    return plugins.problems;
  }

  /** Gives the program of an instance; undefined where nobody here knows its class. */
  programOf(instance: LocalInstance): HostProgram | undefined {
    return this.#launcherOf(instance) === undefined ? undefined : this.make(instance.instanceId);
  }

  /** Finds what runs of the children that were kept, and of all that are in the site file. */
  find(kept: readonly KeptInstance[]): FoundChildren {
    const sought = new Map<string, SoughtChild>();
    const byId = new Map(kept.map((child) => [child.instanceId, child]));
    const inSite = [...this.#instances].flatMap(([id, { management }]) =>
      management === "ignore" ? [] : [id]
    );
    for (const id of [...byId.keys(), ...inSite]) {
      const child = byId.get(id);
      // The last one may have been started after the site file changed, but before that was written down.
      const commandLines = [child?.commandLine, this.commandLineOf(id)].filter((line) => line !== undefined);
      sought.set(id, { instanceId: id, process: child?.process, commandLines });
    }
    return findChildren(this.#options.logs, [...sought.values()]);
  }

  /** Command line of an instance; undefined where it cannot be started. */
  commandLineOf(instanceId: string): readonly string[] | undefined {
    try {
      const { command, args } = this.#commandOf(instanceId);
      return [command, ...args];
    } catch {
      return undefined;
    }
  }

  /** Keeps the log files of all children short. */
  rotateLogs(): void {
    for (const program of this.#programs) {
      program.out.rotate();
      program.err.rotate();
    }
  }

  /** Forgets programs that no instance has any more. */
  keepOnly(units: ReadonlySet<Unit | undefined>): void {
    for (const program of this.#programs) {
      if (!units.has(program) && !program.isRunning) this.#programs.delete(program);
    }
  }

  /** All programs that run. */
  get running(): readonly HostProgram[] {
    return [...this.#programs].filter((program) => program.isRunning);
  }

  /** Makes the program of an instance, whether or not it can be started. */
  make(instanceId: string): HostProgram {
    const program = new HostProgram({
      ...this.#options,
      instanceId,
      command: () => this.#commandOf(instanceId),
    });
    this.#programs.add(program);
    return program;
  }

  #commandOf(instanceId: string): LaunchCommand {
    const instance = this.#instances.get(instanceId);
    const launcher = instance === undefined ? undefined : this.#launcherOf(instance);
    if (instance === undefined || launcher === undefined || this.#place === undefined) {
      throw new Error("the site file in force does not say how");
    }
    return launchCommand({ ...instance, launcher }, this.#place);
  }

  #launcherOf({ agentClass, agentExe }: LocalInstance): Launcher | undefined {
    if (agentExe !== undefined) return agentExe;
    if (isOurs(agentClass)) return "ours";
    const plugin = this.#plugins.agents.get(agentClass);
    if (plugin !== undefined) return plugin;
    const python = this.#python;
    return python === "unknown" || python?.has(agentClass) ? "python" : undefined;
  }
}

function isOurs(agentClass: string): boolean {
  return Object.hasOwn(AGENT_TABLE, agentClass);
}
