/** What `hosts up`, `down` and `restart` are going to do, before anything is done. @module */
import type { HostedAgent, HostView, ManagerView } from "./host_view.ts";
import { type HostMatch, matchHosts } from "./match_hosts.ts";

/** What is done to agents. */
export type HostsVerb = "up" | "down" | "restart";

/** The verbs as a sentence has them. */
export const HOSTS_VERB_WORDS: Readonly<Record<HostsVerb, string>> = {
  up: "start",
  down: "stop",
  restart: "restart",
};

/** An agent that is going to be asked for. */
export interface PlannedAgent {
  readonly agent: HostedAgent;
  /** The manager that is asked. */
  readonly manager: ManagerView;
}

/** An agent that is meant but not touched, and why. */
export interface UntouchedAgent {
  readonly agent: HostedAgent;
  readonly why: string;
  /** Whether that is a failure: it cannot be done, and it was asked for. */
  readonly failed: boolean;
}

/** The plan. */
export interface HostsPlan {
  readonly verb: HostsVerb;
  readonly chosen: readonly PlannedAgent[];
  readonly untouched: readonly UntouchedAgent[];
}

/**
 * Makes the plan of a verb for all agents that patterns mean.
 *
 * What is as wanted already is left alone. `restart` leaves alone what is down and is to stay so, unless it was named itself.
 *
 * @throws {HostedAgentNotFoundError} If a pattern means none.
 */
export function planHosts(
  verb: HostsVerb,
  hosts: readonly HostView[],
  patterns: readonly string[],
): HostsPlan {
  const managers = new Map(hosts.flatMap((host) => host.managers.map((one) => [one.instance, one])));
  const chosen: PlannedAgent[] = [];
  const untouched: UntouchedAgent[] = [];
  for (const match of matchHosts(hosts, patterns)) {
    const { agent } = match;
    const manager = agent.manager === null ? undefined : managers.get(agent.manager);
    const reason = whyNot(verb, match, manager);
    if (manager === undefined || reason !== undefined) {
      const { why, failed } = reason ?? { why: "no host manager runs it", failed: match.named };
      untouched.push({ agent, why, failed });
    } else chosen.push({ agent, manager });
  }
  return { verb, chosen, untouched };
}

function whyNot(
  verb: HostsVerb,
  { agent, named }: HostMatch,
  manager: ManagerView | undefined,
): { readonly why: string; readonly failed: boolean } | undefined {
  const { state, target } = agent;
  // Of a pattern, what nobody manages is not meant; one that was named cannot be done.
  if (agent.unmanaged !== null) return { why: agent.unmanaged, failed: named };
  if (manager?.state === "away") return { why: `${manager.instance} does not answer`, failed: true };
  if (manager?.state === "stopping") {
    return { why: `${manager.instance} is stopping all of its agents`, failed: true };
  }
  const isDown = state === "down" && target !== "up";
  if (state === "?" && verb !== "down") {
    return { why: `${manager?.instance ?? "its host manager"} does not know how to start it`, failed: true };
  }
  if (verb === "up" && state === "up" && target !== "down") return { why: "is up already", failed: false };
  if (verb === "down" && isDown) return { why: "is down already", failed: false };
  if (verb === "restart" && isDown && !named) return { why: "is down and is to stay so", failed: false };
  return undefined;
}
