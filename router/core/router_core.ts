/** The router without I/O: messages in, messages out. @module */
import { SILENT } from "../../internal/log.ts";
import type { PeerLink } from "../peer.ts";
import { Authentication } from "./authentication.ts";
import { Connection, type CoreSession } from "./connection.ts";
import { type CoreCounters, type CoreGauges, makeCounters } from "./counters.ts";
import { FailureBrake } from "./failure_brake.ts";
import { InternalSession } from "./internal_session.ts";
import { DEFAULT_BEHAVIOUR, DEFAULT_LIMITS, type RouterCoreOptions } from "./options.ts";
import { CryptoRandom } from "./random.ts";
import { Realm } from "./realm.ts";
import { type RealmParts, RisingIds } from "./realm_parts.ts";
import { SharedDelay } from "./shared_delay.ts";

/**
 * Routes WAMP messages between connections.
 *
 * It owns no socket; its timers are the clock's, and all end with the connections they belong to.
 */
export class RouterCore {
  readonly #parts: RealmParts;
  readonly #realms = new Map<string, Realm>();
  readonly #connections = new Set<Connection>();
  readonly #authentications = new Map<string, Authentication>();
  readonly #anyone: Authentication;
  readonly #brake: FailureBrake;
  readonly #helloDelay: SharedDelay;
  readonly #options: RouterCoreOptions;
  #shuttingDown: { readonly done: () => void; readonly promise: Promise<void> } | undefined;

  /** Makes a router with its realms and without connections. */
  constructor(options: RouterCoreOptions) {
    const { clock, random = new CryptoRandom(), logger = SILENT } = options;
    this.#options = options;
    this.#parts = {
      clock,
      random,
      logger,
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      behaviour: { ...DEFAULT_BEHAVIOUR, ...options.behaviour },
      counters: makeCounters(),
      ids: new RisingIds(random),
    };
    this.#anyone = new Authentication(undefined, this.#parts);
    this.#brake = new FailureBrake(clock, this.#parts.limits);
    this.#helloDelay = new SharedDelay(clock, this.#parts.limits.helloMs);
    for (const [path, config] of Object.entries(options.authentication)) {
      this.#authentications.set(path, new Authentication(config, this.#parts));
    }
    for (const config of options.realms) this.#realms.set(config.name, new Realm(config, this.#parts));
  }

  /** Totals since the start. */
  get counters(): Readonly<CoreCounters> {
    return this.#parts.counters;
  }

  /** Counts what exists at this moment. */
  gauges(): CoreGauges {
    const total = { sessions: 0, subscriptions: 0, registrations: 0, calls: 0, retained: 0 };
    for (const realm of this.#realms.values()) {
      for (const session of realm.sessions.values()) if (!session.internal) total.sessions++;
      total.subscriptions += realm.broker.index.size;
      total.registrations += realm.registrar.index.size;
      total.calls += realm.dealer.invocations.size;
      total.retained += realm.broker.retained.size;
    }
    return { connections: this.#connections.size, ...total };
  }

  /** Topics whose receivers are remembered, in all realms. */
  get cachedTopics(): number {
    let topics = 0;
    for (const realm of this.#realms.values()) topics += realm.broker.index.cachedTopics;
    return topics;
  }

  /** Lookups that matching has cost so far, in all realms, for tests that cost does not grow with subscriptions. */
  get matchingSteps(): number {
    let steps = 0;
    for (const realm of this.#realms.values()) steps += realm.broker.index.steps;
    return steps;
  }

  /**
   * Takes a new connection. The wire layer hands in what arrives and reports its end; the core sends and closes
   * through the link. During shutdown the link is closed at once.
   */
  open(link: PeerLink): CoreSession {
    const connection = new Connection(link, {
      parts: this.#parts,
      realm: (name) => this.#realms.get(name),
      authentication: this.#authentication(link.info.path),
      helloDelay: this.#helloDelay,
      brake: this.#brake,
      freshSessionId: () => this.#freshSessionId(),
      agent: this.#options.agent ?? "ocs-router",
      closed: (closed) => this.#forget(closed),
    });
    this.#connections.add(connection);
    if (this.#shuttingDown !== undefined) {
      connection.sayGoodbye("wamp.close.system_shutdown", { closeCode: 1001 });
    }
    return connection;
  }

  /**
   * Opens a session of the router itself (HTTP bridge, self-check): not seen in the meta API, no limit in time for
   * its calls. Whoever opens it closes it.
   *
   * @throws {RangeError} If there is no such realm or role.
   */
  openInternal(realmName: string, roleName: string): InternalSession {
    const realm = this.#realms.get(realmName);
    if (realm === undefined) {
      throw new RangeError(
        `Cannot open internal session in realm "${realmName}": no such realm on this router`,
      );
    }
    const role = realm.role(roleName);
    if (role === undefined) {
      throw new RangeError(
        `Cannot open internal session as "${roleName}": realm "${realmName}" has no such role`,
      );
    }
    return new InternalSession(realm, role, { id: this.#freshSessionId(), clock: this.#parts.clock });
  }

  /**
   * Says GOODBYE with `wamp.close.system_shutdown` to everybody; never `wamp.close.normal`, on which OCS agents stop
   * their operations. Resolves when every connection is closed, `goodbyeMs` later at most.
   */
  shutdown(): Promise<void> {
    if (this.#shuttingDown === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#shuttingDown = { promise, done: resolve };
      for (const connection of [...this.#connections]) {
        connection.sayGoodbye("wamp.close.system_shutdown", { closeCode: 1001 });
      }
      if (this.#connections.size === 0) resolve();
    }
    return this.#shuttingDown.promise;
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#shuttingDown?.done();
  }

  #authentication(path: string): Authentication {
    return this.#authentications.get(path) ?? this.#authentications.get("*") ??
      this.#anyone;
  }

  #freshSessionId(): number {
    for (;;) {
      const id = this.#parts.random.id();
      const isTaken = this.#realms.values().some((realm) => realm.sessions.has(id));
      if (!isTaken) return id;
    }
  }
}
