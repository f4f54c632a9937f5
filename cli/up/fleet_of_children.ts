/** One process for each agent. @module */
import { AGENT_TABLE } from "../../agents/table.ts";
import { runPluginCommand } from "../../framework/list_plugins.ts";
import { agentCommand, PYTHON_LAUNCHER } from "../../internal/agent_command.ts";
import { nearMiss } from "../../site/mod.ts";
import { toError } from "../../internal/to_error.ts";
import type { AgentReports } from "./agent_lines.ts";
import { Children, type ChildSpec } from "./children.ts";
import type { Fleet } from "./fleet.ts";
import type { UpAgent } from "./up_plan.ts";

/** What agents in processes of their own need. */
export interface FleetOfChildrenOptions {
  readonly lines: AgentReports;
  /** Resolves with true when all of them answer, with false when the signal was aborted before. */
  readonly untilAnswering: (instanceIds: readonly string[], signal: AbortSignal) => Promise<boolean>;
}

/** Agents as child processes of this one. */
export class FleetOfChildren implements Fleet {
  readonly ready: Promise<number | undefined>;
  readonly allEnded: Promise<void>;
  readonly #lines: AgentReports;
  readonly #children: Children;
  readonly #untilAnswering: FleetOfChildrenOptions["untilAnswering"];
  /** Aborted when there is no use in waiting for answers any more. */
  readonly #over = new AbortController();
  readonly #ready = Promise.withResolvers<number | undefined>();
  readonly #allEnded = Promise.withResolvers<void>();
  readonly #startedMs = performance.now();
  #starting = true;

  /** Runs nothing yet. */
  constructor({ lines, untilAnswering }: FleetOfChildrenOptions) {
    this.#lines = lines;
    this.#untilAnswering = untilAnswering;
    this.ready = this.#ready.promise;
    this.allEnded = this.#allEnded.promise;
    this.#children = new Children({
      onLine: (name, line) => lines.line(name, line),
      onEnd: ({ name, code, signal, wanted, lastLines }) => {
        if (!wanted) {
          lines.ended(
            name,
            signal === undefined ? `exit code ${code}` : `signal ${signal}`,
            lastLines.slice(-5),
          );
          this.#giveUp();
        }
        this.#settle();
      },
    });
  }

  /** Starts each agent's program. */
  start(agents: readonly UpAgent[]): Promise<void> {
    for (const agent of agents) {
      try {
        this.#children.start(childOf(agent));
      } catch (error) {
        this.#lines.ended(agent.instanceId, whyNotStarted(agent, error), []);
        this.#giveUp();
      }
    }
    this.#starting = false;
    this.#settle();
    this.#untilAnswering(agents.map(({ instanceId }) => instanceId), this.#over.signal).then((all) => {
      this.#ready.resolve(all ? (performance.now() - this.#startedMs) / 1000 : undefined);
    }, () => this.#giveUp());
    return Promise.resolve();
  }

  /** SIGINT to all, SIGKILL after 10 s. */
  stop(): Promise<void> {
    this.#giveUp();
    return this.#children.stop();
  }

  /** SIGKILL to all. */
  killNow(): void {
    void this.#children.kill();
  }

  /** Same as `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #giveUp(): void {
    this.#over.abort();
    this.#ready.resolve(undefined);
  }

  #settle(): void {
    if (!this.#starting && this.#children.running.length === 0) this.#allEnded.resolve();
  }
}

function whyNotStarted({ agentClass, ours, agentExe }: UpAgent, error: unknown): string {
  const text = toError(error).message;
  if (ours || agentExe !== undefined) return text;
  const near = nearMiss(agentClass, Object.keys(AGENT_TABLE));
  return `${agentClass} is none of the agents here, nor of a list of agents` +
    (near === undefined ? "" : ` (did you mean ${near}?)`) +
    `, and Python's launcher ${PYTHON_LAUNCHER} cannot be started: ${text}`;
}

/** Our agents run from beside this file, those of lists through the framework, others through Python's launcher, which knows its plugins. */
function childOf({ instanceId, agentClass, ours, plugin, args, agentExe }: UpAgent): ChildSpec {
  if (agentExe !== undefined) {
    return {
      name: instanceId,
      command: agentExe.command,
      args: agentExe.args ?? args,
      env: { PYTHONUNBUFFERED: "1", INSTANCE_ID: instanceId },
    };
  }
  // Without it a killed `ocs up` would leave agents behind that hold their addresses.
  const env = { OCS_STOP_WITH_STDIN: "1" };
  if (plugin !== undefined) {
    const [command, ...before] = runPluginCommand(plugin);
    return { name: instanceId, command, args: [...before, ...args], env };
  }
  const entry = ours ? AGENT_TABLE[agentClass] : undefined;
  if (entry === undefined) {
    return {
      name: instanceId,
      command: PYTHON_LAUNCHER,
      args,
      // Python holds its lines back when nobody looks.
      env: { PYTHONUNBUFFERED: "1" },
    };
  }
  const [command, ...before] = agentCommand(
    new URL(`../../agents/${entry.file}`, import.meta.url),
    { v8Flags: entry.v8Flags },
  );
  return {
    name: instanceId,
    command,
    args: [...before, ...args],
    env,
  };
}
