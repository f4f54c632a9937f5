/** The state of an operation as one small number. @module */
import { isTruthy } from "./python_text.ts";

/**
 * Operation codes, as in `session.op_code`, in heartbeats and on the registry's feed.
 *
 * Dashboards and alerts are written in these numbers: they never change.
 */
export const OpCode = {
  /** There is no session: the operation never ran, or a refused start cleared its last one. */
  NONE: 1,
  /** A start was accepted; the operation's own code has not begun. */
  STARTING: 2,
  /** The operation does its work. */
  RUNNING: 3,
  /** The operation was asked to stop or abort, has understood, and is winding up. */
  STOPPING: 4,
  /** The last run has ended well; a process that was stopped counts. */
  SUCCEEDED: 5,
  /** The last run has ended with an error. */
  FAILED: 6,
  /** Nobody knows: the agent has not been heard of. Made by the registry, never by an agent. */
  EXPIRED: 7,
  /** Running, but reporting that it cannot do its work just now, such as a process that reconnects to hardware. */
  DEGRADED: 8,
} as const;

/** One of the operation codes. */
export type OpCode = typeof OpCode[keyof typeof OpCode];

/** Where a session stands; moves forward only, steps may be left out. */
export const SESSION_STATUSES = ["starting", "running", "stopping", "done"] as const;

/** One of the four states of a session. */
export type SessionStatus = typeof SESSION_STATUSES[number];

/** Tells the name of an operation code; undefined for a number that is none. */
export function opCodeName(code: unknown): keyof typeof OpCode | undefined {
  // Object.entries forgets that the keys are those of OpCode.
  const entries = Object.entries(OpCode) as readonly [keyof typeof OpCode, OpCode][];
  return entries.find(([, value]) => value === code)?.[0];
}

/**
 * Works out the code of a session.
 *
 * @param session What the session says of itself. `success` counts by Python's truth: null, 0 and "" are failures.
 */
export function opCodeOf(
  session: { readonly status: SessionStatus; readonly degraded: boolean; readonly success: unknown },
): OpCode {
  switch (session.status) {
    case "starting":
      return OpCode.STARTING;
    case "running":
      return session.degraded ? OpCode.DEGRADED : OpCode.RUNNING;
    case "stopping":
      return OpCode.STOPPING;
    case "done":
      return isTruthy(session.success) ? OpCode.SUCCEEDED : OpCode.FAILED;
  }
}
