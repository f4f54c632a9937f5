/** One agent of the live picture: what its heartbeats tell, without I/O. @module */
import { type AgentApi, OpCode } from "../ocs/mod.ts";
import type { FleetEvent, LiveAgent, LiveOperation } from "./fleet_event.ts";

/** What one heartbeat tells. */
export interface Beat {
  /** Codes by operation; undefined where the agent does not tell. */
  readonly codes: ReadonlyMap<string, OpCode> | undefined;
  readonly agentClass: string | null;
  /** Tells one process from the next; undefined where nobody knows. */
  readonly sessionId: string | undefined;
}

const ACTIVE: ReadonlySet<OpCode | undefined> = new Set([
  OpCode.STARTING,
  OpCode.RUNNING,
  OpCode.STOPPING,
  OpCode.DEGRADED,
]);

/** An agent, and what was last heard of it. */
export class FleetAgent implements LiveAgent {
  readonly instance: string;
  readonly address: string;
  agentClass: string | null = null;
  api: AgentApi | undefined;
  state: LiveAgent["state"] = "up";
  heardMs: number;
  readonly operations = new Map<string, LiveOperation>();
  /** Codes as they were last heard; other than `operations` they do not expire. */
  readonly #heard = new Map<string, OpCode>();
  #sessionId: string | undefined;

  constructor(
    instance: string,
    { address, heardMs }: { readonly address: string; readonly heardMs: number },
  ) {
    this.instance = instance;
    this.address = address;
    this.heardMs = heardMs;
  }

  /** Operations that ran when it was last heard. */
  get running(): string[] {
    return [...this.#heard].filter(([, code]) => ACTIVE.has(code)).map(([op]) => op);
  }

  /**
   * Takes a heartbeat; gives what is new about it, without messages.
   *
   * @param isFirst Nothing was known before, so nothing is news.
   */
  heartbeat(beat: Beat, nowMs: number, isFirst = false): FleetEvent[] {
    const { codes, agentClass, sessionId } = beat;
    const news: FleetEvent[] = [];
    const agent = this.instance;
    const restarted = sessionId !== undefined && this.#sessionId !== undefined &&
      sessionId !== this.#sessionId;
    if (restarted || this.state === "expired") {
      news.push({ kind: "agent-returned", agent, restarted, lost: restarted ? this.running : [] });
      this.state = "up";
    }
    if (restarted) {
      // A new process has run nothing yet: whatever it tells of has happened since.
      for (const op of this.#heard.keys()) this.#heard.set(op, OpCode.NONE);
      this.api = undefined;
    }
    this.heardMs = nowMs;
    this.agentClass = agentClass ?? this.agentClass;
    this.#sessionId = sessionId ?? this.#sessionId;
    if (codes !== undefined) {
      for (const op of this.operations.keys()) if (!codes.has(op)) this.#drop(op);
      for (const [op, code] of codes) news.push(...this.#take(op, { code, nowMs }));
    }
    return isFirst ? [] : news;
  }

  /** Not heard any more: what its operations do is not known. */
  expire(nowMs: number): FleetEvent {
    this.state = "expired";
    for (const op of this.operations.keys()) {
      this.operations.set(op, { code: OpCode.EXPIRED, sinceMs: nowMs });
    }
    return { kind: "agent-expired", agent: this.instance, running: this.running };
  }

  /** Takes its description; corrects since when operations are as they are by the times of their sessions. */
  describe(
    api: AgentApi,
    { nowMs, nowSeconds }: { readonly nowMs: number; readonly nowSeconds: number },
  ): void {
    this.api = api;
    if (this.state === "stuck") this.state = "up";
    const isUnheard = this.#heard.size === 0;
    for (const [op, session] of [...api.tasks, ...api.processes]) {
      // Nobody has told its codes yet, as with a registry, which does not list itself.
      if (isUnheard) {
        this.#take(op, { code: session.status === "no_history" ? OpCode.NONE : session.op_code, nowMs });
      }
      const shown = this.operations.get(op);
      if (session.status === "no_history" || shown?.code !== session.op_code) continue;
      const at = session.end_time ?? session.start_time;
      // By the agent's clock, so never in the future by ours.
      const sinceMs = nowMs - Math.max(0, nowSeconds - at) * 1000;
      if (sinceMs < shown.sinceMs) this.operations.set(op, { code: shown.code, sinceMs });
    }
  }

  #take(op: string, { code, nowMs }: { readonly code: OpCode; readonly nowMs: number }): FleetEvent[] {
    const before = this.#heard.get(op);
    const shown = this.operations.get(op);
    if (before === code && shown?.code === code) return [];
    this.#heard.set(op, code);
    this.operations.set(op, { code, sinceMs: nowMs });
    // Of an operation that was not known before nothing can be news.
    if (before === undefined || before === code) return [];
    const agent = this.instance;
    if (ACTIVE.has(code)) return ACTIVE.has(before) ? [] : [{ kind: "operation-started", agent, op }];
    if (code !== OpCode.SUCCEEDED && code !== OpCode.FAILED) return [];
    return [{ kind: "operation-ended", agent, op, success: code === OpCode.SUCCEEDED, messages: [] }];
  }

  #drop(op: string): void {
    this.operations.delete(op);
    this.#heard.delete(op);
  }
}
