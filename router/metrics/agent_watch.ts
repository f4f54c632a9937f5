/** Which agents beat, and what their operations do, as their heartbeats tell the router (OCS 4.8). @module */
import type { Logger } from "../../internal/log.ts";
import type { Event } from "../../wamp/message.ts";
import { JSON_SERIALIZER } from "../../wamp/serializers.ts";
import type { InternalSession } from "../core/internal_session.ts";

/** An agent whose heartbeat went through the router. */
export interface WatchedAgent {
  /** Such as `observatory.faker1`. */
  readonly address: string;
  /** Empty for an agent that does not tell. */
  readonly agentClass: string;
  /** When its process began, in Unix seconds; undefined for an agent that does not tell. */
  readonly startedSeconds: number | undefined;
  /** Since the router's start. */
  readonly heartbeats: number;
  /** Seconds since the last one. */
  readonly ageSeconds: number;
  /** Codes of its operations, 1 to 8, by name; all 7 (expired) for an agent that has not beaten for 5 s. */
  readonly opCodes: ReadonlyMap<string, number>;
}

/** What a watch needs. */
export interface AgentWatchOptions {
  /** A session that may subscribe; whoever opened it closes it, which ends the watch. */
  readonly session: InternalSession;
  /** First components of the agents' addresses; empty for any one component. */
  readonly addressRoot: string;
  readonly logger: Logger;
  /** Milliseconds that never run backwards. */
  monotonicMs(): number;
  /** Agents that are kept; those beyond are ignored. Default 1,000. */
  readonly mostAgents?: number;
}

interface Entry {
  agentClass: string;
  startedSeconds: number | undefined;
  heartbeats: number;
  heardMs: number;
  opCodes: ReadonlyMap<string, number>;
}

const HEARTBEAT = ".feeds.heartbeat";
/** Without a heartbeat for so long an agent is gone, as for the registry (OCS 4.8). */
export const AGENT_TIMEOUT_SECONDS = 5;
const EXPIRED = 7;
const HIGHEST_CODE = 8;
/** Whoever publishes can name agents and operations; what is kept of it has bounds. */
const MOST_AGENTS = 1000;
const MOST_OPERATIONS = 100;
const MOST_LETTERS = 200;

/** Listens to the heartbeats of all agents of a realm. */
export class AgentWatch {
  readonly #options: AgentWatchOptions;
  readonly #mostAgents: number;
  readonly #agents = new Map<string, Entry>();
  #ignored = 0;

  /** Listens from now on. */
  constructor(options: AgentWatchOptions) {
    this.#options = options;
    this.#mostAgents = options.mostAgents ?? MOST_AGENTS;
    const topic = `${options.addressRoot}.${HEARTBEAT}`;
    options.session.subscribe(topic, (event) => this.#heard(event), { match: "wildcard" })
      .catch((error: unknown) =>
        options.logger.error(`Metrics know of no agents, cannot listen to heartbeats: ${String(error)}`)
      );
  }

  /** Heartbeats that were none, or of an agent more than are kept. */
  get ignored(): number {
    return this.#ignored;
  }

  /** All agents, in the order in which they were first heard. */
  *agents(): Generator<WatchedAgent, void, void> {
    const nowMs = this.#options.monotonicMs();
    for (const [address, { heardMs, opCodes, ...entry }] of this.#agents) {
      const ageSeconds = Math.max(0, nowMs - heardMs) / 1000;
      const isGone = ageSeconds > AGENT_TIMEOUT_SECONDS;
      yield {
        address,
        ...entry,
        ageSeconds,
        opCodes: isGone ? new Map([...opCodes.keys()].map((name) => [name, EXPIRED])) : opCodes,
      };
    }
  }

  #heard({ details, payload }: Event): void {
    const { topic } = details;
    // The topic, not the message, says who it is: a role can be kept from topics.
    const address = typeof topic === "string" ? topic.slice(0, -HEARTBEAT.length) : "";
    const beat = isKept(address) ? readHeartbeat(payload) : undefined;
    const known = this.#agents.get(address);
    if (beat === undefined || known === undefined && !this.#makeRoom()) {
      this.#ignored++;
      return;
    }
    const heardMs = this.#options.monotonicMs();
    const entry: Entry = { ...beat, heardMs, heartbeats: (known?.heartbeats ?? 0) + 1 };
    this.#agents.set(address, entry);
  }

  /** Whether one more agent can be kept, if need be in the place of the one that has been gone the longest. */
  #makeRoom(): boolean {
    if (this.#agents.size < this.#mostAgents) return true;
    let [oldest, heardMs] = ["", Infinity];
    for (const [address, entry] of this.#agents) {
      if (entry.heardMs < heardMs) [oldest, heardMs] = [address, entry.heardMs];
    }
    if (this.#options.monotonicMs() - heardMs <= AGENT_TIMEOUT_SECONDS * 1000) return false;
    return this.#agents.delete(oldest);
  }
}

/** What a heartbeat tells; undefined for what is none. */
function readHeartbeat(
  payload: Event["payload"],
): Pick<Entry, "agentClass" | "startedSeconds" | "opCodes"> | undefined {
  let args: unknown[];
  try {
    // Any serializer decodes the payloads of all.
    ({ args } = JSON_SERIALIZER.decodePayload(payload));
  } catch {
    return undefined;
  }
  const [event] = args;
  if (!Array.isArray(event)) return undefined;
  const [message, feed]: unknown[] = event;
  if (!isRecord(feed)) return undefined;
  const { agent_class: agentClass, session_id: sessionId } = feed;
  const started = typeof sessionId === "string" && sessionId !== "" ? Number(sessionId) : NaN;
  // Historic agents beat with a 0.
  const codes = isRecord(message) ? Object.entries(message) : [];
  return {
    agentClass: typeof agentClass === "string" ? agentClass.slice(0, MOST_LETTERS) : "",
    startedSeconds: Number.isFinite(started) ? started : undefined,
    opCodes: new Map(codes.filter(isOperation).slice(0, MOST_OPERATIONS)),
  };
}

function isOperation(pair: [string, unknown]): pair is [string, number] {
  const [name, code] = pair;
  return isKept(name) && Number.isInteger(code) && Number(code) >= 1 && Number(code) <= HIGHEST_CODE;
}

function isKept(name: string): boolean {
  return name !== "" && name.length <= MOST_LETTERS;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
