/** A session of the router itself, for the HTTP bridge and the self-check. @module */
import type { Clock } from "../../internal/clock.ts";
import type { Dict, ErrorMessage, Event, Message, Published, Result } from "../../wamp/message.ts";
import type { Payload } from "../../wamp/payload.ts";
import { NO_DETAILS } from "./errors_out.ts";
import type { Role } from "./permissions.ts";
import type { Realm } from "./realm.ts";
import { Session } from "./session.ts";

/** Calls and publishes in a realm without a connection. */
export class InternalSession {
  readonly #realm: Realm;
  readonly #session: Session;
  readonly #pending = new Map<number, (reply: Message | undefined) => void>();
  readonly #handlers = new Map<number, (event: Event) => void>();
  #request = 0;

  /** Made by `RouterCore.openInternal`. */
  constructor(realm: Realm, role: Role, options: { id: number; clock: Clock }) {
    this.#realm = realm;
    this.#session = new Session({
      id: options.id,
      realm: realm.name,
      identity: {
        authid: "internal",
        role,
        authmethod: "internal",
        authprovider: "static",
        authextra: NO_DETAILS,
      },
      hello: { agent: "internal" },
      joinedSeconds: options.clock.now(),
    }, {
      link: {
        info: { address: "internal", subprotocol: "internal", path: "", headers: {} },
        send: (message) => this.#receive(message),
        close: () => {},
        probe: () => Promise.resolve(true),
        writable: true,
        get lastReceivedMs() {
          return options.clock.monotonicMs();
        },
      },
      ender: { kill: () => {}, drop: () => {} },
      internal: true,
    });
    realm.join(this.#session);
  }

  /** Session id. */
  get id(): number {
    return this.#session.id;
  }

  /** Calls a procedure; the reply may take hours. Rejects with an Error only when this session is closed meanwhile. */
  async call(
    procedure: string,
    payload: Payload,
    options: Dict = NO_DETAILS,
  ): Promise<Result | ErrorMessage> {
    const request = ++this.#request;
    const reply = await this.#ask(request, { type: 48, request, options, procedure, payload });
    if (reply?.type === 50 || reply?.type === 8) return reply;
    throw new Error(`Cannot call "${procedure}": the internal session was closed`);
  }

  /** Publishes with acknowledgement. Rejects with an Error only when this session is closed already. */
  async publish(
    topic: string,
    payload: Payload,
    options: Dict = NO_DETAILS,
  ): Promise<Published | ErrorMessage> {
    const request = ++this.#request;
    const acknowledged = { ...options, acknowledge: true };
    const reply = await this.#ask(request, { type: 16, request, options: acknowledged, topic, payload });
    if (reply?.type === 17 || reply?.type === 8) return reply;
    throw new Error(`Cannot publish to "${topic}": the internal session was closed`);
  }

  /**
   * Subscribes; `handler` is called in a later turn, never from within the publication.
   *
   * @throws {Error} If it is refused.
   */
  async subscribe(topic: string, handler: (event: Event) => void, options: Dict = NO_DETAILS): Promise<void> {
    const request = ++this.#request;
    const reply = await this.#ask(request, { type: 32, request, options, topic });
    if (reply?.type !== 33) {
      const why = reply?.type === 8 ? reply.error : "the internal session was closed";
      throw new Error(`Cannot subscribe to "${topic}": ${why}`);
    }
    this.#handlers.set(reply.subscription, handler);
  }

  /** Ends the session and what is pending in it. */
  close(): void {
    this.#realm.leave(this.#session);
    this.#handlers.clear();
    for (const settle of this.#pending.values()) settle(undefined);
    this.#pending.clear();
  }

  #ask(request: number, message: Message): Promise<Message | undefined> {
    if (this.#session.gone) return Promise.resolve(undefined);
    return new Promise((settle, reject) => {
      this.#pending.set(request, settle);
      const fault = this.#realm.handle(this.#session, message);
      if (fault === undefined) return;
      this.#pending.delete(request);
      reject(new TypeError(`Cannot send message: ${fault}`));
    });
  }

  #receive(message: Message): void {
    if (message.type === 36) {
      const handler = this.#handlers.get(message.subscription);
      if (handler !== undefined) queueMicrotask(() => handler(message));
      return;
    }
    if (!("request" in message)) return;
    if (message.type === 50 && message.details.progress === true) return;
    const settle = this.#pending.get(message.request);
    this.#pending.delete(message.request);
    settle?.(message);
  }
}
