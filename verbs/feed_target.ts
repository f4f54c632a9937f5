/** `AGENT.FEED` as operators write it, and the feed that is meant. @module */
import type { EncodedFeed } from "../ocs/mod.ts";
import { nearMiss } from "../site/near_miss.ts";
import { FeedNotFoundError } from "./errors.ts";
import type { SiteLink } from "./site_link.ts";

/** Agent and feed. */
export interface FeedTarget {
  readonly instanceId: string;
  readonly feedName: string;
}

/** A feed that is there. */
export interface FoundFeed extends FeedTarget {
  /** Null for an agent that does not tell. */
  readonly agentClass: string | null;
  /** What the agent says of it. */
  readonly info: EncodedFeed;
}

/**
 * Splits `AGENT.FEED` at its last dot.
 *
 * @throws {SyntaxError} If there is no agent or no feed.
 */
function parseFeedTarget(text: string): FeedTarget {
  const at = text.lastIndexOf(".");
  if (at < 1 || at === text.length - 1) {
    throw new SyntaxError(
      `Cannot read feed "${text}": expected AGENT.FEED, such as faker1.false_temperatures`,
    );
  }
  return { instanceId: text.slice(0, at), feedName: text.slice(at + 1) };
}

/**
 * Asks the agent for its feed.
 *
 * @throws {SyntaxError} If the text names none.
 * @throws {FeedNotFoundError} If the agent has no such feed; says which it has.
 * @throws {ControlClientError} If the agent does not answer.
 */
export async function findFeed(text: string, link: SiteLink): Promise<FoundFeed> {
  const { instanceId, feedName } = parseFeedTarget(text);
  const { api } = await link.client(instanceId);
  const found = api.feeds.find(([name]) => name === feedName);
  if (found === undefined) {
    const names = api.feeds.map(([name]) => name);
    const near = nearMiss(feedName, names);
    const hint = near === undefined ? "" : `; did you mean "${instanceId}.${near}"?`;
    throw new FeedNotFoundError(
      `Cannot find feed "${feedName}" on "${instanceId}": it has ${names.join(", ") || "none"}${hint}`,
    );
  }
  return { instanceId, feedName, agentClass: api.agent_class, info: found[1] };
}
