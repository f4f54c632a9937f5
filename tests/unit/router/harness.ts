/** In-memory peers and a clock that a test winds by hand, for tests of the router core. */
import assert from "node:assert/strict";
import type { Clock } from "../../../internal/clock.ts";
import type { Logger } from "../../../internal/log.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { ocsAuthentication, ocsRealm } from "../../../router/core/ocs_realm.ts";
import type {
  AuthenticationConfig,
  RealmConfig,
  RouterCoreOptions,
  RouterRandom,
} from "../../../router/core/options.ts";
import { RouterCore } from "../../../router/core/router_core.ts";
import type { CoreSession } from "../../../router/core/connection.ts";
import type { PeerInfo, PeerLink } from "../../../router/peer.ts";
import type { Dict, Message } from "../../../wamp/message.ts";
import type { Payload } from "../../../wamp/payload.ts";

/** A message of one type. */
export type Of<T extends Message["type"]> = Extract<Message, { readonly type: T }>;

/** Repeatable chance, so that a failing test fails again. */
export class SeededRandom implements RouterRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to, not including, 1 (mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 up to, not including, `count`. */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  /** One of these. */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    assert(choice !== undefined);
    return choice;
  }

  id(): number {
    return Math.floor(this.fraction() * 2 ** 21) * 2 ** 32 + Math.floor(this.fraction() * 2 ** 32) || 1;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }
}

/** Keeps what the router logs. */
export class KeptLog implements Logger {
  readonly lines: string[] = [];

  info(text: string): void {
    this.lines.push(text);
  }

  warn(text: string): void {
    this.lines.push(text);
  }

  error(text: string): void {
    this.lines.push(text);
  }
}

/** Roles as Python OCS agents announce them. */
export const ALL_ROLES: Dict = {
  publisher: { features: { publisher_identification: true } },
  subscriber: { features: { pattern_based_subscription: true, subscription_revocation: true } },
  caller: { features: { call_canceling: true, progressive_call_results: true } },
  callee: {
    features: { call_canceling: true, progressive_call_results: true, registration_revocation: true },
  },
};

/** A peer of the router whose messages stay in a list until a test takes them. */
export class TestPeer {
  readonly inbox: Message[] = [];
  readonly session: CoreSession;
  readonly #clock: Clock;
  #request = 0;
  /** Set by the router's close. */
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** What `probe` of the link answers; undefined: never within the time. */
  answersProbe = true;
  probes = 0;
  writable = true;
  lastReceivedMs: number;
  id = 0;

  constructor(core: RouterCore, clock: Clock, info: Partial<PeerInfo> = {}) {
    this.#clock = clock;
    this.lastReceivedMs = clock.monotonicMs();
    // Accessors of the link must read this peer's fields; an arrow function cannot be an accessor.
    // deno-lint-ignore no-this-alias
    const peer = this;
    const link: PeerLink = {
      info: {
        address: "tcp4:127.0.0.1:40000",
        subprotocol: "wamp.2.cbor",
        path: "/ws",
        headers: {},
        ...info,
      },
      send(message) {
        assert.equal(
          peer.closed,
          undefined,
          `the router sent message type ${message.type} after it had closed`,
        );
        peer.inbox.push(message);
      },
      close(code, reason) {
        assert.equal(peer.closed, undefined, "the router closed twice");
        assert(new TextEncoder().encode(reason).length <= 123, "a close reason has 123 bytes at most");
        peer.closed = { code, reason };
      },
      probe() {
        peer.probes++;
        return Promise.resolve(peer.answersProbe);
      },
      get lastReceivedMs() {
        return peer.lastReceivedMs;
      },
      get writable() {
        return peer.writable;
      },
    };
    this.session = core.open(link);
  }

  /** The code the router has closed with. */
  closeCode(): number | undefined {
    return this.closed?.code;
  }

  /** Sends a message to the router. */
  send(message: Message): void {
    this.lastReceivedMs = this.#clock.monotonicMs();
    this.session.receive(message);
  }

  /** The next request id. */
  next(): number {
    return ++this.#request;
  }

  /** Joins a realm and takes the WELCOME. */
  join(details: Dict = {}, realm = "test_realm"): this {
    this.send({ type: 1, realm, details: { roles: ALL_ROLES, ...details } });
    this.id = this.take(2).session;
    return this;
  }

  /** Takes the next message, which must be of this type. */
  take<T extends Message["type"]>(type: T): Of<T> {
    const message = this.inbox.shift();
    assert(message !== undefined, `expected message type ${type}, but there is none`);
    assert.equal(message.type, type, `expected message type ${type}, got ${JSON.stringify(message)}`);
    // The type was compared one line above.
    return message as Of<T>;
  }

  /** Takes everything. */
  takeAll(): Message[] {
    return this.inbox.splice(0);
  }

  /** Takes an ERROR and returns its URI; its details must be empty and its first argument a text. */
  takeError(requestType: number, request?: number): string {
    const message = this.take(8);
    assert.equal(message.requestType, requestType);
    if (request !== undefined) assert.equal(message.request, request);
    assert.deepEqual({ ...message.details }, {});
    assert.equal(typeof argsOf(message.payload)[0], "string");
    return message.error;
  }

  /** Nothing may have come. */
  expectNothing(): void {
    assert.deepEqual(this.inbox, []);
  }

  /** The router must have sent ABORT protocol_violation and closed 1002. */
  expectViolation(textPart?: RegExp): void {
    const abort = this.take(3);
    assert.equal(abort.reason, "wamp.error.protocol_violation");
    const { message } = abort.details;
    assert(typeof message === "string");
    if (textPart !== undefined) assert.match(message, textPart);
    this.expectNothing();
    assert.equal(this.closeCode(), 1002);
  }

  subscribe(topic: string, options: Dict = {}): number {
    const request = this.next();
    this.send({ type: 32, request, options, topic });
    const reply = this.take(33);
    assert.equal(reply.request, request);
    return reply.subscription;
  }

  register(procedure: string, options: Dict = {}): number {
    const request = this.next();
    this.send({ type: 64, request, options, procedure });
    const reply = this.take(65);
    assert.equal(reply.request, request);
    return reply.registration;
  }

  publish(topic: string, args: unknown[] = [], options: Dict = {}): number {
    const request = this.next();
    this.send({ type: 16, request, options, topic, payload: values(args) });
    return request;
  }

  call(
    procedure: string,
    args: unknown[] = [],
    options: Dict = {},
    kwargs?: Record<string, unknown>,
  ): number {
    const request = this.next();
    this.send({ type: 48, request, options, procedure, payload: values(args, kwargs) });
    return request;
  }

  yield(request: number, args: unknown[] = [], options: Dict = {}): void {
    this.send({ type: 70, request, options, payload: values(args) });
  }

  /** Calls a procedure of the router and returns the first result. */
  ask(procedure: string, args: unknown[] = [], kwargs?: Record<string, unknown>): unknown {
    this.call(procedure, args, {}, kwargs);
    return argsOf(this.take(50).payload)[0];
  }
}

/** A payload of values. */
export function values(args: unknown[] = [], kwargs?: Record<string, unknown>): Payload {
  return kwargs === undefined ? { kind: "values", args } : { kind: "values", args, kwargs };
}

/** The args of a payload of values. */
export function argsOf(payload: Payload): readonly unknown[] {
  assert.equal(payload.kind, "values");
  return payload.kind === "values" ? payload.args ?? [] : [];
}

/** A core with the OCS realm `test_realm` and a realm `open` in which anyone may do everything. */
export function makeCore(options: Partial<RouterCoreOptions> & { seed?: number } = {}): {
  readonly core: RouterCore;
  readonly clock: ManualClock;
  readonly log: KeptLog;
  readonly random: SeededRandom;
  readonly peer: (info?: Partial<PeerInfo>) => TestPeer;
  readonly open: (details?: Dict, info?: Partial<PeerInfo>) => TestPeer;
  readonly agent: (details?: Dict, info?: Partial<PeerInfo>) => TestPeer;
} {
  const clock = new ManualClock(1_700_001_000);
  const log = new KeptLog();
  const random = new SeededRandom(options.seed ?? 1);
  const openRealm: RealmConfig = { name: "open", roles: [] };
  const authentication: Record<string, AuthenticationConfig> = {
    ...ocsAuthentication(),
    "/open": { anonymous: { role: "trusted" } },
    ...options.authentication,
  };
  const core = new RouterCore({
    clock,
    random,
    logger: log,
    ...options,
    realms: options.realms ?? [ocsRealm({ realm: "test_realm", addressRoot: "observatory" }), openRealm],
    authentication,
  });
  const peer = (info?: Partial<PeerInfo>) => new TestPeer(core, clock, info);
  return {
    core,
    clock,
    log,
    random,
    peer,
    open: (details, info) => peer({ path: "/open", ...info }).join(details, "open"),
    agent: (details, info) => peer(info).join(details),
  };
}
