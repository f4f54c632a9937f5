/** What Tab offers beyond the agents' descriptions, kept so that a key never waits for the network. @module */
import { agentAddress, opsProcedure, parseBlocks, parseFeedEvent, parseReply } from "../ocs/mod.ts";
import { pause } from "../internal/pause.ts";
import type { FleetWatch } from "../verbs/fleet_watch.ts";
import type { SiteLink } from "../verbs/site_link.ts";

/** What is looked at. */
export interface LiveCacheOptions {
  readonly link: Pick<SiteLink, "clientSite" | "connection">;
  readonly fleet: Pick<FleetWatch, "agents">;
}

/** So long a key waits for fresh data; what comes later is there at the next one. */
const PATIENCE_MS = 30;
const ASK_MS = 3000;
/** How long a feed is listened to for its fields. */
const LISTEN_MS = 10_000;
/** Feeds and operations that are remembered. */
const MAX_KEPT = 200;

/** Remembers session data and the fields of feeds. Whoever makes it disposes of it. */
export class LiveCache implements AsyncDisposable {
  readonly #options: LiveCacheOptions;
  readonly #data = new Map<string, unknown>();
  readonly #fields = new Map<string, ReadonlySet<string>>();
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  /** Asks nobody yet. */
  constructor(options: LiveCacheOptions) {
    this.#options = options;
  }

  /** Session data of an operation as it was last seen; asks for it anew in the background. */
  async sessionData(instance: string, opName: string): Promise<unknown> {
    const key = `${instance}.${opName}`;
    await this.#soon(`data ${key}`, async () => {
      const { link, fleet } = this.#options;
      if (fleet.agents.get(instance)?.api === undefined || link.connection.state !== "joined") return;
      const procedure = opsProcedure(agentAddress(link.clientSite.addressRoot, instance));
      // Not through the agent's client: looking must not count as the operator's own look.
      const options = { timeoutMs: ASK_MS, signal: this.#closing.signal };
      const answer = await link.connection.call(procedure, ["status", opName, {}], options);
      remember(this.#data, key, parseReply(answer).session.data);
    });
    return this.#data.get(key) ?? this.#described(instance, opName);
  }

  /** Fields of a feed that were seen; listens for more in the background. */
  async feedFields(instance: string, feed: string): Promise<readonly string[]> {
    const key = `${instance}.${feed}`;
    await this.#soon(`feed ${key}`, async () => {
      const { link, fleet } = this.#options;
      const info = fleet.agents.get(instance)?.api?.feeds.find(([name]) => name === feed)?.[1];
      if (info === undefined || link.connection.state !== "joined") return;
      const enough = new AbortController();
      const signal = AbortSignal.any([enough.signal, this.#closing.signal]);
      await using _subscription = await link.connection.subscribe(info.address, ({ args }) => {
        remember(this.#fields, key, new Set([...this.#fields.get(key) ?? [], ...fieldsOf(args)]));
        enough.abort();
      });
      await pause(LISTEN_MS, { signal });
    });
    return [...this.#fields.get(key) ?? []];
  }

  /** Gives up what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#underWay.values());
  }

  /** Does something unless it is being done; waits for a moment only. */
  async #soon(key: string, task: () => Promise<void>): Promise<void> {
    let work = this.#underWay.get(key);
    if (work === undefined) {
      // Nobody is told: Tab offers what there is.
      work = task().catch(() => {}).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, work);
    }
    const over = new AbortController();
    await Promise.race([work, pause(PATIENCE_MS, { signal: over.signal })]);
    over.abort();
  }

  #described(instance: string, opName: string): unknown {
    const api = this.#options.fleet.agents.get(instance)?.api;
    const [, session] = [...api?.tasks ?? [], ...api?.processes ?? []].find(([name]) => name === opName) ??
      [];
    return session !== undefined && "data" in session ? session.data : undefined;
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MAX_KEPT) return;
    map.delete(oldest);
  }
}

function fieldsOf(args: readonly unknown[]): string[] {
  try {
    const { message } = parseFeedEvent(args);
    return parseBlocks(message).flatMap(({ data }) => Object.keys(data));
  } catch {
    // Not a feed of blocks: it has no fields.
    return [];
  }
}
