/** A connection between the core and a transport: encodes, decodes, watches, bounds. @module */
import type { Logger } from "../internal/log.ts";
import type { ServerTransport } from "../transport/server_transport.ts";
import { CloseCode } from "../transport/websocket_framing.ts";
import { splitBatch } from "../wamp/batch.ts";
import { ProtocolViolation } from "../wamp/errors.ts";
import type { Hello, Message } from "../wamp/message.ts";
import type { Serializer } from "../wamp/serializer.ts";
import type { CoreSession } from "./core/connection.ts";
import type { BatchForm, FrameEncoder, FrameEncoders } from "./frame_encoder.ts";
import type { RouterLimits } from "./limits.ts";
import { replacementFor } from "./oversize.ts";
import type { PeerInfo, PeerLink } from "./peer.ts";
import { isAutobahnJs, isBrowser } from "./peer_kind.ts";
import type { WireCounters } from "./wire_counters.ts";

/** What all connections of a router share. */
export interface WireContext {
  /** Bounds. */
  readonly limits: RouterLimits;
  /** Totals. */
  readonly counters: WireCounters;
  /** Encoders by form. */
  readonly encoders: FrameEncoders;
  /** Where drops are told. */
  readonly logger: Logger;
  /** Milliseconds that never run backwards. */
  monotonicMs(): number;
  /** Opens the core's side. */
  open(link: PeerLink): CoreSession;
  /** Called once when a connection has ended. */
  ended(link: WireLink): void;
  /** Tells of an event that was too large for a receiver, not too often per topic. */
  oversized(text: string, topic: string): void;
}

/** How messages look on this connection. */
export interface WireForm {
  /** Encoding of messages. */
  readonly serializer: Serializer;
  /** Whether frames hold several messages. */
  readonly batched: boolean;
}

/** Messages of one batch that are handled before other connections get their turn. */
const MAX_MESSAGES_PER_TURN = 64;
const PING_BYTES = 12;

interface Probe {
  readonly arrivals: number;
  readonly deadlineMs: number;
  readonly resolve: (alive: boolean) => void;
}

/** One connection of the router; ends with its transport. */
export class WireLink implements PeerLink {
  readonly info: PeerInfo;
  readonly #context: WireContext;
  readonly #transport: ServerTransport;
  readonly #form: WireForm;
  readonly #session: CoreSession;
  #encoder: FrameEncoder;
  #maxMessageBytes = Infinity;
  /** Whether its JSON parser knows no NaN, as JSON.parse does not; Python's does. */
  #parsesStrictly: boolean;
  /** Rest of a batch that is waiting for the next turn. */
  #rest: Uint8Array[] = [];
  #restHandle: ReturnType<typeof setImmediate> | undefined;
  #separator: BatchForm | undefined;
  #ended = false;
  #overflowed = false;
  #slow = false;

  #arrivals = 0;
  #departures = 0;
  #heardMs: number;
  #pingedMs: number | undefined;
  #pings = 0;
  #drainedMs: number;
  #emptyMs: number;
  #probes: Probe[] = [];

  /** Opens the core's side; the transport has just been opened. */
  constructor(transport: ServerTransport, info: PeerInfo, form: WireForm, context: WireContext) {
    this.#transport = transport;
    this.info = info;
    this.#form = form;
    this.#context = context;
    this.#heardMs = this.#drainedMs = this.#emptyMs = context.monotonicMs();
    this.#parsesStrictly = isBrowser(info);
    this.#encoder = this.#chooseEncoder();
    this.#setAgent(info.headers["user-agent"] ?? "");
    transport.onbytes = (payload, text) => this.#received(payload, text);
    transport.onpong = () => this.#settleProbes();
    transport.onclose = (code, reason) => this.#closed(code, reason);
    this.#session = context.open(this);
  }

  get lastReceivedMs(): number {
    // Arrivals are looked at every now and then only; since then means just now.
    return this.#transport.arrivals === this.#arrivals ? this.#heardMs : this.#context.monotonicMs();
  }

  get writable(): boolean {
    return !this.#ended && this.#transport.bufferedBytes <= this.#context.limits.hardQueueBytes;
  }

  /** Bytes waiting to be taken by the peer. */
  get queuedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  /** Whether it reads too slowly for what it gets. */
  get slow(): boolean {
    return this.#slow;
  }

  send(message: Message): void {
    if (this.#ended) return;
    const { limits, counters } = this.#context;
    const queued = this.#transport.bufferedBytes;
    if (queued > limits.softQueueBytes && !this.#admit(message, queued)) return;
    let frame;
    try {
      frame = this.#encoder.encode(message);
    } catch (error) {
      counters.unencodable++;
      this.#context.logger.error(`Cannot encode message ${message.type} for ${this}: ${String(error)}`);
      return;
    }
    const size = frame.bytes.length - frame.payloadAt;
    if (size > this.#maxMessageBytes) return this.#tooLarge(message, size);
    counters.sentMessages++;
    counters.sentBytes += size;
    this.#transport.sendPrepared(frame);
  }

  close(code: number, reason: string): void {
    this.#transport.close(code, reason);
  }

  probe(timeoutMs: number): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    return new Promise((resolve) => {
      const deadlineMs = this.#context.monotonicMs() + timeoutMs;
      this.#probes.push({ arrivals: this.#transport.arrivals, deadlineMs, resolve });
      this.#ping();
    });
  }

  /**
   * Looks whether the peer is still there and still reads. Called several times per ping timeout.
   *
   * @param nowMs Time of `monotonicMs`.
   * @param stalledMs How long the event loop stood still since the last call; peers are not blamed for it.
   */
  watch(nowMs: number, stalledMs: number): void {
    const { limits, counters } = this.#context;
    const transport = this.#transport;
    if (stalledMs > 0) {
      this.#drainedMs += stalledMs;
      if (this.#pingedMs !== undefined) this.#pingedMs += stalledMs;
    }
    if (transport.arrivals !== this.#arrivals) {
      this.#arrivals = transport.arrivals;
      this.#heardMs = nowMs;
      this.#pingedMs = undefined;
    }
    const queued = transport.bufferedBytes;
    if (queued === 0) this.#emptyMs = nowMs;
    if (queued === 0 || transport.departures !== this.#departures) {
      this.#departures = transport.departures;
      this.#drainedMs = nowMs;
    }
    if (this.#slow && queued < limits.softQueueBytes / 2) this.#slow = false;
    this.#settleProbes(nowMs);
    if (nowMs - this.#drainedMs >= limits.stuckMs) {
      counters.stuck++;
      this.drop(`not reading for ${limits.stuckMs / 1000} s`);
    } else if (this.#pingedMs !== undefined) {
      if (nowMs - this.#pingedMs < limits.pingTimeoutMs) return;
      counters.silent++;
      this.drop(`ping timeout after ${limits.pingTimeoutMs / 1000} s`);
    } else if (limits.pingIntervalMs > 0 && nowMs - this.#heardMs >= limits.pingIntervalMs) {
      this.#pingedMs = nowMs;
      this.#ping();
    }
  }

  /** Ends the connection without a word to the peer, and tells the log why. */
  drop(reason: string): void {
    if (this.#ended) return;
    this.#context.logger.warn(`Dropped ${this}: ${reason}`);
    this.#end(reason);
    this.#transport.terminate();
  }

  /** Who it is, for the log. */
  toString(): string {
    return this.#session.description;
  }

  #received(payload: Uint8Array, text: boolean): void {
    if (this.#ended) return;
    const { serializer, batched } = this.#form;
    if (text !== (serializer.encoding === "json")) {
      return this.#session.violation(`${text ? "Text" : "Binary"} frame on ${this.info.subprotocol}`);
    }
    if (!batched) return this.#message(payload);
    if (this.#separator === undefined) this.#learnSeparator(payload);
    let messages;
    try {
      messages = splitBatch(payload, serializer.encoding);
    } catch (error) {
      return this.#violated(error);
    }
    if (messages.length <= MAX_MESSAGES_PER_TURN) {
      for (const message of messages) this.#message(message);
      return;
    }
    this.#rest = messages;
    this.#transport.hold();
    this.#handleRest();
  }

  readonly #handleRest = (): void => {
    this.#restHandle = undefined;
    const now = this.#rest.slice(0, MAX_MESSAGES_PER_TURN);
    this.#rest = this.#rest.slice(MAX_MESSAGES_PER_TURN);
    for (const message of now) this.#message(message);
    if (this.#rest.length > 0 && !this.#ended) this.#restHandle = setImmediate(this.#handleRest);
    else this.#transport.release();
  };

  #message(bytes: Uint8Array): void {
    let message;
    try {
      message = this.#form.serializer.decodeMessage(bytes);
    } catch (error) {
      return this.#violated(error);
    }
    this.#context.counters.receivedMessages++;
    this.#context.counters.receivedBytes += bytes.length;
    if (message.type === 1) this.#greeted(message);
    this.#session.receive(message);
  }

  #violated(error: unknown): void {
    if (!(error instanceof ProtocolViolation)) throw error;
    this.#rest = [];
    this.#session.violation(error.message);
  }

  /** The peer's first batch shows which of two separators it uses. */
  #learnSeparator(payload: Uint8Array): void {
    this.#separator = payload.at(-1) === 0x1e ? 0x1e : 0x18;
    this.#encoder = this.#chooseEncoder();
  }

  #chooseEncoder(): FrameEncoder {
    const { serializer: { encoding }, batched } = this.#form;
    return this.#context.encoders.get({
      encoding,
      batch: !batched ? "none" : encoding === "json" ? this.#separator ?? 0x18 : "length",
      nonFiniteAsNull: encoding === "json" && this.#parsesStrictly,
    });
  }

  #greeted({ details }: Hello): void {
    if (typeof details.agent === "string") this.#setAgent(details.agent);
    if (this.#form.serializer.encoding !== "json" || this.#parsesStrictly) return;
    this.#parsesStrictly = isAutobahnJs(details, this.info);
    this.#encoder = this.#chooseEncoder();
  }

  #setAgent(agent: string): void {
    // Peer autobahn-python (ApplicationRunner) drops the connection on a message above 1 MiB.
    if (agent.startsWith("AutobahnPython")) {
      this.#maxMessageBytes = this.#context.limits.maxPythonMessageBytes;
    }
  }

  /** Decides about a message for a peer that reads too slowly; false when it is not to be sent. */
  #admit(message: Message, queued: number): boolean {
    const { limits, counters, logger } = this.#context;
    if (!this.#slow) {
      this.#slow = true;
      counters.slow++;
      const age = Math.round((this.#context.monotonicMs() - this.#emptyMs) / 1000);
      logger.warn(`Slow reader ${this}: ${queued} bytes queued, the oldest for up to ${age} s`);
    }
    if (queued <= limits.hardQueueBytes) return true;
    if (limits.overflow === "drop_events" && message.type === 36) {
      counters.droppedEvents++;
      return false;
    }
    if (limits.overflow === "drop_events" && queued <= 2 * limits.hardQueueBytes) return true;
    if (!this.#overflowed) {
      this.#overflowed = true;
      // Later, because the core is in the middle of something.
      queueMicrotask(() => {
        if (this.#ended) return;
        counters.overflowed++;
        this.drop(`queue over limit, ${queued} bytes`);
      });
    }
    return false;
  }

  #tooLarge(message: Message, size: number): void {
    const { counters } = this.#context;
    counters.oversized++;
    const limit = this.#maxMessageBytes;
    const replacement = replacementFor(message, size, limit);
    if (replacement.kind === "send") {
      // Short by construction, so that its size is not looked at again.
      const frame = this.#encoder.encode(replacement.message);
      counters.sentMessages++;
      counters.sentBytes += frame.bytes.length - frame.payloadAt;
      return this.#transport.sendPrepared(frame);
    }
    if (replacement.kind === "answer") {
      const answer = replacement.message;
      queueMicrotask(() => this.#ended || this.#session.receive(answer));
      return;
    }
    const topic = replacement.topic;
    this.#context.oversized(
      `Skipped ${this}: event of ${size} bytes on ${topic} is above the ${limit} it can take`,
      topic,
    );
  }

  #ping(): void {
    const payload = new Uint8Array(PING_BYTES);
    new DataView(payload.buffer).setUint32(PING_BYTES - 4, ++this.#pings);
    this.#transport.ping(payload);
  }

  #settleProbes(nowMs = this.#context.monotonicMs()): void {
    if (this.#probes.length === 0) return;
    const arrivals = this.#transport.arrivals;
    this.#probes = this.#probes.filter((probe) => {
      const alive = arrivals !== probe.arrivals;
      if (!alive && nowMs < probe.deadlineMs && !this.#ended) return true;
      probe.resolve(alive && !this.#ended);
      return false;
    });
  }

  #closed(code: number, reason: string): void {
    if (this.#ended) return;
    if (code === CloseCode.PROTOCOL_ERROR || code === CloseCode.TOO_LARGE || code === CloseCode.BAD_TEXT) {
      this.#context.logger.info(`Closed ${this}: ${code} ${reason}`);
    }
    this.#end(`${reason === "" ? "closed" : reason} (${code})`);
  }

  #end(reason: string): void {
    this.#ended = true;
    this.#rest = [];
    if (this.#restHandle !== undefined) clearImmediate(this.#restHandle);
    this.#settleProbes();
    this.#session.lost(reason);
    this.#context.ended(this);
  }
}
