/** A WebSocket connection on a socket that has been upgraded, seen from the server. @module */
import type { Duplex } from "node:stream";
import { FRAME_HEADROOM_BYTES, type PreparedFrame, prepareFrame } from "./prepared_frame.ts";
import type { ServerTransport } from "./server_transport.ts";
import {
  CloseCode,
  closePayload,
  encodeFrame,
  FrameError,
  FrameParser,
  Opcode,
  type WebSocketItem,
} from "./websocket_framing.ts";
import { tcpBelow } from "./tcp_below.ts";
import { WaitingBytes } from "./waiting_bytes.ts";
import type { WriteGatherer } from "./write_gatherer.ts";

/** One connection may keep a loop turn busy with so many messages, or so many bytes, before others get theirs. */
const MAX_ITEMS_PER_TURN = 64;
const MAX_BYTES_PER_TURN = 262_144;
/** The socket gets no more while it holds this much; the rest waits here, where it can be counted. */
const MAX_IN_FLIGHT_BYTES = 262_144;
const CLOSE_TIMEOUT_MS = 1000;

/** How a connection begins. */
export interface WebSocketServerTransportOptions {
  /** Agreed on in the handshake; empty when the client asked for none. */
  readonly subprotocol: string;
  /** Largest message the peer may send, in bytes; above it close 1009. */
  readonly maxMessageBytes: number;
  /** Shared by all connections of one server. */
  readonly gatherer: WriteGatherer;
  /** Bytes that came right behind the handshake. */
  readonly firstBytes?: Uint8Array;
}

/** Own RFC 6455 framing on a stream socket; ends the socket when the connection ends. */
export class WebSocketServerTransport implements ServerTransport {
  readonly subprotocol: string;
  onmessage: ((frame: string | Uint8Array) => void) | undefined;
  onclose: ((code: number, reason: string) => void) | undefined;
  onbytes: ((payload: Uint8Array, text: boolean) => void) | undefined;
  onpong: ((payload: Uint8Array) => void) | undefined;

  readonly #socket: Duplex;
  readonly #gatherer: WriteGatherer;
  readonly #parser: FrameParser;
  #arrivals = 0;
  #departures = 0;

  #frames: PreparedFrame[] = [];
  #frameBytes = 0;
  readonly #waiting = new WaitingBytes();
  #inFlightBytes = 0;

  #turnHandle: ReturnType<typeof setImmediate> | undefined;
  #held = false;
  #paused = false;
  #peerEnded = false;
  #ending = false;

  #state: "open" | "closing" | "closed" = "open";
  #closeTimer: ReturnType<typeof setTimeout> | undefined;
  #lostReason = "connection lost";

  /** Takes the socket over; handlers are to be set before control returns to the event loop. */
  constructor(socket: Duplex, options: WebSocketServerTransportOptions) {
    this.#socket = socket;
    this.subprotocol = options.subprotocol;
    this.#gatherer = options.gatherer;
    this.#parser = new FrameParser({ masked: true, maxMessageBytes: options.maxMessageBytes });
    socket.on("data", (chunk: Uint8Array) => this.#received(chunk));
    socket.on("end", () => this.#ended());
    socket.on("error", (error: Error) => this.#lostReason = error.message);
    socket.on("close", () => this.#finish(CloseCode.LOST, this.#lostReason));
    if (options.firstBytes !== undefined && options.firstBytes.length > 0) {
      this.#parser.push(options.firstBytes.slice());
      this.#yieldTurn();
    }
  }

  get bufferedBytes(): number {
    return this.#frameBytes + this.#waiting.length + this.#inFlightBytes;
  }

  get arrivals(): number {
    return this.#arrivals;
  }

  get departures(): number {
    return this.#departures;
  }

  send(frame: string | Uint8Array): void {
    const text = typeof frame === "string";
    const payload = text ? new TextEncoder().encode(frame) : frame;
    const buffer = new Uint8Array(FRAME_HEADROOM_BYTES + payload.length);
    buffer.set(payload, FRAME_HEADROOM_BYTES);
    this.sendPrepared(prepareFrame(buffer, { text }));
  }

  sendPrepared(frame: PreparedFrame): void {
    if (this.#state === "open") this.#queue(frame);
  }

  ping(payload: Uint8Array): void {
    if (this.#state === "open") this.#queueControl(Opcode.PING, payload);
  }

  close(code: number, reason: string): void {
    if (this.#state !== "open") return;
    this.#queueControl(Opcode.CLOSE, closePayload(code, reason));
    this.#beginClosing();
  }

  terminate(): void {
    this.#lostReason = "terminated";
    // What a peer has not taken would be kept by the system for minutes, and the peer would not learn that it is gone
    // before it had read all of it.
    if (this.bufferedBytes > 0) tcpBelow(this.#socket)?.resetAndDestroy();
    this.#socket.destroy();
    this.#finish(CloseCode.LOST, this.#lostReason);
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (!this.#socket.destroyed) this.#yieldTurn();
  }

  /** For the gatherer. */
  takeFrames(): readonly PreparedFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    this.#frameBytes = 0;
    return frames;
  }

  /** For the gatherer. */
  writeBytes(bytes: Uint8Array): void {
    if (this.#socket.destroyed) return;
    if (this.#waiting.length === 0 && this.#inFlightBytes + bytes.length <= MAX_IN_FLIGHT_BYTES) {
      return this.#writeNow(bytes);
    }
    this.#waiting.push(bytes);
    this.#writeWaiting();
  }

  #queue(frame: PreparedFrame): void {
    if (this.#frames.length === 0) this.#gatherer.schedule(this);
    this.#frames.push(frame);
    this.#frameBytes += frame.bytes.length;
  }

  #queueControl(opcode: Opcode, payload: Uint8Array): void {
    this.#queue({ bytes: encodeFrame(opcode, payload), payloadAt: 2, text: false, joinable: false });
  }

  #writeNow(bytes: Uint8Array): void {
    this.#inFlightBytes += bytes.length;
    this.#socket.write(bytes, () => {
      if (this.#socket.destroyed) return;
      this.#inFlightBytes -= bytes.length;
      this.#departures++;
      if (this.#waiting.length > 0) this.#writeWaiting();
      else if (this.#ending && this.bufferedBytes === 0) this.#socket.end();
    });
  }

  /** In blocks, so that a large message is seen to make progress while a slow peer takes it. */
  #writeWaiting(): void {
    while (this.#inFlightBytes < MAX_IN_FLIGHT_BYTES) {
      const block = this.#waiting.take();
      if (block === undefined) return;
      this.#writeNow(block);
    }
  }

  /** Lets other connections have their turn first. */
  #yieldTurn(): void {
    this.#turnHandle ??= setImmediate(this.#nextTurn);
  }

  #received(chunk: Uint8Array): void {
    this.#arrivals++;
    if (this.#state === "closed") return;
    this.#parser.push(chunk);
    if (this.#turnHandle === undefined && !this.#held) this.#handOut();
    else if (!this.#paused && this.#parser.heldBytes > MAX_BYTES_PER_TURN) {
      // Not reading is all the flow control there is towards a peer that sends faster than it is served.
      this.#paused = true;
      this.#socket.pause();
    }
  }

  readonly #nextTurn = (): void => {
    this.#turnHandle = undefined;
    this.#handOut();
    if (this.#turnHandle !== undefined || this.#held) return;
    if (this.#paused) {
      this.#paused = false;
      this.#socket.resume();
    }
    if (this.#peerEnded && this.#state !== "closed") this.#socket.destroy();
  };

  /** Hands out what has arrived, up to one turn's share. */
  #handOut(): void {
    let bytes = 0;
    for (let items = 0; !this.#held && this.#state !== "closed"; items++) {
      if (items >= MAX_ITEMS_PER_TURN || bytes >= MAX_BYTES_PER_TURN) return this.#yieldTurn();
      let item: WebSocketItem | undefined;
      try {
        item = this.#parser.next();
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        return this.#fail(error);
      }
      if (item === undefined) return;
      if (item.kind !== "close") bytes += item.payload.length;
      this.#handle(item);
    }
  }

  #handle(item: WebSocketItem): void {
    switch (item.kind) {
      case "text":
      case "binary":
        // What arrives after this side began to close is of no use to anybody.
        if (this.#state !== "open") return;
        if (this.onbytes !== undefined) this.onbytes(item.payload, item.kind === "text");
        else this.onmessage?.(item.kind === "text" ? new TextDecoder().decode(item.payload) : item.payload);
        return;
      case "ping":
        if (this.#state === "open") this.#queueControl(Opcode.PONG, item.payload);
        return;
      case "pong":
        this.onpong?.(item.payload);
        return;
      case "close":
        if (this.#state === "open") {
          this.#queueControl(Opcode.CLOSE, closePayload(item.code, item.reason));
          this.#beginClosing();
        }
        // The peer waits for the server to end the connection (RFC 6455, 7.1.1).
        this.#endWhenWritten();
        return this.#finish(item.code, item.reason);
    }
  }

  #fail(error: FrameError): void {
    if (this.#state === "open") {
      this.#queueControl(Opcode.CLOSE, closePayload(error.code, error.message));
      this.#beginClosing();
    }
    this.#endWhenWritten();
    this.#finish(error.code, error.message);
  }

  #endWhenWritten(): void {
    this.#ending = true;
    if (this.bufferedBytes === 0) this.#socket.end();
  }

  #beginClosing(): void {
    this.#state = "closing";
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS);
  }

  #ended(): void {
    this.#peerEnded = true;
    // What came before the end is still handed out, a turn's share at a time; an answer to a close is still written.
    if (this.#turnHandle === undefined && !this.#held && this.#state !== "closed") this.#socket.destroy();
  }

  /** Reports the end, once; the timer stays until the socket is gone. */
  #finish(code: number, reason: string): void {
    if (this.#socket.destroyed) {
      clearTimeout(this.#closeTimer);
      if (this.#turnHandle !== undefined) clearImmediate(this.#turnHandle);
      this.#frames = [];
      this.#waiting.clear();
      this.#frameBytes = this.#inFlightBytes = 0;
    }
    if (this.#state === "closed") return;
    this.#state = "closed";
    queueMicrotask(() => this.onclose?.(code, reason));
  }
}
