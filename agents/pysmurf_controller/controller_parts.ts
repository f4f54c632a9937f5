/** What the operations of one pysmurf controller share. @module */
import type { Agent } from "../../framework/agent.ts";
import type { TimeoutLock } from "../../framework/timeout_lock.ts";
import type { CurrentSession } from "./current_session.ts";
import type { PysmurfControllerOptions } from "./options.ts";

/** Handed to everything that registers operations on the controller. */
export interface ControllerParts {
  /** Where operations and feeds are registered. */
  readonly agent: Agent;
  /** As given on the command line and in the site file. */
  readonly options: PysmurfControllerOptions;
  /** One script or function at a time, tried without waiting; the job is the label of its holder (smurf 2.7). */
  readonly lock: TimeoutLock;
  /** Whoever holds the lock attaches its session, so that what its child publishes reaches it. */
  readonly current: CurrentSession;
  /** The environment of children: the agent's own at this moment, with `SLOT` where `--slot` was given. */
  readonly childEnvironment: () => Record<string, string>;
}
