/** Events kept for subscribers that come later (spec 3.8), bounded in number and bytes. @module */
import type { Dict } from "../../wamp/message.ts";
import type { Payload } from "../../wamp/payload.ts";
import type { ReceiverFilter } from "./exclusion.ts";

/** The last event of a topic that was published with `retain`. */
export interface RetainedEvent {
  /** Its topic. */
  readonly topic: string;
  /** Its publication id, which the later delivery has, too. */
  readonly publication: number;
  /** Who published, as far as disclosed. */
  readonly disclosed: Dict;
  /** Who may have it. */
  readonly filter: ReceiverFilter | undefined;
  /** Args and kwargs. */
  readonly payload: Payload;
  /** What it is reckoned at. */
  readonly sizeBytes: number;
}

/** The retained events of a realm, the oldest first. */
export class RetainedStore {
  readonly #byTopic = new Map<string, RetainedEvent>();
  readonly #limits: { readonly retainedTopics: number; readonly retainedBytes: number };
  #sizeBytes = 0;

  /** Makes an empty store. */
  constructor(limits: { readonly retainedTopics: number; readonly retainedBytes: number }) {
    this.#limits = limits;
  }

  /** How many topics have one. */
  get size(): number {
    return this.#byTopic.size;
  }

  /** All of them, the oldest first. */
  all(): Iterable<RetainedEvent> {
    return this.#byTopic.values();
  }

  /** Keeps an event in the place of its topic's former one. Returns what had to go for it. */
  keep(event: Omit<RetainedEvent, "sizeBytes" | "payload">, payload: Payload): {
    readonly kept: RetainedEvent;
    readonly dropped: readonly RetainedEvent[];
  } {
    const copy = ownCopy(payload);
    const kept: RetainedEvent = { ...event, payload: copy, sizeBytes: sizeOf(copy) };
    const former = this.#byTopic.get(event.topic);
    if (former !== undefined) this.#remove(former);
    this.#byTopic.set(event.topic, kept);
    this.#sizeBytes += kept.sizeBytes;
    const dropped: RetainedEvent[] = [];
    for (const oldest of this.#byTopic.values()) {
      if (
        this.#byTopic.size <= this.#limits.retainedTopics && this.#sizeBytes <= this.#limits.retainedBytes
      ) break;
      this.#remove(oldest);
      dropped.push(oldest);
    }
    return { kept, dropped };
  }

  #remove(event: RetainedEvent): void {
    this.#byTopic.delete(event.topic);
    this.#sizeBytes -= event.sizeBytes;
  }
}

/** A raw payload is a window into a whole received frame, which must not stay in memory for it. */
function ownCopy(payload: Payload): Payload {
  return payload.kind === "raw" ? { ...payload, tail: payload.tail.slice() } : payload;
}

// Values made in this process are few and small (bridge, tests); they are reckoned at a flat rate.
function sizeOf(payload: Payload): number {
  return 512 + (payload.kind === "raw" ? payload.tail.length : 1024);
}
