/** All operations of all agents, in the order an operator wants. @module */
import { type AgentApi, OpCode, opCodeName } from "../ocs/mod.ts";
import type { LiveAgent } from "./fleet_event.ts";
import type { TableOrder, TopOrder } from "./top_order.ts";

/** One operation of an agent; an agent without operations is one row, too. */
export interface TopRow {
  readonly agent: string;
  /** Null for an agent that does not tell. */
  readonly agentClass: string | null;
  readonly state: LiveAgent["state"];
  /** Seconds since the agent was heard. */
  readonly heardSeconds: number;
  /** Null where the agent has none. */
  readonly operation: string | null;
  /** Such as `RUNNING`; null where there is no operation. */
  readonly code: string | null;
  /** How long it has been so; null where that is not known (yet), and for what never ran. */
  readonly forSeconds: number | null;
}

/** What a fleet tells, as far as it is shown. */
export interface FleetPicture {
  readonly agents: ReadonlyMap<string, LiveAgent>;
  /** The monotonic clock that the agents' times go by. */
  readonly nowMs: number;
}

/** The rows of a fleet. */
export function topRows({ agents, nowMs }: FleetPicture): TopRow[] {
  return [...agents.values()].flatMap((agent): TopRow[] => {
    const { instance, state, heardMs, operations, api } = agent;
    const heardSeconds = Math.max(0, (nowMs - heardMs) / 1000);
    const agentClass = agent.agentClass ?? api?.agent_class ?? null;
    const common = { agent: instance, agentClass, state, heardSeconds };
    const codes = operations.size > 0 ? operations : api === undefined ? NO_OPERATIONS : describedCodes(api);
    if (codes.size === 0) return [{ ...common, operation: null, code: null, forSeconds: null }];
    // What an agent that was not asked yet does since when is a guess.
    const isKnown = api !== undefined || state !== "up";
    return [...codes].map(([operation, { code, sinceMs }]) => ({
      ...common,
      operation,
      code: opCodeName(code) ?? String(code),
      forSeconds: isKnown && sinceMs !== undefined && code !== OpCode.NONE
        ? Math.max(0, (nowMs - sinceMs) / 1000)
        : null,
    }));
  });
}

type Codes = ReadonlyMap<string, { readonly code: OpCode; readonly sinceMs?: number }>;

const NO_OPERATIONS: Codes = new Map();

/** The operations of an agent whose heartbeat has not been heard yet. */
function describedCodes({ tasks, processes }: AgentApi): Codes {
  return new Map([...tasks, ...processes].map(([name, session]) => [
    name,
    { code: session.status === "no_history" ? OpCode.NONE : session.op_code },
  ]));
}

/** Whether nothing happens there: never run, or ended well. */
export function isIdle({ state, code }: TopRow): boolean {
  return state === "up" && (code === null || code === "NONE" || code === "SUCCEEDED");
}

/** Whether an operator should look at it. */
export function isTrouble({ state, code }: TopRow): boolean {
  return state !== "up" || code === "FAILED" || code === "DEGRADED" || code === "EXPIRED";
}

/**
 * Sorts rows; where they are equal, agent and operation decide.
 *
 * `age` is how long an operation has been as it is, the newest change first.
 */
export function sortRows(
  rows: readonly TopRow[],
  { by, reverse }: TableOrder,
): TopRow[] {
  const compare = COMPARE[by];
  const sign = reverse ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(a, b) || byName(a, b));
}

const COMPARE: Readonly<Record<TopOrder, (a: TopRow, b: TopRow) => number>> = {
  trouble: (a, b) => urgency(a) - urgency(b),
  agent: (a, b) => compareTexts(a.agent, b.agent),
  class: (a, b) => compareTexts(a.agentClass ?? "", b.agentClass ?? ""),
  state: (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state),
  age: (a, b) => (a.forSeconds ?? Infinity) - (b.forSeconds ?? Infinity) || 0,
  operation: (a, b) => compareTexts(a.operation ?? "", b.operation ?? ""),
};

const STATES: readonly LiveAgent["state"][] = ["expired", "stuck", "up"];

/** By code; what is not there is idle. */
const URGENCY: Readonly<Record<string, number>> = {
  FAILED: 2,
  DEGRADED: 3,
  STOPPING: 4,
  STARTING: 5,
  RUNNING: 6,
};

function urgency({ state, code }: TopRow): number {
  if (state !== "up") return STATES.indexOf(state);
  return URGENCY[code ?? ""] ?? (code === opCodeName(OpCode.SUCCEEDED) ? 7 : 8);
}

function byName(a: TopRow, b: TopRow): number {
  return compareTexts(a.agent, b.agent) || compareTexts(a.operation ?? "", b.operation ?? "");
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
