/** What happens on a site, as `FleetWatch` tells it. @module */
import type { AgentApi, OpCode, SessionMessage } from "../ocs/mod.ts";

/** An operation as the agent's heartbeats have it. */
export interface LiveOperation {
  /** `EXPIRED` while its agent is. */
  readonly code: OpCode;
  /** Since when, on the watch's monotonic clock; at the first sight of an agent that is a guess until its `api` is there. */
  readonly sinceMs: number;
}

/** An agent as it is now: the object stays the same and changes with the agent. */
export interface LiveAgent {
  readonly instance: string;
  /** Such as `FakeDataAgent`; null for one that does not tell. */
  readonly agentClass: string | null;
  readonly address: string;
  /** What it said of itself; undefined until it was asked, and while it does not answer. */
  readonly api: AgentApi | undefined;
  /** `stuck`: heard, but it does not answer. `expired`: not heard for 5 s, while the router was there. */
  readonly state: "up" | "stuck" | "expired";
  /** Empty for agents that do not tell. */
  readonly operations: ReadonlyMap<string, LiveOperation>;
  /** Last heartbeat, on the watch's monotonic clock. */
  readonly heardMs: number;
}

/** One piece of news. What is there at the first listing is none. */
export type FleetEvent =
  | { readonly kind: "agent-appeared"; readonly agent: string }
  | {
    readonly kind: "agent-expired";
    readonly agent: string;
    /** Operations that ran when it was last heard. */
    readonly running: readonly string[];
  }
  | {
    readonly kind: "agent-returned";
    readonly agent: string;
    /** Another process than before, whether or not anybody missed the old one; else it was only not heard. */
    readonly restarted: boolean;
    /** Operations that ended with the old process. */
    readonly lost: readonly string[];
  }
  | { readonly kind: "operation-started"; readonly agent: string; readonly op: string }
  | {
    readonly kind: "operation-ended";
    readonly agent: string;
    readonly op: string;
    readonly success: boolean;
    /** The last ones of a run that failed, oldest first; empty for one that succeeded, and where nobody could be asked. */
    readonly messages: readonly SessionMessage[];
  }
  | { readonly kind: "router-lost" }
  | { readonly kind: "router-back" };
