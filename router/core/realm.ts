/** One realm: its sessions, broker, dealer, meta API. @module */
import { type Message, MessageType } from "../../wamp/message.ts";
import { Broker } from "./broker.ts";
import { Dealer } from "./dealer.ts";
import { MetaApi } from "./meta_api.ts";
import { sessionDetails } from "./meta_details.ts";
import type { RealmConfig } from "./options.ts";
import { Role, TRUSTED_ROLE } from "./permissions.ts";
import type { RealmParts } from "./realm_parts.ts";
import { Registrar } from "./registrar.ts";
import type { Session } from "./session.ts";

/** A realm. */
export class Realm {
  /** Name. */
  readonly name: string;
  /** Joined sessions by id. */
  readonly sessions: Map<number, Session> = new Map();
  /** Its broker. */
  readonly broker: Broker;
  /** Its registrations. */
  readonly registrar: Registrar;
  /** Its dealer. */
  readonly dealer: Dealer;
  readonly #parts: RealmParts;
  readonly #roles = new Map<string, Role>();

  /** Makes a realm without sessions. */
  constructor(config: RealmConfig, parts: RealmParts) {
    this.name = config.name;
    this.#parts = parts;
    for (const role of [{ name: TRUSTED_ROLE, permissions: [] }, ...config.roles]) {
      this.#roles.set(role.name, new Role(role, parts.limits.permissionCache));
    }
    const publishMeta = (topic: string, args: () => readonly unknown[]) =>
      this.broker.publishOwn(topic, () => ({ kind: "values", args: args() }));
    this.broker = new Broker(parts, publishMeta);
    this.registrar = new Registrar(parts, publishMeta);
    const meta = new MetaApi(this, parts);
    this.dealer = new Dealer(parts, this.registrar, (session, call) => meta.answer(session, call));
  }

  /** The role of this name. */
  role(name: string): Role | undefined {
    return this.#roles.get(name);
  }

  /** Makes a session known. Its WELCOME has been queued. */
  join(session: Session): void {
    this.sessions.set(session.id, session);
    if (session.internal) return;
    this.#parts.counters.joined++;
    this.broker.publishOwn(
      "wamp.session.on_join",
      () => ({ kind: "values", args: [sessionDetails(session)] }),
    );
  }

  /** Handles a message of a joined session. Returns what is wrong with it when it breaks the protocol. */
  handle(session: Session, message: Message): string | undefined {
    switch (message.type) {
      case MessageType.PUBLISH:
        return this.broker.publish(session, message);
      case MessageType.CALL:
        return this.dealer.call(session, message);
      case MessageType.YIELD:
        return this.dealer.yield(session, message);
      case MessageType.ERROR:
        return this.dealer.error(session, message);
      case MessageType.SUBSCRIBE:
        return this.broker.subscribe(session, message);
      case MessageType.UNSUBSCRIBE:
        return this.broker.unsubscribe(session, message);
      case MessageType.REGISTER:
        return this.registrar.register(session, message);
      case MessageType.UNREGISTER:
        return this.registrar.unregister(session, message);
      case MessageType.CANCEL:
        return this.dealer.cancel(session, message);
      default:
        return `message type ${message.type} is not for a router`;
    }
  }

  /** Removes a session and all that is its own, in the order of spec 2.5. */
  leave(session: Session): void {
    if (session.gone) return;
    session.gone = true;
    this.sessions.delete(session.id);
    this.broker.removeSession(session);
    this.registrar.removeSession(session);
    this.dealer.removeSession(session);
    for (const { topic, payload, options } of session.testaments) {
      this.broker.publishOwn(topic, () => payload, options);
    }
    session.testaments = [];
    if (session.internal) return;
    this.#parts.counters.left++;
    const { authid, role } = session.identity;
    this.broker.publishOwn("wamp.session.on_leave", () => ({
      kind: "values",
      args: [session.id, authid, role.name],
    }));
  }
}
