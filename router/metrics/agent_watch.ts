/** Which agents beat, and what their operations do, as their heartbeats tell the router (OCS 4.8). @module */
import { isRecord } from "../../internal/is_record.ts";
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
  /** Operations that are kept of all agents together. Default 20,000, which cost a scrape some 60 ms. */
  readonly mostOperations?: number;
}

interface Heartbeat {
  readonly agentClass: string;
  readonly startedSeconds: number | undefined;
  readonly operations: readonly (readonly [string, number])[];
}

interface Entry {
  readonly agentClass: string;
  readonly startedSeconds: number | undefined;
  readonly heartbeats: number;
  readonly heardMs: number;
  readonly opCodes: ReadonlyMap<string, number>;
}

const HEARTBEAT = ".feeds.heartbeat";
/** Without a heartbeat for so long an agent is gone, as for the registry (OCS 4.8). */
export const AGENT_TIMEOUT_SECONDS = 5;
const EXPIRED = 7;
const HIGHEST_CODE = 8;
/** Whoever publishes can name agents and operations; what is kept of it has bounds. */
const MOST_AGENTS = 1000;
const MOST_OPERATIONS = 20_000;
const MOST_OPERATIONS_OF_ONE = 100;
const MOST_LETTERS = 200;

/** Listens to the heartbeats of all agents of a realm. */
export class AgentWatch {
  readonly #options: AgentWatchOptions;
  readonly #mostAgents: number;
  readonly #mostOperations: number;
  readonly #agents = new Map<string, Entry>();
  #operations = 0;
  #ignored = 0;

  /** Listens from now on. */
  constructor(options: AgentWatchOptions) {
    this.#options = options;
    this.#mostAgents = options.mostAgents ?? MOST_AGENTS;
    this.#mostOperations = options.mostOperations ?? MOST_OPERATIONS;
    const topic = `${options.addressRoot}.${HEARTBEAT}`;
    options.session.subscribe(topic, (event) => this.#heard(event), { match: "wildcard" })
      .catch((error: unknown) =>
        options.logger.error(`Metrics know of no agents, cannot listen to heartbeats: ${String(error)}`)
      );
  }

  /** Heartbeats that were none, or of which something is not kept because of a bound. */
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
    this.#operations -= known?.opCodes.size ?? 0;
    const room = Math.min(MOST_OPERATIONS_OF_ONE, this.#mostOperations - this.#operations);
    const { operations, agentClass, startedSeconds } = beat;
    if (operations.length > room) this.#ignored++;
    const opCodes = new Map(operations.slice(0, room));
    this.#operations += opCodes.size;
    const heartbeats = (known?.heartbeats ?? 0) + 1;
    const heardMs = this.#options.monotonicMs();
    this.#agents.set(address, { agentClass, startedSeconds, heartbeats, heardMs, opCodes });
  }

  /** Whether one more agent can be kept, if need be in the place of the one that has been gone the longest. */
  #makeRoom(): boolean {
    if (this.#agents.size < this.#mostAgents) return true;
    let [oldest, heardMs] = ["", Infinity];
    for (const [address, entry] of this.#agents) {
      if (entry.heardMs < heardMs) [oldest, heardMs] = [address, entry.heardMs];
    }
    if (this.#options.monotonicMs() - heardMs <= AGENT_TIMEOUT_SECONDS * 1000) return false;
    this.#operations -= this.#agents.get(oldest)?.opCodes.size ?? 0;
    return this.#agents.delete(oldest);
  }
}

/** What a heartbeat tells; undefined for what is none. */
function readHeartbeat(
  payload: Event["payload"],
): Heartbeat | undefined {
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
    operations: codes.filter(isOperation),
  };
}

function isOperation(pair: [string, unknown]): pair is [string, number] {
  const [name, code] = pair;
  return isKept(name) && Number.isInteger(code) && Number(code) >= 1 && Number(code) <= HIGHEST_CODE;
}

/** Names with half a surrogate pair would all become the same in UTF-8, and two equal series are none for Prometheus. */
function isKept(name: string): boolean {
  return name !== "" && name.length <= MOST_LETTERS && name.isWellFormed();
}
