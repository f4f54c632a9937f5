/** Topics an agent listens to. @module */
import type { WampConnection } from "../client/wamp_connection.ts";
import type { SubscribeOptions, Subscription, WampEvent } from "../client/wamp_session.ts";
import type { AgentSubscription } from "./agent.ts";
import type { AgentLog } from "./agent_log.ts";
import { errorText } from "./run_outcome.ts";

interface Entry {
  readonly topic: string;
  readonly handler: (event: WampEvent) => void;
  readonly options: SubscribeOptions | undefined;
  live: Subscription | undefined;
  ended: boolean;
}

/** Everything an agent wants to hear; made once there is a connection, which renews it from then on. */
export class StartupSubscriptions {
  readonly #log: AgentLog;
  readonly #entries = new Set<Entry>();
  #connection: WampConnection | undefined;

  /** Starts empty. */
  constructor(log: AgentLog) {
    this.#log = log;
  }

  /** Adds a topic, at once where the agent has joined. */
  add(
    topic: string,
    handler: (event: WampEvent) => void,
    options: SubscribeOptions | undefined,
  ): AgentSubscription {
    const guarded = (event: WampEvent): void => {
      try {
        handler(event);
      } catch (error) {
        this.#log.error(`Handler of "${topic}" failed: ${errorText(error)}`);
      }
    };
    const entry: Entry = { topic, handler: guarded, options, live: undefined, ended: false };
    this.#entries.add(entry);
    if (this.#connection !== undefined) void this.#subscribe(entry, this.#connection);
    return {
      topic,
      unsubscribe: async () => {
        entry.ended = true;
        this.#entries.delete(entry);
        await entry.live?.unsubscribe();
      },
    };
  }

  /** Subscribes to whatever is not live yet; false when one was refused. */
  async subscribeAll(connection: WampConnection): Promise<boolean> {
    for (const entry of this.#entries) {
      if (entry.live === undefined && !await this.#subscribe(entry, connection)) return false;
    }
    this.#connection = connection;
    return true;
  }

  async #subscribe(entry: Entry, connection: WampConnection): Promise<boolean> {
    try {
      const live = await connection.subscribe(entry.topic, entry.handler, entry.options);
      entry.live = live;
      if (entry.ended) await live.unsubscribe();
      return true;
    } catch (error) {
      this.#log.error("Failed to subscribe to a feed or feed pattern; possible configuration problem.");
      this.#log.error(`"${entry.topic}": ${errorText(error)}`);
      return false;
    }
  }
}
