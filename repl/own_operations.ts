/** What this prompt has started and still runs. @module */
import { type AnyOperation, type ClientRequest, OCSReply, OpCode, type RequestGuard } from "../client/mod.ts";
import type { OperationKind } from "../ocs/mod.ts";
import type { FleetWatch } from "../verbs/fleet_watch.ts";
import type { SiteLink } from "../verbs/site_link.ts";

/** One operation of this prompt's. */
export interface OwnOperation {
  readonly agent: string;
  readonly op: string;
  readonly kind: OperationKind;
  readonly sessionId: number | undefined;
  readonly startedMs: number;
}

/** The fleet as far as it is looked at here. */
export type FleetView = Pick<FleetWatch, "agents" | "nowMs">;

const ACTIVE: ReadonlySet<OpCode | undefined> = new Set([
  OpCode.STARTING,
  OpCode.RUNNING,
  OpCode.STOPPING,
  OpCode.DEGRADED,
]);
const ASK_SECONDS = 1;
/** A heartbeat that comes sooner after a start may have been on its way before. */
const HEARTBEAT_MS = 1100;
/** Within so long a heartbeat tells an end, and the messages of a failure are there. */
const SEEN_MS = 3000;

/** Notices every start that goes through the prompt's clients, from verbs and TypeScript alike. */
export class OwnOperations implements RequestGuard {
  /** Never: what an operator has under way at the prompt is interrupted line by line. */
  readonly interrupted: AbortSignal = new AbortController().signal;
  readonly #running = new Map<string, OwnOperation>();
  readonly #shown = new Set<string>();
  /** When an end was seen in an answer. */
  readonly #seen = new Map<string, number>();
  readonly #beforeRequest: (request: ClientRequest) => Promise<void>;
  #fleet: FleetView | undefined;

  /** @param beforeRequest Called before each request; what it throws refuses the request. */
  constructor(beforeRequest: (request: ClientRequest) => Promise<void>) {
    this.#beforeRequest = beforeRequest;
  }

  /** Where the heartbeats are seen that tell of an operation's end. */
  set fleet(fleet: FleetView) {
    this.#fleet = fleet;
  }

  /** Those that still run, oldest first, as far as their agents' heartbeats tell. */
  get running(): readonly OwnOperation[] {
    for (const [key, own] of this.#running) if (this.#hasEnded(own)) this.#running.delete(key);
    return [...this.#running.values()];
  }

  /** Whether it is one of these. */
  has(agent: string, op: string): boolean {
    return this.#running.has(`${agent}.${op}`);
  }

  /** Whether an answer has just shown the end of one of these: then the heartbeat that tells it is no news. */
  sawEnd(agent: string, op: string): boolean {
    const key = `${agent}.${op}`;
    const atMs = this.#seen.get(key);
    return atMs !== undefined && (this.#fleet?.nowMs ?? 0) - atMs < SEEN_MS;
  }

  /** Says that what it says is on the screen already, until disposed of. */
  show(agent: string, op: string): Disposable {
    const key = `${agent}.${op}`;
    this.#shown.add(key);
    return { [Symbol.dispose]: () => this.#shown.delete(key) };
  }

  /** Whether what it says is on the screen already. */
  isShown(agent: string, op: string): boolean {
    return this.#shown.has(`${agent}.${op}`);
  }

  /** It has ended, or its agent has. */
  forget(agent: string, op?: string): void {
    for (const [key, own] of this.#running) {
      if (own.agent === agent && (op === undefined || own.op === op)) this.#running.delete(key);
    }
  }

  /** Asks how they are, for a moment: a heartbeat may be a second old. */
  async refresh({ client }: Pick<SiteLink, "client">): Promise<void> {
    await Promise.all(this.running.map(async ({ agent, op }) => {
      try {
        // The answer passes through `around`.
        await (await client(agent)).operation(op).status({ timeoutSeconds: ASK_SECONDS });
      } catch {
        // Whoever cannot tell counts as running.
      }
    }));
  }

  /** Lets a request through and looks at its answer. */
  readonly around = async <T>(request: ClientRequest, send: () => Promise<T>): Promise<T> => {
    await this.#beforeRequest(request);
    const answer = await send();
    if (answer instanceof OCSReply && request.operation !== undefined) {
      this.#take(request, request.operation, answer);
    }
    return answer;
  };

  #take({ agent, action }: ClientRequest, { opName, kind }: AnyOperation, { ok, session }: OCSReply): void {
    const key = `${agent}.${opName}`;
    const own = this.#running.get(key);
    if (own !== undefined && session.session_id === own.sessionId && session.status === "done") {
      this.#running.delete(key);
      this.#seen.set(key, this.#fleet?.nowMs ?? 0);
    } else if (action === "start" && ok && session.status !== "done") {
      const startedMs = this.#fleet?.nowMs ?? 0;
      this.#seen.delete(key);
      this.#running.set(key, { agent, op: opName, kind, sessionId: session.session_id, startedMs });
    }
  }

  #hasEnded({ agent, op, startedMs }: OwnOperation): boolean {
    const live = this.#fleet?.agents.get(agent);
    const state = live?.operations.get(op);
    if (live === undefined || state === undefined || live.heardMs < startedMs + HEARTBEAT_MS) return false;
    return live.state !== "expired" && !ACTIVE.has(state.code);
  }
}
