/** What the registry knows of all agents, free of WAMP. @module */
import { Float } from "../../internal/float.ts";
import type { FeedEvent } from "../../ocs/encoded_feed.ts";
import { OpCode } from "../../ocs/op_code.ts";

/** Seconds without a heartbeat after which an agent counts as gone. */
const AGENT_TIMEOUT_SECONDS = 5;

/** Codes of an agent's operations by name: whole numbers from 1 to 8, unless the agent sends something odd. */
export type OpCodes = Readonly<Record<string, unknown>>;

/** An agent as clients see it in the registry's `session.data`. */
export interface RegisteredAgent {
  readonly expired: boolean;
  /** Unix seconds; moves with every look at an agent that is gone. */
  readonly time_expired: Float | null;
  /** Unix seconds of the last heartbeat. */
  readonly last_updated: Float;
  readonly op_codes: OpCodes;
  readonly agent_class: string | null;
  readonly agent_address: string;
}

interface Entry {
  readonly agentAddress: string;
  readonly agentClass: string | null;
  /** Operations that an agent no longer tells of stay. */
  readonly opCodes: Record<string, unknown>;
  lastUpdated: number;
  timeExpired: number | undefined;
}

/** All agents that were ever heard of; none is ever forgotten. */
export class AgentBook {
  readonly #entries = new Map<string, Entry>();

  /** Addresses of all agents, in the order in which they were first heard of. */
  addresses(): Iterable<string> {
    return this.#entries.keys();
  }

  /** The codes of an agent's operations; none for an unknown one. */
  opCodes(agentAddress: string): OpCodes {
    return this.#entries.get(agentAddress)?.opCodes ?? {};
  }

  /**
   * Takes note of a heartbeat.
   *
   * @returns Whether it brought anything new about the agent's operations. An operation that vanished counts, every time:
   * so it is with Python's registry.
   */
  heartbeat({ message, feed }: FeedEvent, now: number): boolean {
    const entry = this.#entries.get(feed.agent_address) ?? {
      agentAddress: feed.agent_address,
      agentClass: feed.agent_class,
      // Without a prototype an operation may have any name.
      opCodes: Object.create(null),
      lastUpdated: now,
      timeExpired: undefined,
    };
    this.#entries.set(feed.agent_address, entry);
    entry.lastUpdated = now;
    entry.timeExpired = undefined;
    // Historic agents beat with a 0.
    const codes = typeof message === "object" && message !== null ? Object.entries(message) : [];
    let isNew = codes.length !== Object.keys(entry.opCodes).length;
    for (const [name, code] of codes) {
      if (entry.opCodes[name] === code) continue;
      isNew = true;
      entry.opCodes[name] = code;
    }
    return isNew;
  }

  /** Looks for agents without a heartbeat; the codes of all their operations become EXPIRED. */
  expire(now: number): void {
    for (const entry of this.#entries.values()) {
      if (now - entry.lastUpdated <= AGENT_TIMEOUT_SECONDS) continue;
      // Peer ocs (RegisteredAgent.expire): done again at every look, so the time goes on.
      entry.timeExpired = now;
      for (const name of Object.keys(entry.opCodes)) entry.opCodes[name] = OpCode.EXPIRED;
    }
  }

  /** All agents by address, as they are now. */
  described(): Record<string, RegisteredAgent> {
    const agents: Record<string, RegisteredAgent> = {};
    for (const [address, entry] of this.#entries) {
      agents[address] = {
        expired: entry.timeExpired !== undefined,
        time_expired: entry.timeExpired === undefined ? null : new Float(entry.timeExpired),
        last_updated: new Float(entry.lastUpdated),
        op_codes: { ...entry.opCodes },
        agent_class: entry.agentClass,
        agent_address: entry.agentAddress,
      };
    }
    return agents;
  }
}
