/** Feeds: what an agent publishes for recorders, databases and people. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import type { Logger } from "../internal/log.ts";
import { BackpressureError, NotConnectedError } from "../client/errors.ts";
import { WampError } from "../wamp/errors.ts";
import { errorText } from "./run_outcome.ts";
import { checkValues, type FieldKind, FieldKinds, toKind } from "./field_kinds.ts";
import type { AggParams } from "../ocs/encoded_feed.ts";
import { checkFieldName } from "../ocs/field_names.ts";
import { type EncodedBlock, FeedBlock } from "./feed_block.ts";
import { type CheckedSamples, checkTags, toSamples } from "./samples.ts";

/** How a feed is registered. */
export interface FeedSpec {
  /** True for readings that belong in files and databases: blocks of fields. False, the default: any message. */
  readonly record?: boolean | undefined;
  /** Default `{}`. */
  readonly aggParams?: AggParams | undefined;
  /**
   * Record feeds: readings are collected for so many seconds before they are published in one event. Default 0: at
   * once. Nothing flushes on a timer: the publish after that time does, or `flush`.
   */
  readonly bufferTimeSeconds?: number | undefined;
  /**
   * Record feeds: kinds of fields by name. A field that is not here takes the kind of its first value, where a plain
   * number means `float` and a bigint `int`.
   */
  readonly fields?: Readonly<Record<string, FieldKind>> | undefined;
  /**
   * Record feeds: a value of a single sample may also be a list, of entries of one kind. Python's feeds always take
   * those, but recorders and databases do not; so it is for passing on what others publish. Default false.
   */
  readonly lists?: boolean | undefined;
}

/** A registered feed; `M` is what it takes. */
export interface Feed<M = unknown> {
  /** Its name in the agent. */
  readonly name: string;
  /** Its topic, `<agent address>.feeds.<name>`. */
  readonly address: string;
  /** Whether it takes samples for recorders. */
  readonly record: boolean;
  /** Events that could not be sent because the router was away or read too slowly. */
  readonly lost: number;
  /**
   * Publishes a message, or on a record feed a sample or samples.
   *
   * Never throws because the router is away or reads too slowly: such an event is counted in `lost`, which is logged
   * at most once a minute.
   *
   * @throws {TypeError | RangeError} If a record feed cannot take it: a bad field name, a value of another kind, other
   * fields than the block had before, lengths that differ. Nothing of it is kept then.
   */
  publish(message: M): void;
  /** Publishes what a record feed has buffered, all blocks in one event; does nothing when there is nothing. */
  flush(): void;
}

/** What a feed needs of its agent. */
export interface FeedOwner {
  readonly address: string;
  readonly agentClass: string | null;
  /** Start time of the agent as text; tells recorders one run from the next. */
  readonly agentSessionId: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Sends an event; rejects when the router is away or reads too slowly. */
  publish(topic: string, args: readonly unknown[]): Promise<void>;
}

// Python peers drop the connection on a message above 1 MiB, so a large buffer goes out in several events.
const EVENT_BYTES = 800_000;
const COMPLAINT_PERIOD_MS = 60_000;
/** A count of what was lost comes as often at most, while some events get through and others do not. */
const RECOVERY_PERIOD_MS = 10_000;

/** The framework's side of a `Feed`. */
export class OwnedFeed implements Feed {
  readonly name: string;
  readonly address: string;
  readonly record: boolean;
  readonly #owner: FeedOwner;
  readonly #clock: Clock;
  readonly #aggParams: AggParams;
  readonly #bufferTimeSeconds: number;
  readonly #kinds: FieldKinds;
  readonly #lists: boolean;
  readonly #blocks = new Map<string, FeedBlock>();
  #bufferSince: number | undefined;
  #lost = 0;
  #complainedAtMs = -Infinity;
  #recoveredAtMs = -Infinity;
  #isLosing = false;

  /** Makes a feed; nothing is sent yet. */
  constructor(owner: FeedOwner, name: string, spec: FeedSpec = {}) {
    this.#owner = owner;
    this.#clock = owner.clock ?? SYSTEM_CLOCK;
    this.name = name;
    this.address = `${owner.address}.feeds.${name}`;
    this.record = spec.record ?? false;
    this.#aggParams = spec.aggParams ?? {};
    this.#bufferTimeSeconds = spec.bufferTimeSeconds ?? 0;
    this.#kinds = new FieldKinds(spec.fields);
    this.#lists = spec.lists ?? false;
  }

  /** Events that were lost. */
  get lost(): number {
    return this.#lost;
  }

  /** The feed as every event carries it, keys in Python's order (OCS 4.2). */
  encoded(): Record<string, unknown> {
    return {
      agent_address: this.#owner.address,
      agg_params: this.#aggParams,
      feed_name: this.name,
      address: this.address,
      record: this.record,
      session_id: this.#owner.agentSessionId,
      agent_class: this.#owner.agentClass,
    };
  }

  /** Publishes or buffers. */
  publish(message: unknown): void {
    if (!this.record) return this.#send(message);
    const now = this.#clock.now();
    this.#store(toSamples(message, now));
    this.#bufferSince ??= now;
    if (now - this.#bufferSince >= this.#bufferTimeSeconds) this.flush();
  }

  /** Publishes the buffered blocks. */
  flush(): void {
    this.#bufferSince = undefined;
    for (const event of eventsOf([...this.#blocks.values()])) this.#send(event);
    for (const block of this.#blocks.values()) block.clear();
  }

  #store({ blockName, timestamps, data, influxdbTags, single }: CheckedSamples): void {
    const columns = new Map<string, unknown[]>();
    const kinds = new Map<string, FieldKind>();
    for (const [field, values] of Object.entries(data)) {
      checkFieldName(field);
      const entries = this.#lists && single ? values.flat() : values;
      checkValues(entries, single);
      const kind = this.#kinds.of(blockName, field, entries);
      if (kind !== undefined) kinds.set(field, kind);
      const convert = (value: unknown): unknown => kind === undefined ? value : toKind(value, kind, field);
      columns.set(field, values.map((value) => Array.isArray(value) ? value.map(convert) : convert(value)));
    }
    checkTags(influxdbTags, data);
    const block = this.#blocks.get(blockName) ?? new FeedBlock(blockName, [...columns.keys()]);
    block.extend(timestamps, columns, influxdbTags ?? null);
    // Only now that everything about the samples is good: a refused message leaves no trace.
    this.#blocks.set(blockName, block);
    for (const [field, kind] of kinds) this.#kinds.keep(blockName, field, kind);
  }

  #send(message: unknown): void {
    // One positional argument, the pair: Python consumers and ocs-web unpack it so (OCS 4.1).
    this.#owner.publish(this.address, [[message, this.encoded()]]).then(() => this.#recovered(), (cause) => {
      this.#lost++;
      this.#complain(cause);
    });
  }

  #recovered(): void {
    if (!this.#isLosing) return;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#recoveredAtMs < RECOVERY_PERIOD_MS) return;
    this.#recoveredAtMs = nowMs;
    this.#isLosing = false;
    this.#owner.log.info(`Publishing to feed ${this.name} again; ${this.#lost} events were lost so far`);
  }

  /** Says it like Python, but not once per event: a feed at 200 Hz would fill the disk during an outage. */
  #complain(cause: unknown): void {
    // Also where nothing is said now: a second outage within the minute is told when it is over.
    this.#isLosing = true;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#complainedAtMs < COMPLAINT_PERIOD_MS) return;
    this.#complainedAtMs = nowMs;
    const away = cause instanceof NotConnectedError || cause instanceof WampError;
    const what = away
      ? `${this.record ? "" : "TransportLost. "}crossbar server likely unreachable. `
      : cause instanceof BackpressureError
      ? "crossbar server does not keep up. "
      : "";
    this.#owner.log.error(
      `Could not publish to Feed. ${what}(feed ${this.name}, ${this.#lost} events lost so far: ${
        errorText(cause)
      })`,
    );
  }
}

/** One message for everything, or several where one would be too large for Python peers. */
function* eventsOf(blocks: readonly FeedBlock[]): Generator<Record<string, EncodedBlock>> {
  const full = blocks.filter((block) => block.length > 0);
  if (full.length === 0) return;
  if (full.reduce((sum, block) => sum + block.bytes, 0) <= EVENT_BYTES) {
    yield Object.fromEntries(full.map((block) => [block.name, block.encoded()]));
    return;
  }
  for (const block of full) {
    const rows = Math.max(1, Math.floor(block.length * EVENT_BYTES / block.bytes));
    for (let from = 0; from < block.length; from += rows) {
      yield { [block.name]: block.encoded(from, from + rows) };
    }
  }
}
