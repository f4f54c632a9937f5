/** A router that does just what a test tells it to, message by message. @module */
import assert from "node:assert/strict";
import type { OpenTransport } from "../../../client/mod.ts";
import { type MemoryPair, memoryPair } from "../../../transport/mod.ts";
import { serializerFor } from "../../../wamp/mod.ts";

const DEADLINE_MS = 5000;

/** One connection as the router sees it. */
export class ScriptedPeer {
  /** Resolves with code and reason when the client closes. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Every message that came, in order. */
  readonly received: unknown[][] = [];
  readonly #pair: MemoryPair;
  readonly #serializer;
  readonly #isText: boolean;
  #looked = 0;
  #wake: () => void = () => {};

  constructor(pair: MemoryPair) {
    this.#pair = pair;
    const encoding = pair.client.subprotocol.split(".")[2];
    this.#isText = encoding === "json";
    assert.ok(encoding === "json" || encoding === "msgpack" || encoding === "cbor");
    this.#serializer = serializerFor(encoding);
    this.closed = new Promise((resolve) => {
      pair.server.onclose = (code, reason) => {
        resolve({ code, reason });
        this.#wake();
      };
    });
    pair.server.onmessage = (frame) => {
      const bytes = typeof frame === "string" ? new TextEncoder().encode(frame) : frame;
      const message = this.#serializer.decodeValue(bytes, { floats: "keep" });
      assert.ok(Array.isArray(message));
      this.received.push(message);
      this.#wake();
    };
  }

  /** The next message, which has to be of this type. */
  async expect(type: number): Promise<unknown[]> {
    const message = await this.next();
    assert.equal(message[0], type, `expected a message of type ${type}, got ${Deno.inspect(message)}`);
    return message;
  }

  /** The next message. */
  async next(): Promise<unknown[]> {
    const end = performance.now() + DEADLINE_MS;
    for (;;) {
      const message = this.received[this.#looked];
      if (message !== undefined) {
        this.#looked++;
        return message;
      }
      assert.ok(performance.now() < end, "no message came");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Sends a message. */
  send(message: unknown[]): void {
    const bytes = this.#serializer.encodeValue(message);
    this.#pair.server.send(this.#isText ? new TextDecoder().decode(bytes) : bytes);
  }

  /** Sends a frame as it is. */
  sendFrame(frame: string | Uint8Array): void {
    this.#pair.server.send(frame);
  }

  /** Takes HELLO and sends WELCOME; gives HELLO. */
  async welcome(session = 4711, details: object = { roles: { broker: {}, dealer: {} } }): Promise<unknown[]> {
    const hello = await this.expect(1);
    this.send([2, session, details]);
    return hello;
  }

  /** Answers a GOODBYE and closes as a router does. */
  async farewell(): Promise<void> {
    await this.expect(6);
    this.send([6, {}, "wamp.close.goodbye_and_out"]);
    await this.closed;
  }

  /** Reads no more. */
  stopReading(): void {
    this.#pair.server.hold();
  }

  /** Reads on. */
  readAgain(): void {
    this.#pair.server.release();
  }

  /** Breaks the connection. */
  cut(): void {
    this.#pair.server.terminate();
  }

  /** Closes it. */
  close(code: number, reason: string): void {
    this.#pair.server.close(code, reason);
  }
}

/** Takes connections one after the other. */
export class ScriptedRouter {
  readonly #peers: ScriptedPeer[] = [];
  #wake: () => void = () => {};
  #subprotocol: string;
  /** How many connections were asked for. */
  attempts = 0;
  /** When set, connections are refused with it. */
  refusal: Error | undefined;

  constructor(subprotocol = "wamp.2.cbor") {
    this.#subprotocol = subprotocol;
  }

  /** The way in, for `ConnectOptions`. */
  readonly openTransport: OpenTransport = () => {
    this.attempts++;
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    const pair = memoryPair(this.#subprotocol);
    this.#peers.push(new ScriptedPeer(pair));
    this.#wake();
    return Promise.resolve(pair.client);
  };

  /** The next connection. */
  async accept(): Promise<ScriptedPeer> {
    const end = performance.now() + DEADLINE_MS;
    for (;;) {
      const peer = this.#peers.shift();
      if (peer !== undefined) return peer;
      assert.ok(performance.now() < end, "no connection came");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
