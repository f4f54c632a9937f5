/** Who was refused what for want of a password: counted, logged, and kept for whoever asks. @module */
import type { Clock } from "../internal/clock.ts";
import { Float } from "../internal/float.ts";
import { printable } from "../internal/limited_log.ts";
import { type CredLevel, credLevelText } from "../ocs/access_level.ts";
import type { AgentLog } from "./agent_log.ts";

/** A caller, as far as the router tells. */
export interface WireCaller {
  /** Id of its session. */
  readonly session?: number | undefined;
  /** Who it proved to be. */
  readonly authId?: string | undefined;
  /** Its role in the realm. */
  readonly authRole?: string | undefined;
}

/** A request that was refused. */
export interface Refusal {
  readonly action: "start" | "stop" | "abort";
  readonly opName: string;
  /** What the caller may do. */
  readonly level: CredLevel;
  /** What the operation asks for. */
  readonly required: CredLevel;
  readonly caller: WireCaller | undefined;
}

/** Refusals that are kept; all are counted. */
const KEPT = 10;

/** Writes who called; empty where the router does not tell. */
export function callerText(caller: WireCaller | undefined): string {
  const { session, authId, authRole } = caller ?? {};
  const parts = [
    session === undefined ? "" : `session ${session}`,
    authId === undefined ? "" : `of ${JSON.stringify(printable(authId))}`,
    authRole === undefined ? "" : `in role ${JSON.stringify(printable(authRole))}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** The refusals of one agent since it was started. */
export class Refusals {
  readonly #log: AgentLog;
  readonly #clock: Clock;
  readonly #last: Record<string, unknown>[] = [];
  #count = 0;

  constructor(log: AgentLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Counts a refusal and says it in the log, with Python's words first. */
  note({ action, opName, level, required, caller }: Refusal): void {
    this.#count++;
    const who = callerText(caller);
    this.#log.warn(
      `Rejected underprivileged "${action}" request for ${opName}${who === "" ? "" : ` by ${who}`}: ` +
        `it has level ${credLevelText(level)}, expected ${credLevelText(required)} or more ` +
        `(${this.#count} refused so far)`,
    );
    this.#last.push({
      timestamp: new Float(this.#clock.now()),
      action,
      op_name: opName,
      level,
      required,
      caller: who === "" ? null : who,
    });
    if (this.#last.length > KEPT) this.#last.shift();
  }

  /** How many there were, and the last ones, oldest first: the answer to the query `get_refusals`. */
  encoded(): Record<string, unknown> {
    return { count: this.#count, last: [...this.#last] };
  }
}
