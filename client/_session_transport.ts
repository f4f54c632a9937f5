/** What stands between autobahn's session and the wire, and mends what autobahn does not do. @module */
import type { SessionTransport } from "../deps/autobahn.ts";
import type { Clock } from "../internal/clock.ts";
import type { Logger } from "../internal/log.ts";
import { toError } from "../internal/to_error.ts";
import type { FrameTransport } from "../transport/frame_transport.ts";
import { MessageType as T, type Serializer, WampError } from "../wamp/mod.ts";
import { OpenInvocation } from "./_open_invocation.ts";
import { type OutgoingLimits, OutgoingWatch } from "./_outgoing_watch.ts";
import { ROLES } from "./_roles.ts";
import type { FloatMode } from "./_float_mode.ts";
import { abortText, asDict } from "./_dict.ts";
import { checkMessage } from "./_check_message.ts";

/** The type of a reply and the type of the request it answers. */
const REPLY_TO: Readonly<Record<number, number>> = {
  [T.PUBLISHED]: T.PUBLISH,
  [T.SUBSCRIBED]: T.SUBSCRIBE,
  [T.UNSUBSCRIBED]: T.UNSUBSCRIBE,
  [T.REGISTERED]: T.REGISTER,
  [T.UNREGISTERED]: T.UNREGISTER,
  [T.RESULT]: T.CALL,
};

/** What a session transport works with. */
export interface SessionTransportOptions {
  readonly frames: FrameTransport;
  readonly serializer: Pick<Serializer, "encoding" | "encodeValue" | "decodeValue">;
  readonly floatMode: FloatMode;
  /** No message above this many encoded bytes is sent. */
  readonly maxMessageBytes: number;
  readonly outgoing: OutgoingLimits;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * An autobahn transport over frames.
 *
 * It checks what arrives before autobahn sees it, drops late replies and unknown events (autobahn would close
 * the connection), turns INTERRUPT into an abort signal, answers for results that cannot be sent, and makes
 * sure that each invocation gets exactly one final answer.
 */
export class WampSessionTransport implements SessionTransport {
  /** Set by autobahn's session. */
  onmessage: (message: unknown[]) => void = () => {};
  /** Called once when the connection is over; `violation` is set when the router broke the protocol. */
  onclose: (code: number, reason: string, violation: string | undefined) => void = () => {};
  /** Calls being answered, by the args array that autobahn hands to the procedure. */
  readonly invocations: WeakMap<unknown[], OpenInvocation> = new WeakMap();

  readonly #options: SessionTransportOptions;
  readonly #frames: FrameTransport;
  readonly #watch: OutgoingWatch;
  readonly #isText: boolean;
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  /** Requests without a reply: request id to request type. */
  readonly #pending = new Map<number, number>();
  /** What an UNSUBSCRIBE or UNREGISTER under way will end. */
  readonly #ending = new Map<number, number>();
  readonly #subscriptions = new Set<number>();
  readonly #registrations = new Set<number>();
  readonly #open = new Map<number, OpenInvocation>();
  #lastRequest = 0;
  #joined = false;
  #left = false;
  #saidGoodbye = false;
  #violation: string | undefined;
  #broken: string | undefined;

  /** Takes over the frames' handlers. */
  constructor(options: SessionTransportOptions) {
    this.#options = options;
    this.#frames = options.frames;
    this.#isText = options.serializer.encoding === "json";
    this.#watch = new OutgoingWatch({
      ...options.outgoing,
      bufferedBytes: () => this.#frames.bufferedBytes,
      lost: (why) => {
        this.#broken = `the router does not read: ${why}`;
        options.logger.error(`The router does not read: ${why}; ending the connection`);
        this.#frames.terminate();
      },
      clock: options.clock,
      logger: options.logger,
    });
    this.#frames.onmessage = (frame) => this.#receive(frame);
    this.#frames.onclose = (code, reason) => this.#closed(code, reason);
  }

  /** True once there will be no more messages: after a GOODBYE, an ABORT or the end of the connection. */
  get left(): boolean {
    return this.#left;
  }

  /** How much waits to be sent, if that is too much for another publication or call; 0 otherwise. */
  get excessBytes(): number {
    return this.#watch.excessBytes();
  }

  /** Sends a message of autobahn's. */
  send(message: unknown[]): void {
    // autobahn counts a session as open until GOODBYE is answered; the router takes nothing of it any more.
    if (this.#saidGoodbye) return;
    const request = Number(message[1]);
    switch (message[0]) {
      case T.HELLO:
        message[2] = { ...asDict(message[2]), roles: ROLES };
        break;
      case T.GOODBYE:
        this.#saidGoodbye = true;
        // autobahn answers with the older spelling.
        if (message[2] === "wamp.error.goodbye_and_out") message[2] = "wamp.close.goodbye_and_out";
        break;
      case T.PUBLISH:
        return this.#sendPublish(message, request);
      case T.CALL:
      case T.SUBSCRIBE:
      case T.REGISTER:
        return this.#sendRequest(message, request);
      case T.UNSUBSCRIBE:
      case T.UNREGISTER:
        this.#ending.set(request, Number(message[2]));
        return this.#sendRequest(message, request);
      case T.CANCEL:
        // autobahn forgets the call right now; the reply that comes all the same is dropped as late.
        this.#pending.delete(request);
        break;
      case T.YIELD:
        return this.#sendYield(message, request);
      case T.ERROR:
        return this.#sendInvocationError(message);
    }
    this.#transmit(this.#encode(message));
  }

  /** Called by autobahn when it finds a violation that the checks here let through. */
  close(code = 1000, reason = ""): void {
    if (code === 3002) this.#violate(reason.replace(/^protocol violation: /, ""));
    else this.#frames.close(code, reason);
  }

  /** Ends at once, without a closing handshake. */
  terminate(): void {
    this.#frames.terminate();
  }

  #sendPublish(message: unknown[], request: number): void {
    this.#lastRequest = request;
    if (asDict(message[2]).acknowledge !== true) {
      this.#transmit(this.#encodeChecked(message));
      return;
    }
    this.#sendRequest(message, request);
  }

  #sendRequest(message: unknown[], request: number): void {
    this.#lastRequest = request;
    const type = Number(message[0]);
    this.#pending.set(request, type);
    let bytes: Uint8Array;
    try {
      bytes = this.#encodeChecked(message);
    } catch (cause) {
      // Answered here, so that the promise that autobahn holds for it settles.
      const error = asWampError(cause);
      queueMicrotask(() => this.#deliver([T.ERROR, type, request, {}, error.uri, [...error.args], {}]));
      return;
    }
    this.#transmit(bytes);
  }

  #sendYield(message: unknown[], request: number): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    const isFinal = asDict(message[2]).progress !== true;
    if (isFinal) this.#open.delete(request);
    let bytes: Uint8Array;
    try {
      bytes = this.#encodeChecked(message);
    } catch (cause) {
      this.#open.delete(request);
      const error = asWampError(cause);
      this.#options.logger.error(`Cannot send the result of a call: ${error.message}`);
      bytes = this.#encode([T.ERROR, T.INVOCATION, request, {}, error.uri, [...error.args]]);
    }
    this.#transmit(bytes);
  }

  #sendInvocationError(message: unknown[]): void {
    const request = Number(message[2]);
    if (!this.#open.delete(request)) return;
    let bytes: Uint8Array;
    try {
      bytes = this.#encodeChecked(message);
    } catch (cause) {
      // Python's way is to repeat the whole text and fail again: the URI survives here, the values do not.
      const error = asWampError(cause);
      bytes = this.#encode([T.ERROR, T.INVOCATION, request, {}, message[4], [error.args[0]]]);
    }
    this.#transmit(bytes);
  }

  #transmit(bytes: Uint8Array): void {
    this.#frames.send(this.#isText ? this.#decoder.decode(bytes) : bytes);
    this.#watch.sent(bytes.length);
  }

  #encodeChecked(message: unknown[]): Uint8Array {
    let bytes: Uint8Array;
    try {
      bytes = this.#options.serializer.encodeValue(message);
    } catch (cause) {
      const text = toError(cause).message;
      throw new WampError("wamp.error.invalid_payload", [text], {}, { cause });
    }
    const limit = this.#options.maxMessageBytes;
    if (bytes.length > limit) {
      throw new WampError("wamp.error.payload_size_exceeded", [
        `The message has ${bytes.length} bytes, more than the ${limit} that peers take`,
      ]);
    }
    return bytes;
  }

  #encode(message: unknown[]): Uint8Array {
    return this.#options.serializer.encodeValue(message);
  }

  #receive(frame: string | Uint8Array): void {
    if (this.#left) return;
    if ((typeof frame === "string") !== this.#isText) {
      return this.#violate(
        `a ${typeof frame === "string" ? "text" : "binary"} frame on ${this.#frames.subprotocol}`,
      );
    }
    let value: unknown;
    try {
      // Without the Buffer that npm:ws hands out, so that bytes in a message are plain Uint8Arrays.
      const bytes = typeof frame === "string"
        ? this.#encoder.encode(frame)
        : new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
      value = this.#options.serializer.decodeValue(bytes, { floats: this.#options.floatMode.decoding });
    } catch (error) {
      return this.#violate(
        `a frame that is not one value: ${toError(error).message}`,
      );
    }
    const checked = checkMessage(value);
    if (checked.verdict === "violation") return this.#violate(checked.text);
    if (checked.verdict === "extension") {
      this.#options.logger.debug?.(`Ignored a message of the extension type ${checked.type}`);
      return;
    }
    this.#deliver(checked.message);
  }

  /** Hands a checked message to autobahn, unless autobahn would choke on it. */
  #deliver(message: unknown[]): void {
    if (this.#left) return;
    const type = Number(message[0]);
    if (!this.#joined) return this.#deliverBeforeJoin(message, type);
    switch (type) {
      case T.EVENT:
        if (!this.#subscriptions.has(Number(message[1]))) {
          this.#options.logger.debug?.(`Dropped an event of the unknown subscription ${message[1]}`);
          return;
        }
        break;
      case T.INVOCATION:
        return this.#deliverInvocation(message);
      case T.INTERRUPT:
        this.#open.get(Number(message[1]))?.abort(
          new WampError("wamp.error.canceled", ["The caller canceled the call"]),
        );
        return;
      case T.GOODBYE:
        // Before autobahn answers and its owner closes, which asks for it.
        this.#left = true;
        this.#handOver(message);
        return;
      case T.WELCOME:
      case T.CHALLENGE:
        return this.#violate(`${type === T.WELCOME ? "WELCOME" : "CHALLENGE"} within a session`);
      case T.ABORT:
        // crossbar and our router abort a joined session after a violation of ours; the socket's end follows.
        this.#left = true;
        this.#options.logger.error(`The router aborted the session: ${message[2]} ${abortText(message[1])}`);
        this.#frames.close(1000, "");
        return;
      case T.ERROR:
        if (!this.#isAwaited(message, Number(message[2]), Number(message[1]))) return;
        break;
      case T.RESULT:
        if (!this.#isAwaited(message, Number(message[1]), T.CALL)) return;
        break;
      case T.UNSUBSCRIBED:
      case T.UNREGISTERED:
        if (!this.#ends(message, type)) return;
        break;
      default:
        if (!this.#isAwaited(message, Number(message[1]), REPLY_TO[type])) return;
        if (type === T.SUBSCRIBED) this.#subscriptions.add(Number(message[2]));
        if (type === T.REGISTERED) this.#registrations.add(Number(message[2]));
    }
    this.#handOver(message);
  }

  #deliverBeforeJoin(message: unknown[], type: number): void {
    if (type !== T.WELCOME && type !== T.CHALLENGE && type !== T.ABORT && type !== T.GOODBYE) {
      return this.#violate(`message type ${type} before WELCOME`);
    }
    if (type === T.WELCOME) {
      if (message[1] === 0) return this.#violate("WELCOME has session id 0");
      // autobahn reads roles.broker without looking.
      const details = asDict(message[2]);
      message[2] = { ...details, roles: asDict(details.roles) };
      this.#joined = true;
    }
    // autobahn takes a GOODBYE only within a session; before it means the same as ABORT.
    if (type === T.GOODBYE) message[0] = T.ABORT;
    if (type === T.ABORT || type === T.GOODBYE) this.#left = true;
    this.#handOver(message);
  }

  #deliverInvocation(message: unknown[]): void {
    const request = Number(message[1]);
    if (this.#open.has(request)) return this.#violate("INVOCATION has a request id that is still open");
    const open = new OpenInvocation();
    this.#open.set(request, open);
    if (!this.#registrations.has(Number(message[2]))) {
      this.#options.logger.warn(`Refused a call to the unknown registration ${message[2]}`);
      const text = "This client has no such registration";
      this.#sendInvocationError([T.ERROR, T.INVOCATION, request, {}, "wamp.error.no_such_procedure", [text]]);
      return;
    }
    // The one thing that autobahn hands on untouched, and so the way to find the signal in the procedure.
    if (Array.isArray(message[4])) this.invocations.set(message[4], open);
    this.#handOver(message);
  }

  /** Gives a message to autobahn. What autobahn throws over is a message that it cannot read. */
  #handOver(message: unknown[]): void {
    try {
      this.onmessage(message);
    } catch (error) {
      this.#violate(
        `message type ${message[0]} cannot be read: ${toError(error).message}`,
      );
    }
  }

  /** Whether a reply answers a request that autobahn still waits for. */
  #isAwaited(message: unknown[], request: number, requestType: number | undefined): boolean {
    const pending = this.#pending.get(request);
    if (pending === requestType && pending !== undefined) {
      const isProgress = message[0] === T.RESULT && asDict(message[2]).progress === true;
      if (!isProgress) this.#pending.delete(request);
      return true;
    }
    if (pending === undefined && request >= 1 && request <= this.#lastRequest) {
      this.#options.logger.debug?.(`Dropped the late reply to request ${request}`);
      return false;
    }
    const what = pending === undefined ? "was never made" : "is of another kind";
    this.#violate(`message type ${message[0]} answers request ${request}, which ${what}`);
    return false;
  }

  #ends(message: unknown[], type: number): boolean {
    const known = type === T.UNSUBSCRIBED ? this.#subscriptions : this.#registrations;
    const request = Number(message[1]);
    if (request === 0) {
      const details = asDict(message[2]);
      const id = Number(type === T.UNSUBSCRIBED ? details.subscription : details.registration);
      return known.delete(id);
    }
    if (!this.#isAwaited(message, request, REPLY_TO[type])) return false;
    known.delete(this.#ending.get(request) ?? -1);
    this.#ending.delete(request);
    return true;
  }

  #violate(text: string): void {
    if (this.#left) return;
    this.#violation = text;
    this.#left = true;
    this.#options.logger.error(`The router broke the protocol: ${text}`);
    this.#frames.close(3002, `protocol violation: ${text}`);
  }

  #closed(code: number, reason: string): void {
    this.#left = true;
    this.#watch.stop();
    const lost = new WampError("wamp.close.transport_lost", ["The connection to the router was lost"]);
    for (const open of this.#open.values()) open.abort(lost);
    this.#open.clear();
    this.#pending.clear();
    this.onclose(code, this.#broken ?? reason, this.#violation);
  }
}

function asWampError(cause: unknown): WampError {
  return cause instanceof WampError ? cause : new WampError("wamp.error.invalid_payload", [String(cause)]);
}
