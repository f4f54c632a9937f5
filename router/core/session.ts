/** A joined session: who it is, and what of the realm's state is its own. @module */
import type { Dict, Message } from "../../wamp/message.ts";
import type { PeerLink } from "../peer.ts";
import type { Role } from "./permissions.ts";
import type { Testament } from "./testaments.ts";

/** Who a session is, as its authentication found out. */
export interface Identity {
  /** Who it says it is, or a random text for anonymous ones. */
  readonly authid: string;
  /** What it may do. */
  readonly role: Role;
  /** How it proved it: `anonymous`, `ticket`, `wampcra`, `cryptosign` or `internal`. */
  readonly authmethod: string;
  /** `static`. */
  readonly authprovider: string;
  /** What HELLO's authextra held. */
  readonly authextra: Dict;
}

/** What can be done to a session from outside of it. */
export interface SessionEnder {
  /** Ends the session with a GOODBYE. */
  kill(reason: string, message: string | undefined): void;
  /** Ends the session without a word: its peer is gone. */
  drop(reason: string): void;
}

/** A session between WELCOME and its end. */
export class Session {
  /** Session id. */
  readonly id: number;
  /** Name of its realm. */
  readonly realm: string;
  /** Who it is. */
  readonly identity: Identity;
  /** Its way out. */
  readonly link: PeerLink;
  /** Details of its HELLO. */
  readonly hello: Dict;
  /** Seconds since 1970 when it joined. */
  readonly joinedSeconds: number;
  /** Whether it belongs to the router itself: not seen in the meta API. */
  readonly internal: boolean;
  /** Whether it takes INTERRUPT. */
  readonly canBeInterrupted: boolean;
  /** Whether it can send progressive results. */
  readonly canProgress: boolean;
  /** Whether it understands UNSUBSCRIBED and UNREGISTERED with request 0. */
  readonly revocable: { readonly subscriptions: boolean; readonly registrations: boolean };
  /** Whether it is autobahn-js, which cannot stand the ERROR of a call it has cancelled. */
  readonly forgetsCancelled: boolean;
  /** Ids of its subscriptions. */
  readonly subscriptions: Set<number> = new Set();
  /** Ids of its registrations. */
  readonly registrations: Set<number> = new Set();
  /** Invocation ids of its open calls, by its own request id. */
  readonly calls: Map<number, number> = new Map();
  /** Invocation ids of the calls it serves. */
  readonly serving: Set<number> = new Set();
  /** What is to be published when it goes. */
  testaments: Testament[] = [];
  /** True from the moment it ends. */
  gone = false;
  readonly #ender: SessionEnder;

  /** Makes the record of a session; the realm makes it known. */
  constructor(
    fixed: { id: number; realm: string; identity: Identity; hello: Dict; joinedSeconds: number },
    ways: { link: PeerLink; ender: SessionEnder; internal: boolean },
  ) {
    this.id = fixed.id;
    this.realm = fixed.realm;
    this.identity = fixed.identity;
    this.hello = fixed.hello;
    this.joinedSeconds = fixed.joinedSeconds;
    this.link = ways.link;
    this.internal = ways.internal;
    this.#ender = ways.ender;
    const callee = featuresOf(fixed.hello, "callee");
    const agent = this.agent;
    this.canBeInterrupted = callee?.call_canceling === true;
    this.canProgress = callee === undefined || callee.progressive_call_results === true;
    this.revocable = {
      // Peer autobahn-python announces subscription_revocation, yet drops the connection on UNSUBSCRIBED 0.
      subscriptions: featuresOf(fixed.hello, "subscriber")?.subscription_revocation === true &&
        !agent?.startsWith("AutobahnPython"),
      registrations: callee?.registration_revocation === true,
    };
    this.forgetsCancelled = agent === undefined &&
      featuresOf(fixed.hello, "caller")?.call_canceling === true &&
      /^wamp\.2\.(json|msgpack|cbor)$/.test(ways.link.info.subprotocol) &&
      // `ws` in Node sends no User-Agent.
      /^$|Mozilla|node|Deno/i.test(ways.link.info.headers["user-agent"] ?? "");
  }

  /** What it may do. */
  get role(): Role {
    return this.identity.role;
  }

  /** Product and version from HELLO, such as `AutobahnPython-24.4.2`. */
  get agent(): string | undefined {
    return typeof this.hello.agent === "string" ? this.hello.agent : undefined;
  }

  /** Queues a message to the peer; does nothing once the session is gone. */
  send(message: Message): void {
    if (!this.gone) this.link.send(message);
  }

  /** Ends it with a GOODBYE. */
  kill(reason: string, message?: string): void {
    this.#ender.kill(reason, message);
  }

  /** Ends it without a word. */
  drop(reason: string): void {
    this.#ender.drop(reason);
  }

  /** Who it is, in the words that crossbar uses in refusals. */
  toString(): string {
    const { authid, role } = this.identity;
    return `session (session_id=${this.id}, authid="${authid}", authrole="${role.name}")`;
  }
}

/** Features of one role in a HELLO; undefined when it announced none at all. */
function featuresOf(hello: Dict, role: string): Dict | undefined {
  const roles = dictOf(hello.roles);
  const features = dictOf(dictOf(roles?.[role])?.features);
  return features !== undefined && Object.keys(features).length > 0 ? features : undefined;
}

/** A value of the wire as a dict, when it is one. */
export function dictOf(value: unknown): Dict | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  // A non-null object that is no array can be read by string keys; what is found stays unknown.
  return value as Dict;
}
