/** What the two ways of running agents, in one process or in many, have in common. @module */
import type { UpAgent } from "./up_plan.ts";

/** Agents that run because of `ocs up`. */
export interface Fleet extends AsyncDisposable {
  /** Starts agents one after the other; one that cannot be started is told and the others go on. */
  start(agents: readonly UpAgent[], signal: AbortSignal): Promise<void>;
  /** Resolves when all agents answer, with the seconds that took; with undefined when one of them has ended before. */
  readonly ready: Promise<number | undefined>;
  /** Resolves when no agent runs any more. */
  readonly allEnded: Promise<void>;
  /** Ends all agents politely, within their 10 s. */
  stop(): Promise<void>;
  /** Ends all agents on the spot, just before this process ends. */
  killNow(): void;
}

/** `ocs up` could not do its work. */
export class FleetFailure extends Error {
  /** Name of the class. */
  override readonly name = "FleetFailure";
}
