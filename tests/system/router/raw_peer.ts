/** A WAMP peer that can do everything wrong, for tests of the router's sockets. @module */
import { FrameParser, Opcode, type WebSocketItem } from "../../../transport/websocket_framing.ts";
import { joinBatch, type JsonSeparator, splitBatch } from "../../../wamp/batch.ts";
import type { Message } from "../../../wamp/message.ts";
import { serializerFor } from "../../../wamp/serializers.ts";
import { parseSubprotocol } from "../../../wamp/subprotocol.ts";
import { within } from "../../helpers/until.ts";
import { clientFrame, type ClientFrameOptions } from "../../unit/transport/client_frame.ts";

const DEADLINE_MS = 5000;
const utf8 = new TextEncoder();

/** How a handshake looks. */
export interface HandshakeOptions {
  /** Default `/ws`. */
  readonly path?: string;
  /** Lines of `Sec-WebSocket-Protocol`; none at all when empty. Default one line, `wamp.2.json`. */
  readonly offer?: readonly string[];
  /** Further header lines, such as `Origin: http://x`. */
  readonly lines?: readonly string[];
}

/** How a session joins. */
export interface JoinOptions extends HandshakeOptions {
  /** The one subprotocol to offer. Default `wamp.2.json`. */
  readonly subprotocol?: string;
  /** Agent of HELLO. */
  readonly agent?: string;
  /** Whether pings are answered. Default true. */
  readonly answersPings?: boolean;
}

/** One TCP connection to a router. */
export class RawPeer implements Disposable {
  /** Status of the handshake's answer. */
  status = 0;
  /** Header fields of the handshake's answer, lower case. */
  readonly headers = new Map<string, string>();
  /** What arrived before the upgrade, or instead of it. */
  text = "";
  /** Whether pings are answered. */
  answersPings = true;
  /** Byte behind each message of a JSON batch. */
  separator: JsonSeparator = 0x18;
  /** Pongs and pings that arrived. */
  readonly controls: { kind: "ping" | "pong"; payload: Uint8Array }[] = [];
  /** Bytes of the message that was received last. */
  lastBytes: Uint8Array = new Uint8Array(0);
  /** Payload of the frame that it came in. */
  lastFrame: Uint8Array = new Uint8Array(0);
  /** Session id from WELCOME. */
  session = 0;

  readonly #connection: Deno.TcpConn;
  readonly #parser = new FrameParser({ masked: false, maxMessageBytes: 1 << 26 });
  readonly #messages: {
    readonly message: Message;
    readonly bytes: Uint8Array;
    readonly frame: Uint8Array;
  }[] = [];
  #ended: { code: number; reason: string } | undefined;
  #wake: () => void = () => {};
  #stalled = false;
  #gate: Promise<void> | undefined;
  #requests = 0;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects and shakes hands, successfully or not. */
  static async connect(port: number, options: HandshakeOptions = {}): Promise<RawPeer> {
    const peer = new RawPeer(await Deno.connect({ hostname: "127.0.0.1", port }));
    const offer = options.offer ?? ["wamp.2.json"];
    await peer.sendRaw(utf8.encode(
      [
        `GET ${options.path ?? "/ws"} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        "Connection: keep-alive, Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        ...offer.map((line) => `Sec-WebSocket-Protocol: ${line}`),
        ...(options.lines ?? []),
        "",
        "",
      ].join("\r\n"),
    ));
    const upgraded = Promise.withResolvers<void>();
    peer.#read(upgraded.resolve).catch(upgraded.reject);
    await within(upgraded.promise, DEADLINE_MS, "the answer to a handshake");
    return peer;
  }

  /** Connects, shakes hands and joins the realm. */
  static async join(port: number, options: JoinOptions = {}): Promise<RawPeer> {
    const peer = await RawPeer.connect(port, { ...options, offer: [options.subprotocol ?? "wamp.2.json"] });
    peer.answersPings = options.answersPings ?? true;
    await peer.hello(options.agent);
    return peer;
  }

  /** The subprotocol that was chosen. */
  get subprotocol(): string {
    return this.headers.get("sec-websocket-protocol") ?? "";
  }

  /** Says HELLO and waits for WELCOME. */
  async hello(agent?: string): Promise<void> {
    const details = { roles: ROLES, ...(agent === undefined ? {} : { agent }) };
    await this.send({ type: 1, realm: "test_realm", details });
    const welcome = await this.receive(2);
    this.session = welcome.session;
  }

  /** Bytes of one message, with what sets it apart in a batch. */
  encode(...messages: readonly Message[]): Uint8Array {
    const { encoding, batched } = parseSubprotocol(this.subprotocol) ??
      { encoding: "json", batched: false } as const;
    const serializer = serializerFor(encoding);
    const encoded = messages.map((message) => serializer.encodeMessage(message));
    if (batched) return joinBatch(encoded, encoding, this.separator);
    return encoded[0] ?? new Uint8Array(0);
  }

  /** Sends messages, in one frame when the subprotocol is batched. */
  async send(...messages: readonly Message[]): Promise<void> {
    const batched = this.subprotocol.endsWith(".batched");
    const opcode = this.#opcode();
    for (const group of batched ? [messages] : messages.map((message) => [message])) {
      await this.sendFrame(opcode, this.encode(...group));
    }
  }

  /** Sends bytes as a message of the right kind. */
  sendPayload(payload: Uint8Array | string): Promise<void> {
    return this.sendFrame(this.#opcode(), typeof payload === "string" ? utf8.encode(payload) : payload);
  }

  /** Sends one frame, broken or not. */
  sendFrame(opcode: number, payload: Uint8Array, options: ClientFrameOptions = {}): Promise<void> {
    return this.sendRaw(clientFrame(opcode, payload, options));
  }

  /** Sends bytes. */
  async sendRaw(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** Asks for something and waits for the reply of this type. */
  async ask<T extends Message["type"]>(
    type: T,
    make: (request: number) => Message,
  ): Promise<Extract<Message, { type: T }>> {
    await this.send(make(++this.#requests));
    return await this.receive(type);
  }

  /** Subscribes and waits for the answer. */
  subscribe(topic: string, options: Readonly<Record<string, unknown>> = {}) {
    return this.ask(33, (request) => ({ type: 32, request, options, topic }));
  }

  /** Registers and waits for the answer. */
  register(procedure: string) {
    return this.ask(65, (request) => ({ type: 64, request, options: {}, procedure }));
  }

  /** Publishes one value with acknowledgement. */
  publish(topic: string, ...args: readonly unknown[]) {
    return this.ask(17, (request) => ({
      type: 16,
      request,
      options: { acknowledge: true },
      topic,
      payload: { kind: "values", args },
    }));
  }

  /**
   * Waits for the next message, which has to be of this type.
   *
   * @throws {Error} If it is of another type, or none comes.
   */
  async receive<T extends Message["type"]>(type: T): Promise<Extract<Message, { type: T }>> {
    const message = await this.next(`a message of type ${type}`);
    if (message.type !== type) {
      throw new Error(`Cannot use message ${JSON.stringify(message)}: type ${type} was expected`);
    }
    // Type was compared above; the compiler cannot carry that over to the union.
    return message as Extract<Message, { type: T }>;
  }

  /**
   * Waits for the next message, whatever it is.
   *
   * @throws {Error} If the connection ends.
   */
  async next(what = "a message"): Promise<Message> {
    await within(
      this.#until(() => this.#messages.length > 0 || this.#ended !== undefined),
      DEADLINE_MS,
      what,
    );
    const next = this.#messages.shift();
    if (next === undefined) {
      throw new Error(`Cannot receive ${what}: closed with ${JSON.stringify(this.#ended)}`);
    }
    this.lastBytes = next.bytes;
    this.lastFrame = next.frame;
    return next.message;
  }

  /** Messages that have arrived and were not asked for yet. */
  get waiting(): number {
    return this.#messages.length;
  }

  /** Waits for a ping or pong. */
  async control(kind: "ping" | "pong", timeoutMs = DEADLINE_MS): Promise<Uint8Array> {
    const found = () => this.controls.findIndex((control) => control.kind === kind);
    await within(this.#until(() => found() >= 0), timeoutMs, `a ${kind}`);
    return this.controls.splice(found(), 1)[0]?.payload ?? new Uint8Array(0);
  }

  /** Waits for the end: the code of a close frame, or 1006 when TCP ended without one. */
  async closed(timeoutMs = DEADLINE_MS): Promise<{ code: number; reason: string }> {
    await within(this.#until(() => this.#ended !== undefined), timeoutMs, "the end of a connection");
    return this.#ended ?? { code: 0, reason: "" };
  }

  /** Reads no more from the socket. */
  stopReading(): void {
    this.#stalled = true;
  }

  /** Reads nothing until the result is disposed of. */
  pauseReading(): Disposable {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return { [Symbol.dispose]: resolve };
  }

  /** Ends TCP at once. */
  [Symbol.dispose](): void {
    this.#stalled = true;
    this.#ended ??= { code: 1006, reason: "" };
    this.#wake();
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  #opcode(): number {
    const name = this.subprotocol || "wamp.2.json";
    return name.startsWith("wamp.2.json") ? Opcode.TEXT : Opcode.BINARY;
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  async #read(upgraded: () => void): Promise<void> {
    const buffer = new Uint8Array(65536);
    let isUpgraded = false;
    try {
      while (!this.#stalled) {
        const count = await this.#connection.read(buffer);
        if (count === null) break;
        await this.#gate;
        let bytes = buffer.slice(0, count);
        if (!isUpgraded) {
          this.text += new TextDecoder("latin1").decode(bytes);
          const end = this.text.indexOf("\r\n\r\n");
          if (end < 0) continue;
          this.#parseHead(this.text.slice(0, end));
          if (this.status === 101) {
            isUpgraded = true;
            bytes = Uint8Array.from(this.text.slice(end + 4), (character) => character.charCodeAt(0));
          }
          upgraded();
        }
        if (isUpgraded) await this.#feed(bytes);
        this.#wake();
      }
    } catch (error) {
      // A reset is an end like any other; this side may have closed as well.
      if (!(error instanceof Error)) throw error;
    }
    if (this.#stalled) return;
    this.#ended ??= { code: 1006, reason: "" };
    upgraded();
    this.#wake();
  }

  #parseHead(head: string): void {
    const [first = "", ...lines] = head.split("\r\n");
    this.status = Number(first.split(" ")[1]);
    for (const line of lines) {
      const colon = line.indexOf(":");
      this.headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
  }

  async #feed(bytes: Uint8Array): Promise<void> {
    this.#parser.push(bytes);
    for (let item = this.#parser.next(); item !== undefined; item = this.#parser.next()) {
      await this.#handle(item);
    }
  }

  async #handle(item: WebSocketItem): Promise<void> {
    if (item.kind === "close") {
      this.#ended = { code: item.code, reason: item.reason };
    } else if (item.kind === "ping" || item.kind === "pong") {
      this.controls.push({ kind: item.kind, payload: item.payload.slice() });
      if (item.kind === "ping" && this.answersPings) await this.sendFrame(Opcode.PONG, item.payload);
    } else {
      const { encoding, batched } = parseSubprotocol(this.subprotocol) ??
        { encoding: "json", batched: false } as const;
      const serializer = serializerFor(encoding);
      for (const message of batched ? splitBatch(item.payload, encoding) : [item.payload]) {
        this.#messages.push({
          message: serializer.decodeMessage(message),
          bytes: message,
          frame: item.payload,
        });
      }
    }
  }
}

const ROLES = {
  publisher: { features: { publisher_exclusion: true } },
  subscriber: { features: { pattern_based_subscription: true } },
  caller: { features: {} },
  callee: { features: {} },
};
