/** Who is there, for the text of an error. @module */
import { heartbeatPattern, parseFeedAddress } from "../ocs/mod.ts";
import type { WampSession } from "./wamp_session.ts";

/** Agents tell of themselves once a second. */
const LISTEN_MS = 1200;

/** Listens to heartbeats for a little more than their period; an empty list when that is not possible. */
export async function seenAgents(session: WampSession, addressRoot: string): Promise<string[]> {
  const seen = new Set<string>();
  try {
    await using _subscription = await session.subscribe(
      heartbeatPattern(addressRoot),
      ({ topic }) => seen.add(parseFeedAddress(topic).agent),
      { match: "wildcard" },
    );
    await new Promise((resolve) => setTimeout(resolve, LISTEN_MS));
  } catch {
    // It only makes an error's text better; that error is about to be told.
  }
  return [...seen].map((address) => address.slice(addressRoot.length + 1)).sort();
}
