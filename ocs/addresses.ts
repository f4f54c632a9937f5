/** The names under which agents, their operations and their feeds are found on the router. @module */

/** The two parts of an agent address. */
export interface AgentAddress {
  /** What all agents of an observatory share, such as `observatory`; may hold dots. */
  readonly addressRoot: string;
  /** The agent's own name, such as `faker1`; holds no dot. */
  readonly instanceId: string;
}

/** The two parts of a feed's topic. */
export interface FeedAddress {
  /** Address of the publishing agent, such as `observatory.faker1`. */
  readonly agent: string;
  /** Name of the feed, such as `heartbeat`. */
  readonly feed: string;
}

/** Makes an agent's address, which is also the procedure that answers `get_api` and other management queries. */
export function agentAddress(addressRoot: string, instanceId: string): string {
  return `${addressRoot}.${instanceId}`;
}

/** Makes the procedure that starts, stops and reports on an agent's operations. */
export function opsProcedure(agent: string): string {
  return `${agent}.ops`;
}

/** Makes the topic of one feed. */
export function feedTopic(agent: string, feed: string): string {
  return `${agent}.feeds.${feed}`;
}

/** Makes the wildcard pattern that matches every agent's heartbeat. */
export function heartbeatPattern(addressRoot: string): string {
  return `${addressRoot}..feeds.heartbeat`;
}

/** Makes the wildcard pattern that matches every feed; the empty last component is part of it. */
export function allFeedsPattern(addressRoot: string): string {
  return `${addressRoot}..feeds.`;
}

/**
 * Splits an agent address at its last dot.
 *
 * @throws {SyntaxError} If the text does not name an agent.
 */
export function parseAgentAddress(address: string): AgentAddress {
  const at = address.lastIndexOf(".");
  if (at < 1 || at + 1 === address.length) {
    throw new SyntaxError(`Cannot parse agent address "${address}": expected "<address root>.<instance id>"`);
  }
  return { addressRoot: address.slice(0, at), instanceId: address.slice(at + 1) };
}

/**
 * Splits a feed topic into agent address and feed name.
 *
 * The agent address may hold dots of its own, so the last `.feeds.` decides.
 *
 * @example Find out who published
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { agent } = parseFeedAddress("observatory.faker1.feeds.heartbeat");
 * assert.equal(agent, "observatory.faker1");
 * ```
 *
 * @param topic Topic as it arrived with an event.
 * @throws {SyntaxError} If the topic does not name a feed.
 */
export function parseFeedAddress(topic: string): FeedAddress {
  const at = topic.lastIndexOf(".feeds.");
  if (at < 1 || at + 7 === topic.length) {
    throw new SyntaxError(`Cannot parse feed address "${topic}": expected "<agent>.feeds.<feed>"`);
  }
  return { agent: topic.slice(0, at), feed: topic.slice(at + 7) };
}
