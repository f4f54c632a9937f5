/** Which failed runs were told of already. @module */
import { type AgentApi, OpCode } from "../ocs/mod.ts";
import type { LiveAgent } from "./fleet_event.ts";

/** An operation of an agent. */
export interface AgentOperation {
  readonly agent: string;
  readonly op: string;
}

/** A failed run, and whether it was told. */
interface Failure {
  readonly sessionId: number;
  readonly told: boolean;
}

/**
 * Remembers the last failed run of each operation, so that each is told once.
 *
 * A run that failed between two heartbeats of an operation that had failed before shows in neither; its session's number
 * is higher, and that is looked up now and then.
 */
export class FailureBook {
  readonly #last = new Map<string, Map<string, Failure>>();
  #turn = 0;

  /**
   * Takes note of a failed run that is about to be told.
   *
   * @param seen Heartbeats have shown it: then it is news unless it was told. Else it is news only where an earlier one
   * is known.
   * @returns Whether it is news.
   */
  tell({ agent, op }: AgentOperation, { sessionId, seen }: {
    readonly sessionId: number;
    readonly seen: boolean;
  }): boolean {
    const known = this.#last.get(agent)?.get(op);
    const isNews = known === undefined
      ? seen
      : sessionId > known.sessionId || seen && sessionId === known.sessionId && !known.told;
    if (isNews || known === undefined) this.#note({ agent, op }, { sessionId, told: isNews });
    return isNews;
  }

  /** Takes note of the runs that had failed before anybody watched. */
  noteAll(agent: string, api: AgentApi): void {
    for (const [op, session] of [...api.tasks, ...api.processes]) {
      if (session.status === "no_history" || session.op_code !== OpCode.FAILED) continue;
      const known = this.#last.get(agent)?.get(op);
      if (known === undefined) this.#note({ agent, op }, { sessionId: session.session_id, told: false });
    }
  }

  /** A new process counts its sessions from 0. */
  forget(agent: string): void {
    this.#last.delete(agent);
  }

  /** One of the operations that show as failed, each in its turn. */
  next(agents: Iterable<LiveAgent>): AgentOperation | undefined {
    const failed: AgentOperation[] = [];
    for (const { instance, operations } of agents) {
      for (const [op, { code }] of operations) {
        if (code === OpCode.FAILED) failed.push({ agent: instance, op });
      }
    }
    return failed[this.#turn++ % Math.max(1, failed.length)];
  }

  #note({ agent, op }: AgentOperation, failure: Failure): void {
    const ofAgent = this.#last.get(agent) ?? new Map<string, Failure>();
    ofAgent.set(op, failure);
    this.#last.set(agent, ofAgent);
  }
}
