/** What the director has to tell the agents, in the order in which it was asked for. No I/O. @module */
import { ACCESS_CONTROL_VERSION } from "../../ocs/access_level.ts";
import type { AccessRule } from "../../ocs/access_rules.ts";
import { type AgentIdentity, scopeApplies } from "../../ocs/access_scope.ts";

/** A message of the feed `controls` (OCS 11.9), keys in Python's order. */
export type ControlMessage =
  & ({ readonly reset: true } | { readonly target: string })
  & { readonly ac_version: number; readonly step: number; readonly rules: readonly AccessRule[] };

/** Agents that may wait for an answer; when there are more, all are told at once. */
const MOST_AGENTS = 10_000;

/** Counts the changes and queues the announcements. */
export class Announcements {
  #step = 1;
  readonly #queue = new Map<string, AgentIdentity | undefined>();

  /** Number of the last change; the configuration read at the start makes it 2. */
  get step(): number {
    return this.#step;
  }

  /** The rules have changed: all agents are to be told. */
  changed(): void {
    this.#step++;
    this.again();
  }

  /** All agents are to be told once more. */
  again(): void {
    this.#queue.set("", undefined);
  }

  /** One agent asks for its rules. An agent that asks twice before it was answered is answered once. */
  ask(agent: AgentIdentity): void {
    if (this.#queue.size >= MOST_AGENTS) {
      this.#queue.clear();
      this.again();
    } else this.#queue.set(JSON.stringify([agent.instanceId, agent.agentClass]), agent);
  }

  /** Takes everything that is queued, as messages with the rules of now. */
  take(rules: readonly AccessRule[]): ControlMessage[] {
    const asked = [...this.#queue.values()];
    this.#queue.clear();
    const rest = { ac_version: ACCESS_CONTROL_VERSION, step: this.#step };
    return asked.map((agent) =>
      agent === undefined ? { reset: true, ...rest, rules } : {
        target: agent.instanceId,
        ...rest,
        rules: rules.filter(({ scope_spec }) => scopeApplies(scope_spec, agent)),
      }
    );
  }
}
