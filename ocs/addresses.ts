/** The names under which agents, their operations and their feeds are found on the router. @module */

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

/** Makes the wildcard pattern that matches every feed of every agent; its last component is empty and stands for any. */
export function feedPattern(addressRoot: string): string {
  return `${addressRoot}..feeds.`;
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
