/** Which agents a rule or a password is for. @module */
import { RecordReader } from "./_wire.ts";
import { matchesAccessPattern, testAccessPattern } from "./access_pattern.ts";

/** A choice of agents, in the wire's own words. */
export interface AccessScope {
  /** All agents; the rest is ignored then. */
  readonly default: boolean;
  /** Pattern (see `matchesAccessPattern`) of the agent's class; null does not care. */
  readonly agent_class: string | null;
  /** Pattern of the agent's instance id; null does not care. */
  readonly instance_id: string | null;
}

/** What an agent is told by. */
export interface AgentIdentity {
  /** Such as `FakeDataAgent`. */
  readonly agentClass: string;
  /** Such as `faker1`. */
  readonly instanceId: string;
}

/**
 * Reads a scope; absent keys are false or null, others are ignored.
 *
 * @throws {TypeError} If it is none.
 */
export function parseScope(value: unknown): AccessScope {
  const scope = new RecordReader("access scope", value);
  return {
    default: scope.flag("default", false),
    agent_class: scope.textOrNull("agent_class"),
    instance_id: scope.textOrNull("instance_id"),
  };
}

/** Tells whether a scope takes an agent in; one without any pattern takes in none. */
export function scopeApplies(scope: AccessScope, agent: AgentIdentity): boolean {
  if (scope.default) return true;
  if (scope.agent_class === null && scope.instance_id === null) return false;
  return (scope.agent_class === null || matchesAccessPattern(agent.agentClass, scope.agent_class)) &&
    (scope.instance_id === null || matchesAccessPattern(agent.instanceId, scope.instance_id));
}

/**
 * Weighs a scope, for choosing among those that apply: naming beats excluding, instance ids beat classes.
 *
 * @returns 0 for all agents, 1 to 15 by the parts of the patterns, -1 without any.
 */
export function scopeSpecificity(scope: AccessScope): number {
  if (scope.default) return 0;
  let weight = 0;
  if (scope.instance_id !== null) {
    const { positive, negative } = testAccessPattern("", scope.instance_id);
    if (positive.length > 0) weight += 8;
    if (negative.length > 0) weight += 2;
  }
  if (scope.agent_class !== null) {
    const { positive, negative } = testAccessPattern("", scope.agent_class);
    if (positive.length > 0) weight += 4;
    if (negative.length > 0) weight += 1;
  }
  return weight === 0 ? -1 : weight;
}
