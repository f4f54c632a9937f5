/** Agents started from code: several in one process, or one in a test. @module */
import type { Clock } from "../internal/clock.ts";
import type { OptionSpecs, OptionValues } from "../site/option_specs.ts";
import type { Agent } from "./agent.ts";
import type { AgentConnectOptions } from "./agent_connect_options.ts";
import { AgentCore, type AgentEnd } from "./agent_core.ts";
import { type AgentLog, createLog } from "./agent_log.ts";
import { sleep } from "./sleep.ts";
import type { AgentClass } from "./program.ts";

/** What an agent is started with. */
export interface StartAgentOptions<S extends OptionSpecs = OptionSpecs> {
  /** The class's `agent-class`; default its name. */
  readonly agentClass?: string | undefined;
  /** Name of this agent, unique under its address root, without dots. */
  readonly instanceId: string;
  /** Default `observatory`. */
  readonly addressRoot?: string | undefined;
  /** Where the router is. */
  readonly connection: AgentConnectOptions;
  /** Values of the class's own options. */
  readonly options: OptionValues<S>;
  /** Default: a log that nobody reads. */
  readonly log?: AgentLog | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** `none`, `override:PW2,PW3` or `director:ID`; default none. */
  readonly accessPolicy?: string | null | undefined;
  /** Absolute path of the site file, where there is one. */
  readonly siteFile?: string | undefined;
  /** Seconds away from the router after which the agent ends itself; 0 never. Default 10. */
  readonly crossbarTimeoutSeconds?: number | undefined;
  /** Seconds that operations get to end on shutdown. Default 8. */
  readonly stopWithinSeconds?: number | undefined;
}

/** An agent that runs; whoever started it stops it. */
export interface RunningAgent<T extends object = object> extends AsyncDisposable {
  /** What the author's class was handed. */
  readonly agent: Agent;
  /** The author's object. */
  readonly instance: T;
  /** Resolves when it has joined for the first time and answers calls; rejects when it ends before that. */
  readonly ready: Promise<void>;
  /** Resolves when it is over, also when it gave up by itself. */
  readonly ended: Promise<AgentEnd>;
  /** Stops operations, leaves and closes, within 10 s whatever hangs. */
  stop(): Promise<void>;
}

/**
 * Makes an agent and lets it connect, without waiting for that: it tries until the router is there.
 *
 * @throws Whatever the constructor of the class throws, and `RangeError` for an unknown access policy or an instance id
 * that cannot be one.
 */
export function launchAgent<const S extends OptionSpecs, T extends object>(
  agentClass: AgentClass<S, T>,
  options: StartAgentOptions<S>,
): RunningAgent<T> {
  const core = new AgentCore({
    ...options,
    agentClass: options.agentClass ?? agentClass.name,
    addressRoot: options.addressRoot ?? "observatory",
    log: options.log ?? createLog({ sinks: [] }),
  });
  const instance = new agentClass(core, options.options);
  core.connect(instance);
  return {
    agent: core,
    instance,
    ready: core.ready,
    ended: core.ended,
    stop: () => core.stop(),
    [Symbol.asyncDispose]: () => core.stop(),
  };
}

/**
 * Starts an agent and waits until it answers calls.
 *
 * @param options What `launchAgent` takes, and how long to wait; default 10 s.
 * @throws {Error} If it does not get there in time; it has been stopped then.
 */
export async function startAgent<const S extends OptionSpecs, T extends object>(
  agentClass: AgentClass<S, T>,
  options: StartAgentOptions<S> & { readonly readyWithinSeconds?: number | undefined },
): Promise<RunningAgent<T>> {
  const running = launchAgent(agentClass, options);
  const { readyWithinSeconds = 10 } = options;
  const over = new AbortController();
  try {
    const late = await Promise.race([
      running.ready.then(() => false),
      sleep(readyWithinSeconds, { signal: over.signal }).then(() => true),
    ]);
    if (late) {
      throw new Error(
        `Cannot start "${running.agent.address}": not joined and registered within ${readyWithinSeconds} s`,
      );
    }
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  } finally {
    over.abort();
  }
}
