/** Who is there, for the text of an error. @module */
import { pause } from "../internal/pause.ts";
import { heartbeatPattern, parseFeedAddress } from "../ocs/mod.ts";
import type { WampSession } from "./wamp_session.ts";

/** Agents tell of themselves once a second. */
const LISTEN_MS = 1200;

/** Below this nothing would be heard. */
const TOO_SHORT_MS = 50;

/**
 * Listens to heartbeats for a little more than their period, within the time that the caller has left.
 *
 * @returns Undefined when there was no time to hear anybody.
 */
export async function seenAgents(
  session: WampSession,
  { addressRoot, leftMs }: { readonly addressRoot: string; readonly leftMs: number },
): Promise<string[] | undefined> {
  if (leftMs < TOO_SHORT_MS) return undefined;
  const seen = new Set<string>();
  try {
    await using _subscription = await session.subscribe(
      heartbeatPattern(addressRoot),
      ({ topic }) => seen.add(parseFeedAddress(topic).agent),
      { match: "wildcard" },
    );
    await pause(Math.min(LISTEN_MS, leftMs));
  } catch {
    // It only makes an error's text better; that error is about to be told.
  }
  return [...seen].map((address) => address.slice(addressRoot.length + 1)).sort();
}
