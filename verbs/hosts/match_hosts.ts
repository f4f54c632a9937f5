/** From patterns to agents of hosts. @module */
import { matchesGlob } from "../../ocs/mod.ts";
import { nearMiss } from "../../site/near_miss.ts";
import { HostedAgentNotFoundError } from "../errors.ts";
import { isPattern } from "../operation_target.ts";
import type { HostedAgent, HostView } from "./host_view.ts";

/** An agent that is meant. */
export interface HostMatch {
  readonly agent: HostedAgent;
  /** Whether it was named itself, not only meant by a pattern, a host or a manager. */
  readonly named: boolean;
}

/**
 * Finds the agents that patterns mean, each once.
 *
 * `faker*` are instance ids, `daq1/faker*` those of a host, `daq1/` all of one. A name without wildcards that is no
 * instance id may be that of a host or of a host manager, and means all of it.
 *
 * @throws {HostedAgentNotFoundError} If one of them means none.
 */
export function matchHosts(hosts: readonly HostView[], patterns: readonly string[]): readonly HostMatch[] {
  const matches = new Map<HostedAgent, HostMatch>();
  for (const pattern of patterns) {
    const found = matchOne(hosts, pattern);
    if (found.length === 0) throw notFound(hosts, pattern);
    for (const match of found) {
      if (match.named || !matches.has(match.agent)) matches.set(match.agent, match);
    }
  }
  return [...matches.values()];
}

function matchOne(hosts: readonly HostView[], pattern: string): readonly HostMatch[] {
  const slash = pattern.indexOf("/");
  const agentGlob = slash < 0 ? pattern : pattern.slice(slash + 1) || "*";
  const hostGlob = slash < 0 ? "*" : pattern.slice(0, slash);
  const named = !isPattern(agentGlob);
  const found = hosts
    .filter(({ host }) => matchesGlob(host, hostGlob))
    .flatMap(({ agents }) => agents.filter(({ instance }) => matchesGlob(instance, agentGlob)))
    .map((agent) => ({ agent, named }));
  if (found.length > 0 || slash >= 0 || !named) return found;
  return hosts
    .filter(({ host, managers }) => host === pattern || managers.some(({ instance }) => instance === pattern))
    .flatMap(({ agents }) => agents.map((agent) => ({ agent, named: false })));
}

function notFound(hosts: readonly HostView[], pattern: string): HostedAgentNotFoundError {
  const what = `Cannot find an agent "${pattern}" on any host`;
  if (hosts.length === 0) {
    return new HostedAgentNotFoundError(
      `${what}: no host manager is heard, and no site file names hosts; expected --site-file or OCS_CONFIG_DIR`,
    );
  }
  const names = hosts.flatMap(({ host, agents }) => [host, ...agents.map(({ instance }) => instance)]);
  const near = isPattern(pattern) ? undefined : nearMiss(pattern, names);
  const hint = near === undefined ? "ocs hosts lists them" : `did you mean "${near}"?`;
  return new HostedAgentNotFoundError(`${what}: ${hint}`);
}
