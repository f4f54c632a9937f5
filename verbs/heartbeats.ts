/** Reads heartbeats, and what the registry made of them. @module */
import { OpCode, parseFeedEvent } from "../ocs/mod.ts";
import type { Beat } from "./fleet_agent.ts";

const CODES: ReadonlyMap<unknown, OpCode> = new Map(Object.values(OpCode).map((code) => [code, code]));

/** Reads a heartbeat; one that cannot be read is a heartbeat all the same. */
export function readHeartbeat(args: readonly unknown[]): Beat {
  try {
    const { message, feed } = parseFeedEvent(args);
    return {
      codes: readCodes(message),
      agentClass: feed.agent_class,
      sessionId: feed.session_id === "" ? undefined : feed.session_id,
    };
  } catch {
    // What is in it is the agent's word; that it came is what counts.
    return { codes: undefined, agentClass: null, sessionId: undefined };
  }
}

/** Codes by operation; values that are none are left out. Historic agents send the number 0 (spec ocs 4.8). */
function readCodes(message: unknown): ReadonlyMap<string, OpCode> | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const codes = new Map<string, OpCode>();
  for (const [op, value] of Object.entries(message)) {
    const code = CODES.get(value);
    if (code !== undefined) codes.set(op, code);
  }
  return codes;
}

/** An agent as the registry knows it. */
export interface RegistryRow {
  readonly address: string;
  readonly beat: Beat;
  readonly expired: boolean;
  /** Seconds since it was last heard, when the registry looked. */
  readonly ageSeconds: number;
}

/**
 * Reads `session.data` of the registry's `main` (spec ocs 10.2); what is no agent in it is left out.
 *
 * Ages are by the registry's own clock: its last look is the newest of all times in the data.
 */
export function readRegistry(data: unknown): RegistryRow[] {
  const entries = Object.values(Object(data)).filter(isEntry);
  const lookedAt = Math.max(
    ...entries.flatMap(({ last_updated, time_expired }) => [last_updated, Number(time_expired ?? 0)]),
  );
  return entries.map((entry) => ({
    address: entry.agent_address,
    beat: {
      codes: readCodes(entry.op_codes),
      agentClass: typeof entry.agent_class === "string" ? entry.agent_class : null,
      sessionId: undefined,
    },
    expired: entry.expired === true,
    ageSeconds: Math.max(0, lookedAt - entry.last_updated),
  }));
}

/** What is used of an entry; the rest is looked at where it is used. */
interface RegistryEntry {
  readonly agent_address: string;
  readonly last_updated: number;
  readonly time_expired?: unknown;
  readonly op_codes?: unknown;
  readonly agent_class?: unknown;
  readonly expired?: unknown;
}

function isEntry(value: unknown): value is RegistryEntry {
  return typeof value === "object" && value !== null &&
    "agent_address" in value && typeof value.agent_address === "string" &&
    "last_updated" in value && typeof value.last_updated === "number";
}
