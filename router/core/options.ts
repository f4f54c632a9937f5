/** What the router core is given: clock, randomness, realms, roles and limits. @module */
import type { Clock } from "../../internal/clock.ts";
import type { Logger } from "../../internal/log.ts";
import type { MatchPolicy } from "../../wamp/uri.ts";

/** The core's only source of chance. */
export interface RouterRandom {
  /** A random integer from 1 to 2^53 - 1 that nobody can guess. */
  id(): number;
  /** This many random bytes that nobody can guess. */
  bytes(count: number): Uint8Array;
}

/** The four things a permission can allow. */
export type Action = "call" | "register" | "publish" | "subscribe";

/** One entry of a role's permissions, as in crossbar's configuration (spec 5.7). */
export interface PermissionConfig {
  /** The URI; without `match` the starred form (`a.b.*`, `a.*.c`, `*`). */
  readonly uri: string;
  /** How `uri` is compared; absent means that stars decide. */
  readonly match?: MatchPolicy;
  /** What is allowed; whatever is missing is not. */
  readonly allow?: Readonly<Partial<Record<Action, boolean>>>;
  /** Whether receivers learn who called or published. Absent: only when the sender asks for it. */
  readonly disclose?: { readonly caller?: boolean; readonly publisher?: boolean };
}

/** A role of a realm. */
export interface RoleConfig {
  /** Name, such as `iocs_agent`. */
  readonly name: string;
  /** What sessions of this role may do. The role `trusted` may do everything, whatever is written here. */
  readonly permissions: readonly PermissionConfig[];
  /** Whether `force_reregister` may throw out other sessions' registrations. Default false. */
  readonly takeover?: boolean;
}

/** A realm and its roles. */
export interface RealmConfig {
  /** Name, such as `test_realm`. */
  readonly name: string;
  /** Roles; `trusted` always exists. */
  readonly roles: readonly RoleConfig[];
}

/** A principal that proves itself with a shared secret in clear text. */
export interface TicketPrincipal {
  /** The secret. */
  readonly ticket: string;
  /** Role it gets. */
  readonly role: string;
}

/** A principal that proves itself by an HMAC over a challenge. */
export interface WampCraPrincipal {
  /** The secret; with `salt` the derived key is computed from it, unless `derived` is true. */
  readonly secret: string;
  /** Role it gets. */
  readonly role: string;
  /** Salt of PBKDF2; absent for an unsalted secret. */
  readonly salt?: string;
  /** Rounds of PBKDF2. Default 1000. */
  readonly iterations?: number;
  /** Length of the derived key in bytes. Default 32. */
  readonly keylen?: number;
  /** True when `secret` is the derived key already (base64), so that the password itself is not stored. */
  readonly derived?: boolean;
}

/** A principal that proves itself by an Ed25519 signature over a challenge (WAMP-cryptosign). */
export interface CryptosignPrincipal {
  /** Its public keys, 64 hexadecimal digits each; any of them will do. */
  readonly authorizedKeys: readonly string[];
  /** Role it gets. */
  readonly role: string;
  /** The only realm it may join. Default: any. */
  readonly realm?: string;
}

/** The authentication methods of one WebSocket path (spec 5). */
export interface AuthenticationConfig {
  /** Anyone gets this role; without `authid` everyone gets a random one. */
  readonly anonymous?: { readonly role: string; readonly authid?: string };
  /** Principals by authid. */
  readonly ticket?: { readonly principals: Readonly<Record<string, TicketPrincipal>> };
  /** Principals by authid. */
  readonly wampcra?: { readonly users: Readonly<Record<string, WampCraPrincipal>> };
  /** Principals by authid; no channel binding. */
  readonly cryptosign?: { readonly principals: Readonly<Record<string, CryptosignPrincipal>> };
}

/** Every bound of the core, with its default. */
export interface CoreLimits {
  /** Most components of a wildcard pattern, which bounds the matching tree. Default 64. */
  readonly wildcardComponents: number;
  /** Subscriptions of one session. Default 10,000. */
  readonly subscriptionsPerSession: number;
  /** Registrations of one session. Default 10,000. */
  readonly registrationsPerSession: number;
  /** REGISTERs of one session that wait for a probe of the present holder; more are refused. Default 100. */
  readonly waitingRegisters: number;
  /** Open calls of one caller. Default 10,000. */
  readonly callsPerCaller: number;
  /** Open invocations of one callee. Default 10,000. */
  readonly callsPerCallee: number;
  /** Topics whose receivers are remembered. Default 10,000. */
  readonly topicCache: number;
  /** Decisions a role remembers per action. Default 10,000. */
  readonly permissionCache: number;
  /** Topics with a retained event. Default 10,000. */
  readonly retainedTopics: number;
  /** Bytes of all retained events. Default 64 MiB. */
  readonly retainedBytes: number;
  /** Testaments of one session. Default 100. */
  readonly testamentsPerSession: number;
  /** Bytes of the testaments of one session. Default 1 MiB. */
  readonly testamentBytes: number;
  /** Time for HELLO after opening, in ms. Default 10,000. */
  readonly helloMs: number;
  /** Time for AUTHENTICATE after CHALLENGE, in ms. Default 10,000. */
  readonly authenticateMs: number;
  /** Time for the answer to the router's GOODBYE, in ms. Default 1,000. */
  readonly goodbyeMs: number;
  /** How long a transport may stay without a session after GOODBYE, in ms. Default 10,000. */
  readonly rejoinMs: number;
  /** A holder of a wanted registration that was silent for this long is probed, in ms. Default 10,000. */
  readonly staleMs: number;
  /** Time for the answer to a probe, in ms. Default 5,000. */
  readonly probeMs: number;
  /** Authentication failures per address and minute before each further one is delayed. Default 10. */
  readonly failuresPerMinute: number;
  /** That delay in ms. Default 1,000. */
  readonly failureDelayMs: number;
}

/** The defaults of every limit. */
export const DEFAULT_LIMITS: CoreLimits = {
  wildcardComponents: 64,
  subscriptionsPerSession: 10_000,
  registrationsPerSession: 10_000,
  waitingRegisters: 100,
  callsPerCaller: 10_000,
  callsPerCallee: 10_000,
  topicCache: 10_000,
  permissionCache: 10_000,
  retainedTopics: 10_000,
  retainedBytes: 64 * 1024 * 1024,
  testamentsPerSession: 100,
  testamentBytes: 1024 * 1024,
  helloMs: 10_000,
  authenticateMs: 10_000,
  goodbyeMs: 1_000,
  rejoinMs: 10_000,
  staleMs: 10_000,
  probeMs: 5_000,
  failuresPerMinute: 10,
  failureDelayMs: 1_000,
};

/** Behaviour that a site may want as its old router had it. */
export interface CoreBehaviour {
  /** Reason in the answer to a client's GOODBYE; crossbar answers `wamp.close.normal`. */
  readonly goodbyeReply: "wamp.close.goodbye_and_out" | "wamp.close.normal";
  /** Unit of `CALL.options.timeout`; crossbar counts seconds. */
  readonly callTimeoutUnit: "ms" | "s";
  /** Whether an ERROR after a CANCEL other than kill is kept from autobahn-js, which would close with 3002 (spec 4.7). */
  readonly quietCancel: "autobahn-js" | "never";
  /** Who receives when an `eligible` list is empty; crossbar and nexus send to everybody. */
  readonly emptyEligible: "nobody" | "everybody";
}

/** What the router does unless told otherwise. */
export const DEFAULT_BEHAVIOUR: CoreBehaviour = {
  goodbyeReply: "wamp.close.goodbye_and_out",
  callTimeoutUnit: "ms",
  quietCancel: "autobahn-js",
  emptyEligible: "nobody",
};

/** What a router core is made from. */
export interface RouterCoreOptions {
  /** Realms that sessions can join. */
  readonly realms: readonly RealmConfig[];
  /**
   * Authentication by WebSocket path (`/ws`); `*` stands for every path not named. A path without an entry takes
   * anyone as role `anonymous`, as crossbar does without an `auth` section.
   */
  readonly authentication: Readonly<Record<string, AuthenticationConfig>>;
  /** The core's only source of time; `monotonicMs` is the base of `PeerLink.lastReceivedMs`. */
  readonly clock: Clock;
  /** Chance. Default: the runtime's cryptographic generator. */
  readonly random?: RouterRandom;
  /** Where refusals and oddities are told. Default: nowhere. */
  readonly logger?: Logger;
  /** Bounds that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<CoreLimits>;
  /** Behaviour that differs from `DEFAULT_BEHAVIOUR`. */
  readonly behaviour?: Partial<CoreBehaviour>;
  /** Product and version in WELCOME. Default `ocs-router`. */
  readonly agent?: string;
}
