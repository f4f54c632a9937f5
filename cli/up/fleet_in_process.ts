/** All agents in this process: little memory, for demos, tests and small sites. @module */
import { readLogin } from "../../client/mod.ts";
import { AGENT_TABLE } from "../../agents/table.ts";
import { createLog, type LogLevel, type LogRecord, type LogSink } from "../../framework/agent_log.ts";
import { consoleTime, openLogFile } from "../../framework/log_sinks.ts";
import { loadPlugins } from "../../framework/load_plugins.ts";
import type { PluginAgent } from "../../framework/plugin_agent.ts";
import { launchAgent, type RunningAgent } from "../../framework/start_agent.ts";
import { agentAddress } from "../../ocs/addresses.ts";
import { needSetting, parseAgentArgs } from "../../site/mod.ts";
import type { FrameTransport } from "../../transport/frame_transport.ts";
import { loadAgent } from "../agent_files.ts";
import { toError } from "../../internal/to_error.ts";
import type { AgentReports } from "./agent_lines.ts";
import type { Fleet } from "./fleet.ts";
import type { UpAgent } from "./up_plan.ts";

/** What agents in this process need. */
export interface FleetInProcessOptions {
  readonly lines: AgentReports;
  /** The router when it is in this process, too; otherwise agents connect to that of their site. */
  readonly router: { connectInProcess(): FrameTransport } | undefined;
  /** What agents write to their logs. */
  readonly level: LogLevel;
}

/** Agents in this process. */
export class FleetInProcess implements Fleet {
  readonly ready: Promise<number | undefined>;
  readonly allEnded: Promise<void>;
  readonly #options: FleetInProcessOptions;
  readonly #running = new Map<string, RunningAgent>();
  readonly #files: Disposable[] = [];
  readonly #ready = Promise.withResolvers<number | undefined>();
  readonly #allEnded = Promise.withResolvers<void>();
  readonly #startedMs = performance.now();
  #starting = true;
  #stopping = false;

  /** Runs nothing yet. */
  constructor(options: FleetInProcessOptions) {
    this.#options = options;
    this.ready = this.#ready.promise;
    this.allEnded = this.#allEnded.promise;
  }

  /** Makes each agent and lets it connect. */
  async start(agents: readonly UpAgent[], signal: AbortSignal): Promise<void> {
    const all: Promise<void>[] = [];
    let failed = false;
    for (const agent of agents) {
      if (signal.aborted) break;
      try {
        all.push((await this.#launch(agent)).ready);
      } catch (error) {
        failed = true;
        this.#options.lines.ended(
          agent.instanceId,
          toError(error).message,
          [],
        );
      }
    }
    this.#starting = false;
    this.#settle();
    Promise.all(all).then(
      () => this.#ready.resolve(failed ? undefined : (performance.now() - this.#startedMs) / 1000),
      () => this.#ready.resolve(undefined),
    );
  }

  /** Stops all agents at the same time. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#running.values()].map((agent) => agent.stop()));
    for (const file of this.#files.splice(0)) file[Symbol.dispose]();
  }

  /** Nothing outlives this process. */
  killNow(): void {}

  /** Same as `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #launch(agent: UpAgent): Promise<RunningAgent> {
    const { instanceId, agentClass, args } = agent;
    const { program, launch } = await startable(agent);
    const parsed = await parseAgentArgs({ agentClass, options: program.options, args });
    if (parsed.help !== undefined) {
      throw new Error(`Cannot start "${instanceId}": its arguments ask for help`);
    }
    const { site, values } = parsed;
    const addressRoot = needSetting(site, "addressRoot");
    const { router, lines, level } = this.#options;
    const sinks: LogSink[] = [{ write: (record) => lines.line(instanceId, lineOf(record)) }];
    const log = createLog({ level, sinks });
    const file = openLogFile({ ...site, address: agentAddress(addressRoot, instanceId) }, log);
    if (file !== undefined) {
      sinks.push(file);
      this.#files.push(file);
    }
    const running = launch({
      agentClass,
      instanceId,
      addressRoot,
      connection: {
        url: needSetting(site, "wampServer"),
        realm: needSetting(site, "realm"),
        ...(router === undefined
          ? { authentication: await readLogin(site.login) }
          : { openTransport: () => Promise.resolve(router.connectInProcess()) }),
      },
      options: values,
      log,
      accessPolicy: program.accessPolicy ?? site.accessPolicy,
      siteFile: site.sourceFile,
      // With the router in this process there is no being away from it but the end.
      crossbarTimeoutSeconds: router === undefined ? site.crossbarTimeoutSeconds : 0,
    });
    this.#running.set(instanceId, running);
    running.ready.catch(() => {});
    void running.ended.then((end) => {
      this.#running.delete(instanceId);
      if (!this.#stopping) lines.ended(instanceId, end, []);
      this.#settle();
    });
    return running;
  }

  #settle(): void {
    if (!this.#starting && this.#running.size === 0) this.#allEnded.resolve();
  }
}

/** Finds the class of an agent, of ours or of a list. */
async function startable({ agentClass, plugin }: UpAgent): Promise<Pick<PluginAgent, "program" | "launch">> {
  const program = Object.hasOwn(AGENT_TABLE, agentClass) ? AGENT_TABLE[agentClass] : undefined;
  if (program !== undefined) {
    const known = await loadAgent(agentClass);
    return { program, launch: (options) => launchAgent(known, options) };
  }
  if (plugin === undefined) {
    throw new Error(
      `Cannot run ${agentClass} in this process: expected one of ${Object.keys(AGENT_TABLE).join(", ")}`,
    );
  }
  const { agents, problems } = await loadPlugins([{ module: plugin.module, origin: "" }], {
    taken: new Set(),
  });
  const found = agents.get(agentClass)?.value;
  if (found === undefined) throw new Error(problems.map(({ text }) => text).join("; "));
  return found;
}

function lineOf({ timestampSeconds, text }: LogRecord): string {
  return `${consoleTime(timestampSeconds)} ${text}`;
}
