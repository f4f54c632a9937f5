/** A connection inside one process. @module */
import type { FrameTransport } from "./frame_transport.ts";
import type { PreparedFrame } from "./prepared_frame.ts";
import type { ServerTransport } from "./server_transport.ts";
import { CloseCode, closePayload, isSendableCode } from "./websocket_framing.ts";

const MAX_FRAMES_PER_TURN = 64;

/** Two ends of one pipe. */
export interface MemoryPair {
  /** The end of whoever would have opened a WebSocket. */
  readonly client: FrameTransport;
  /** The end of a router. */
  readonly server: ServerTransport;
}

/**
 * Makes a pipe inside this process that behaves as a WebSocket does: frames arrive later, in order, as copies.
 *
 * @param subprotocol What both ends report as agreed on, such as `wamp.2.cbor`.
 */
export function memoryPair(subprotocol: string): MemoryPair {
  const client = new MemoryTransport(subprotocol);
  const server = new MemoryTransport(subprotocol);
  client.connect(server);
  server.connect(client);
  return { client, server };
}

type Item =
  | { readonly kind: "frame"; readonly payload: Uint8Array; readonly text: boolean }
  | { readonly kind: "close"; readonly code: number; readonly reason: string };

class MemoryTransport implements ServerTransport {
  readonly subprotocol: string;
  onmessage: ((frame: string | Uint8Array) => void) | undefined;
  onclose: ((code: number, reason: string) => void) | undefined;
  onbytes: ((payload: Uint8Array, text: boolean) => void) | undefined;
  onpong: ((payload: Uint8Array) => void) | undefined;

  #other: MemoryTransport | undefined;
  #inbox: Item[] = [];
  #inboxBytes = 0;
  #handle: ReturnType<typeof setImmediate> | undefined;
  #held = false;
  #arrivals = 0;
  #open = true;

  constructor(subprotocol: string) {
    this.subprotocol = subprotocol;
  }

  connect(other: MemoryTransport): void {
    this.#other = other;
  }

  get bufferedBytes(): number {
    return this.#other === undefined ? 0 : this.#other.#inboxBytes;
  }

  get arrivals(): number {
    return this.#arrivals;
  }

  get departures(): number {
    return this.#other === undefined ? 0 : this.#other.#arrivals;
  }

  send(frame: string | Uint8Array): void {
    const text = typeof frame === "string";
    this.#deliver({ kind: "frame", payload: text ? new TextEncoder().encode(frame) : frame.slice(), text });
  }

  sendPrepared(frame: PreparedFrame): void {
    this.#deliver({ kind: "frame", payload: frame.bytes.slice(frame.payloadAt), text: frame.text });
  }

  ping(payload: Uint8Array): void {
    const copy = payload.slice();
    // A peer in this process lives as long as this process does.
    queueMicrotask(() => {
      if (!this.#open) return;
      this.#arrivals++;
      this.onpong?.(copy);
    });
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    const cut = new TextDecoder().decode(closePayload(1000, reason).subarray(2));
    const sent = isSendableCode(code) ? code : CloseCode.NO_CODE;
    this.#deliver({ kind: "close", code: sent, reason: cut });
    this.#finish(sent, cut);
  }

  terminate(): void {
    if (!this.#open) return;
    this.#other?.take({ kind: "close", code: CloseCode.LOST, reason: "connection lost" });
    this.#finish(CloseCode.LOST, "terminated");
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    if (this.#open) this.#schedule();
  }

  take(item: Item): void {
    if (!this.#open) return;
    this.#inbox.push(item);
    if (item.kind === "frame") this.#inboxBytes += item.payload.length;
    this.#schedule();
  }

  #deliver(item: Item): void {
    if (this.#open) this.#other?.take(item);
  }

  #schedule(): void {
    if (!this.#held) this.#handle ??= setImmediate(this.#handOut);
  }

  readonly #handOut = (): void => {
    this.#handle = undefined;
    let handed = 0;
    for (const item of this.#inbox) {
      if (!this.#open || this.#held || handed === MAX_FRAMES_PER_TURN) break;
      handed++;
      this.#arrivals++;
      if (item.kind === "close") {
        this.#finish(item.code, item.reason);
        break;
      }
      this.#inboxBytes -= item.payload.length;
      if (this.onbytes !== undefined) this.onbytes(item.payload, item.text);
      else this.onmessage?.(item.text ? new TextDecoder().decode(item.payload) : item.payload);
    }
    if (!this.#open) return;
    this.#inbox = this.#inbox.slice(handed);
    if (this.#inbox.length > 0 && !this.#held) this.#schedule();
  };

  #finish(code: number, reason: string): void {
    this.#open = false;
    if (this.#handle !== undefined) clearImmediate(this.#handle);
    this.#inbox = [];
    this.#inboxBytes = 0;
    queueMicrotask(() => this.onclose?.(code, reason));
  }
}
