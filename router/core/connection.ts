/** One connection, from opening to close; it may carry one session after the other (spec 2.5 to 2.8). @module */
import { parseCryptosignHex } from "../../wamp/cryptosign.ts";
import type { Authenticate, Hello, Message } from "../../wamp/message.ts";
import { checkUri } from "../../wamp/uri.ts";
import type { PeerLink } from "../peer.ts";
import type { Authentication } from "./authentication.ts";
import type { FailureBrake } from "./failure_brake.ts";
import type { Realm } from "./realm.ts";
import type { RealmParts } from "./realm_parts.ts";
import { dictOf, Session } from "./session.ts";
import type { SharedDelay } from "./shared_delay.ts";
import { type ConnectionState, KINDS, messageName, STEPS } from "./steps.ts";
import { shortUri } from "./uri_rules.ts";
import type { Accepted, Refused } from "./verdict.ts";
import { rolesFault, welcomeOf } from "./welcome.ts";

/** What the wire layer tells the core of a connection. */
export interface CoreSession {
  /** Session id while a session has joined, for log lines. */
  readonly sessionId: number | undefined;
  /** Who it is, for log lines: session id, authid, agent; or the address before it joined. */
  readonly description: string;
  /** A message has arrived. Never throws. */
  receive(message: Message): void;
  /** Something arrived that is no message; the text names type and field, never the payload. */
  violation(text: string): void;
  /** The connection is gone, or the wire layer gives it up. Does nothing when the core closed it. */
  lost(reason: string): void;
}

/** What a connection needs of the core. */
export interface ConnectionParts {
  /** Clock, limits, counters and so on. */
  readonly parts: RealmParts;
  /** The realm of this name. */
  readonly realm: (name: string) => Realm | undefined;
  /** The authentication of the connection's path. */
  readonly authentication: Authentication;
  /** Times how long a HELLO may take. */
  readonly helloDelay: SharedDelay;
  /** Slows down those who guess. */
  readonly brake: FailureBrake;
  /** A session id that nobody has. */
  readonly freshSessionId: () => number;
  /** Product and version. */
  readonly agent: string;
  /** Called once when the connection is over. */
  readonly closed: (connection: Connection) => void;
}

interface Pending {
  readonly realm: Realm;
  readonly hello: Hello;
  readonly sessionId: number;
  readonly verify: (answer: Authenticate) => Accepted | Refused;
}

/** The state machine of one connection. */
export class Connection implements CoreSession {
  readonly #link: PeerLink;
  readonly #core: ConnectionParts;
  #state: ConnectionState = "awaitHello";
  #stopTimer: (() => void) | undefined;
  #pending: Pending | undefined;
  #realm: Realm | undefined;
  #session: Session | undefined;
  #closeCode = 1000;

  /** Starts to wait for HELLO. */
  constructor(link: PeerLink, core: ConnectionParts) {
    this.#link = link;
    this.#core = core;
    this.#stopTimer = core.helloDelay.start(() => {
      this.#stopTimer = undefined;
      this.#close(1002, "no HELLO in time");
    });
  }

  /** Where the connection is. */
  get state(): ConnectionState {
    return this.#state;
  }

  get sessionId(): number | undefined {
    return this.#session?.id;
  }

  get description(): string {
    const { address } = this.#link.info;
    const session = this.#session;
    if (session === undefined) return `connection from ${address}`;
    return `session ${session.id} (authid "${session.identity.authid}", agent ${
      session.agent ?? "unknown"
    }, ${address})`;
  }

  receive(message: Message): void {
    const session = this.#session;
    if (this.#state === "joined" && session !== undefined && KINDS[message.type] === "request") {
      const fault = this.#realm?.handle(session, message);
      if (fault !== undefined) this.violation(fault);
      return;
    }
    this.#step(message);
  }

  violation(text: string): void {
    if (this.#state === "closed") return;
    this.#core.parts.counters.violations++;
    this.#core.parts.logger.warn(`Protocol violation by ${this.description}: ${text}`);
    this.#leaveRealm();
    this.#link.send({ type: 3, details: { message: text }, reason: "wamp.error.protocol_violation" });
    this.#close(1002, text);
  }

  lost(reason: string): void {
    if (this.#state === "closed") return;
    this.#core.parts.logger.debug?.(`Lost ${this.description}: ${reason}`);
    this.#leaveRealm();
    this.#end();
  }

  /** Says GOODBYE, waits for the answer at most `goodbyeMs`, then closes with this code. */
  sayGoodbye(reason: string, options: { message?: string | undefined; closeCode: number }): void {
    this.#closeCode = options.closeCode;
    if (this.#state === "closed" || this.#state === "goodbyeSent") return;
    if (this.#state !== "joined") return this.#close(options.closeCode, reason);
    this.#leaveRealm();
    this.#state = "goodbyeSent";
    const details = options.message === undefined ? {} : { message: options.message };
    this.#link.send({ type: 6, details, reason });
    this.#arm(this.#core.parts.limits.goodbyeMs, () => this.#close(this.#closeCode, reason));
  }

  #step(message: Message): void {
    switch (STEPS[this.#state][KINDS[message.type] ?? "routerOnly"]) {
      case "join":
        if (message.type === 1) this.#hello(message);
        break;
      case "verify":
        if (message.type === 5) this.#authenticate(message);
        break;
      case "leave":
        this.#goodbye();
        break;
      case "finish":
        this.#close(this.#closeCode, "goodbye");
        break;
      case "close":
        this.#leaveRealm();
        this.#close(1000, "");
        break;
      case "violation":
        this.violation(`${messageName(message.type)} is not allowed ${PLACES[this.#state]}`);
        break;
      case "ignore":
      case "handle":
        break;
    }
  }

  #hello(hello: Hello): void {
    const uriFault = checkUri(hello.realm);
    if (uriFault !== undefined) {
      return this.#abort(
        "wamp.error.invalid_uri",
        `invalid realm URI: ${uriFault}`,
      );
    }
    const fault = rolesFault(hello.details.roles);
    if (fault !== undefined) return this.violation(fault);
    const realm = this.#core.realm(hello.realm);
    if (realm === undefined) {
      return this.#abort("wamp.error.no_such_realm", `no realm "${hello.realm}" exists on this router`);
    }
    const sessionId = this.#core.freshSessionId();
    const answer = this.#core.authentication.begin(hello, sessionId);
    if (answer.outcome === "refused") return this.#abort(answer.reason, answer.text);
    if (answer.outcome === "accepted") return this.#welcome(realm, hello, sessionId, answer);
    this.#pending = { realm, hello, sessionId, verify: answer.verify };
    this.#state = "awaitAuthenticate";
    this.#link.send({ type: 4, method: answer.method, extra: answer.extra });
    this.#arm(this.#core.parts.limits.authenticateMs, () => {
      this.#abort("wamp.error.authentication_failed", "no AUTHENTICATE in time");
    });
  }

  #authenticate(message: Authenticate): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    const { realm, hello, sessionId, verify } = pending;
    const verdict = verify(message);
    if (verdict.outcome === "accepted") return this.#welcome(realm, hello, sessionId, verdict);
    const { address } = this.#link.info;
    this.#core.parts.counters.authenticationFailures++;
    this.#core.parts.logger.warn(
      `Authentication failed: ${address}, ${claimOf(hello)}, realm ${realm.name}`,
    );
    const delayMs = this.#core.brake.delayMs(address);
    if (delayMs === 0) return this.#abort(verdict.reason, verdict.text);
    this.#arm(delayMs, () => this.#abort(verdict.reason, verdict.text));
  }

  #welcome(realm: Realm, hello: Hello, id: number, accepted: Accepted): void {
    const role = realm.role(accepted.role);
    if (role === undefined) {
      return this.#abort("wamp.error.no_such_role", `realm "${realm.name}" has no role "${accepted.role}"`);
    }
    const { authid, authmethod, authextra } = accepted;
    const identity = { authid, role, authmethod, authprovider: "static", authextra };
    const joinedSeconds = this.#core.parts.clock.now();
    const session = new Session(
      { id, realm: realm.name, identity, hello: hello.details, joinedSeconds },
      {
        link: this.#link,
        ender: {
          kill: (reason, message) => this.sayGoodbye(reason, { message, closeCode: 1000 }),
          drop: (reason) => {
            this.lost(reason);
            this.#link.close(1002, reason);
          },
        },
        internal: false,
      },
    );
    this.#disarm();
    this.#state = "joined";
    this.#realm = realm;
    this.#session = session;
    this.#link.send(welcomeOf(session, this.#core.agent));
    realm.join(session);
  }

  #goodbye(): void {
    this.#leaveRealm();
    this.#state = "awaitHello";
    this.#link.send({ type: 6, details: {}, reason: this.#core.parts.behaviour.goodbyeReply });
    this.#arm(this.#core.parts.limits.rejoinMs, () => this.#close(1000, "no session"));
  }

  #leaveRealm(): void {
    const session = this.#session;
    const realm = this.#realm;
    this.#session = undefined;
    this.#realm = undefined;
    if (session !== undefined) realm?.leave(session);
  }

  #abort(reason: string, text: string): void {
    this.#link.send({ type: 3, details: { message: text }, reason });
    this.#close(1000, text);
  }

  #close(code: number, reason: string): void {
    if (this.#state === "closed") return;
    this.#end();
    this.#link.close(code, shortReason(reason));
  }

  #end(): void {
    this.#state = "closed";
    this.#pending = undefined;
    this.#disarm();
    this.#core.closed(this);
  }

  #arm(delayMs: number, expire: () => void): void {
    this.#disarm();
    this.#stopTimer = this.#core.parts.clock.setTimer(delayMs, () => {
      this.#stopTimer = undefined;
      expire();
    });
  }

  #disarm(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}

const PLACES: Readonly<Record<ConnectionState, string>> = {
  awaitHello: "before HELLO",
  awaitAuthenticate: "between CHALLENGE and AUTHENTICATE",
  joined: "from a client in a session",
  goodbyeSent: "after GOODBYE",
  closed: "after the end",
};

/** A close reason may have 123 bytes of UTF-8. */
function shortReason(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= 123) return text;
  return new TextDecoder().decode(bytes.subarray(0, 123)).replace(/\ufffd+$/, "");
}

/** Who a client says it is, for the log: its name, and its public key where it has sent one. */
function claimOf({ details: { authid, authextra } }: Hello): string {
  const pubkey = dictOf(authextra)?.pubkey;
  const key = parseCryptosignHex(pubkey) === undefined ? "" : `, key ${String(pubkey).toLowerCase()}`;
  return `authid ${typeof authid === "string" ? JSON.stringify(shortUri(authid)) : "none"}${key}`;
}
