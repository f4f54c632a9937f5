/** Whether agents answer, which is more than that they run. @module */
import { pause } from "../../internal/pause.ts";
import type { Authentication } from "../../client/mod.ts";
import { type OpenTransport, WampConnection } from "../../client/wamp_connection.ts";

/** Who is asked, and through which router. */
export interface AnsweringOptions {
  /** Addresses of the agents. */
  readonly addresses: readonly string[];
  readonly url: string;
  readonly realm: string;
  /** Who to be there. Default: anonymous. */
  readonly authentication?: Authentication | undefined;
  /** A way to the router inside this process. */
  readonly openTransport?: OpenTransport | undefined;
  /** Gives up. */
  readonly signal: AbortSignal;
  /** Told once, after 20 s, which agents have not answered yet. */
  readonly onLate: (addresses: readonly string[]) => void;
}

const ASK_AGAIN_MS = 100;
const ANSWER_MS = 2000;
const LATE_MS = 20_000;

/**
 * Asks every agent for its description until all have answered.
 *
 * Lines of their logs do not tell: an agent that has joined may not have registered yet, and `LOGLEVEL` silences it.
 *
 * @returns False if the signal was aborted before.
 */
export async function untilAnswering(options: AnsweringOptions): Promise<boolean> {
  const { addresses, url, realm, authentication, openTransport, signal, onLate } = options;
  const silent = new Set(addresses);
  const late = setTimeout(() => onLate([...silent]), LATE_MS);
  const connection = new WampConnection({ url, realm, authentication, openTransport });
  try {
    await Promise.all(addresses.map(async (address) => {
      while (!signal.aborted) {
        try {
          await connection.call(address, ["get_api"], { timeoutMs: ANSWER_MS, signal });
          silent.delete(address);
          return;
        } catch {
          // Not there yet, or no session with the router yet: both pass.
          await pause(ASK_AGAIN_MS, { signal });
        }
      }
    }));
    return silent.size === 0;
  } finally {
    clearTimeout(late);
    await connection.close();
  }
}
