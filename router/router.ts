/** The embedded router: one port, one core, and everything that watches them. @module */
import { SYSTEM_CLOCK } from "../internal/clock.ts";
import { type Logger, SILENT } from "../internal/log.ts";
import { VERSION } from "../internal/version.ts";
import type { FrameTransport } from "../transport/frame_transport.ts";
import { memoryPair } from "../transport/memory_transport.ts";
import type { ServerTransport } from "../transport/server_transport.ts";
import { CloseCode } from "../transport/websocket_framing.ts";
import { WebSocketServerTransport } from "../transport/websocket_server_transport.ts";
import { WriteGatherer } from "../transport/write_gatherer.ts";
import { serializerFor } from "../wamp/serializers.ts";
import { parseSubprotocol, SUBPROTOCOLS } from "../wamp/subprotocol.ts";
import { Bridge } from "./bridge.ts";
import type { Certificate } from "./certificate.ts";
import { CertificateWatch } from "./certificate_watch.ts";
import type { InternalSession } from "./core/internal_session.ts";
import { ocsAuthentication } from "./core/ocs_realm.ts";
import { RouterCore } from "./core/router_core.ts";
import { FrameEncoders } from "./frame_encoder.ts";
import { HttpFront, type HttpHandler, type Upgraded } from "./http_front.ts";
import { infoHandler, type RouterStatus } from "./info.ts";
import { DEFAULT_ROUTER_LIMITS, type RouterLimits } from "./limits.ts";
import { metricsHandler } from "./metrics/metrics_handler.ts";
import type { PeerInfo } from "./peer.ts";
import {
  DEFAULT_ADDRESS_ROOT,
  DEFAULT_BRIDGE,
  DEFAULT_WEBSOCKET_PATH,
  realmsOf,
  type RouterOptions,
} from "./router_options.ts";
import { SelfCheck } from "./self_check.ts";
import { WebSite } from "./web/web_site.ts";
import { makeWireCounters } from "./wire_counters.ts";
import { type WireContext, WireLink } from "./wire_link.ts";

/** Looks after connections this often, or more often when timeouts are short. */
const WATCH_MS = 250;
/** A loop turn this much late is a stall of ours, not silence of the peers. */
const STALL_MS = 1000;
/** GOODBYE is answered within this time, or not waited for. */
const GOODBYE_MS = 500;
const OVERSIZE_LOG_MS = 60_000;

/** A running router. Whoever started it stops it. */
export class Router implements AsyncDisposable {
  /** Where WAMP clients connect, such as `ws://127.0.0.1:8001/ws`. */
  readonly url: string;
  /** Where calls are posted, such as `http://127.0.0.1:8001/call`. */
  readonly httpUrl: string;
  /** Where metrics are read, such as `http://127.0.0.1:8001/metrics`; undefined without them. */
  readonly metricsUrl: string | undefined;
  /** Where browsers of this machine find the web page, such as `http://127.0.0.1:8001/`; undefined without one. */
  readonly webUrl: string | undefined;
  /** The port it listens on. */
  readonly port: number;

  readonly #options: RouterOptions;
  readonly #core: RouterCore;
  readonly #context: WireContext;
  readonly #front: HttpFront;
  readonly #links = new Set<WireLink>();
  readonly #gatherer = new WriteGatherer();
  readonly #sessions: readonly InternalSession[];
  readonly #selfCheck: SelfCheck | undefined;
  readonly #watchTimer: ReturnType<typeof setInterval>;
  readonly #startedMs = performance.now();
  readonly #oversizeLogged = new Map<string, number>();
  #watchedMs = performance.now();
  #stopped: Promise<void> | undefined;
  #certificateWatch: CertificateWatch | undefined;

  private constructor(parts: {
    options: RouterOptions;
    core: RouterCore;
    limits: RouterLimits;
    front: HttpFront;
    sessions: readonly InternalSession[];
    handlers: { onWebSocket(upgraded: Upgraded): void; status(): RouterStatus };
    counters: WireContext["counters"];
    logger: Logger;
  }) {
    const { options, core, limits, front, counters, logger } = parts;
    this.#options = options;
    this.#core = core;
    this.#front = front;
    this.#sessions = parts.sessions;
    this.port = front.port;
    const host = urlHost(options.hostname ?? "127.0.0.1");
    const s = options.tls === undefined ? "" : "s";
    this.url = `ws${s}://${host}:${this.port}${options.webSocketPath ?? DEFAULT_WEBSOCKET_PATH}`;
    const callPath = Object.entries(options.bridge ?? DEFAULT_BRIDGE).find(([, service]) =>
      service.kind === "caller"
    );
    this.httpUrl = `http${s}://${host}:${this.port}${callPath?.[0] ?? "/call"}`;
    const { metricsPath, web } = options;
    this.webUrl = web === undefined ? undefined : `http${s}://${host}:${this.port}/`;
    this.metricsUrl = metricsPath === undefined ? undefined : `http${s}://${host}:${this.port}${metricsPath}`;
    this.#context = {
      limits,
      counters,
      logger,
      encoders: new FrameEncoders(serializerFor),
      monotonicMs: () => performance.now(),
      open: (link) => core.open(link),
      ended: (link) => this.#links.delete(link),
      oversized: (text, topic) => this.#logOversized(text, topic),
    };
    parts.handlers.onWebSocket = (upgraded) => this.#upgraded(upgraded);
    parts.handlers.status = () => this.status();
    const shortest = Math.min(limits.pingIntervalMs || Infinity, limits.pingTimeoutMs, limits.stuckMs);
    this.#watchTimer = setInterval(() => this.#watch(), Math.min(WATCH_MS, Math.max(10, shortest / 4)));
    this.#selfCheck = limits.selfCheckMs === 0 ? undefined : new SelfCheck({
      session: core.openInternal(realmsOf(options)[0]?.name ?? "", "trusted"),
      intervalMs: limits.selfCheckMs,
      counters,
      logger,
      monotonicMs: () => performance.now(),
    });
  }

  /**
   * Starts a router; it answers as soon as the promise resolves.
   *
   * @example A router for a test
   * ```ts
   * import assert from "node:assert/strict";
   *
   * await using router = await Router.start();
   * assert.match(router.url, /^ws:/);
   * ```
   *
   * @throws {CertificateError} If the certificate or its key cannot be served.
   * @throws {ListenError} If the port is taken or may not be opened.
   * @throws {RangeError} If a bridge names a realm or role that is not there, or the metrics a path that is taken.
   * @throws {WebFolderError} If the web page cannot be served.
   */
  static async start(options: RouterOptions = {}): Promise<Router> {
    const logger = options.logger ?? SILENT;
    const tls = options.tls === undefined ? undefined : await CertificateWatch.read(options.tls);
    const certificate = tls?.certificate;
    const limits = { ...DEFAULT_ROUTER_LIMITS, ...options.limits };
    const counters = makeWireCounters();
    const web = options.web === undefined ? undefined : await WebSite.open({
      ...options.web,
      webSocketPath: options.webSocketPath ?? DEFAULT_WEBSOCKET_PATH,
      limits,
      logger,
    });
    const core = new RouterCore({
      realms: realmsOf(options),
      authentication: options.authentication ?? ocsAuthentication(),
      clock: SYSTEM_CLOCK,
      logger,
      limits: { goodbyeMs: GOODBYE_MS, ...options.coreLimits },
      behaviour: options.behaviour ?? {},
      ...(options.agent === undefined ? {} : { agent: options.agent }),
    });
    const sessions: InternalSession[] = [];
    const handlers = new Map<string, HttpHandler>();
    // The port listens before there is a router to hand connections to, but nothing arrives before this turn ends.
    const late = {
      onWebSocket: (upgraded: Upgraded): void => void upgraded.socket.destroy(),
      status: (): RouterStatus => {
        throw new Error("Cannot tell the status of a router that has not started");
      },
    };
    let draining = () => false;
    for (const [path, service] of Object.entries(options.bridge ?? DEFAULT_BRIDGE)) {
      const realm = service.realm ?? realmsOf(options)[0]?.name ?? "";
      const session = core.openInternal(realm, service.role ?? "iocs_controller");
      sessions.push(session);
      const bridge = new Bridge({
        service,
        session,
        limits,
        counters,
        logger,
        now: () => Date.now(),
        stopping: () => draining(),
      });
      handlers.set(path, (request, response) => bridge.handle(request, response));
    }
    handlers.set("/info", infoHandler(() => late.status()));
    const { metricsPath } = options;
    if (metricsPath !== undefined) {
      checkMetricsPath(metricsPath, [options.webSocketPath ?? DEFAULT_WEBSOCKET_PATH, ...handlers.keys()]);
      const session = core.openInternal(realmsOf(options)[0]?.name ?? "", "trusted");
      sessions.push(session);
      const addressRoot = options.addressRoot ?? (options.realms === undefined ? DEFAULT_ADDRESS_ROOT : "");
      handlers.set(
        metricsPath,
        metricsHandler({ status: () => late.status(), session, addressRoot, logger }),
      );
    }
    const front = await HttpFront.listen({
      hostname: options.hostname ?? "127.0.0.1",
      port: options.port ?? 0,
      ...(certificate === undefined ? {} : { certificate }),
      webSocketPaths: [options.webSocketPath ?? DEFAULT_WEBSOCKET_PATH],
      subprotocols: options.subprotocols ?? SUBPROTOCOLS.map(({ name }) => name),
      requireSubprotocol: options.requireSubprotocol ?? true,
      ...(options.allowedOrigins === undefined ? {} : { allowedOrigins: options.allowedOrigins }),
      ...(options.allowNullOrigin === undefined ? {} : { allowNullOrigin: options.allowNullOrigin }),
      handlers,
      ...(web === undefined ? {} : { otherPaths: (path, exchange) => web.handle(path, exchange) }),
      limits,
      counters,
      logger,
      onWebSocket: (upgraded) => late.onWebSocket(upgraded),
    });
    draining = () => front.draining;
    const router = new Router({ options, core, limits, front, sessions, handlers: late, counters, logger });
    router.#certificateWatch = tls?.watch({
      intervalMs: limits.certificateCheckMs,
      logger,
      renew: (renewed) => router.#renew(renewed),
    });
    for (const warning of certificate?.warnings ?? []) logger.warn(warning);
    logger.info(
      `Router listens on ${router.url} for realm ${realmsOf(options).map(({ name }) => name).join(", ")}` +
        (certificate === undefined ? "" : `, with the certificate of ${certificate.summary}`),
    );
    return router;
  }

  /**
   * Connects a client of this process, without a socket.
   *
   * @param subprotocol What to speak. Default `wamp.2.cbor`.
   * @throws {RangeError} If the router does not speak the subprotocol.
   */
  connectInProcess(subprotocol = "wamp.2.cbor"): FrameTransport {
    const { client, server } = memoryPair(subprotocol);
    if (this.#stopped !== undefined) {
      server.terminate();
      return client;
    }
    const path = this.#options.webSocketPath ?? DEFAULT_WEBSOCKET_PATH;
    this.#open(server, { address: "memory", subprotocol, path, headers: {} });
    return client;
  }

  /** What the router does at this moment, and what it has counted. */
  status(): RouterStatus {
    let queuedBytes = 0;
    let slowSessions = 0;
    for (const link of this.#links) {
      queuedBytes += link.queuedBytes;
      if (link.slow) slowSessions++;
    }
    return {
      name: this.#options.agent ?? "ocs-router",
      version: VERSION,
      uptimeSeconds: Math.round((performance.now() - this.#startedMs) / 100) / 10,
      realms: realmsOf(this.#options).map(({ name }) => name),
      connections: this.#front.connections,
      queuedBytes,
      slowSessions,
      now: this.#core.gauges(),
      core: this.#core.counters,
      wire: this.#context.counters,
    };
  }

  /**
   * Stops: GOODBYE with `wamp.close.system_shutdown` to every session, close 1001, and the port is free when the
   * promise resolves, about a second later at most. Stopping twice is the same as once.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Stops the router. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    this.#front.drain();
    this.#selfCheck?.[Symbol.dispose]();
    this.#certificateWatch?.[Symbol.dispose]();
    await this.#core.shutdown();
    for (const session of this.#sessions) session.close();
    await settled(this.#links, CLOSE_MS);
    for (const link of [...this.#links]) link.drop("the router is shutting down");
    await this.#front.close();
    clearInterval(this.#watchTimer);
    this.#context.logger.info(`Router on ${this.url} has stopped`);
  }

  #renew(certificate: Certificate): void {
    const { logger } = this.#context;
    this.#front.renewCertificate(certificate);
    for (const warning of certificate.warnings) logger.warn(warning);
    logger.info(`Router serves the certificate of ${certificate.summary} from now on`);
  }

  #upgraded({ socket, firstBytes, subprotocol, info }: Upgraded): void {
    const transport = new WebSocketServerTransport(socket, {
      subprotocol,
      maxMessageBytes: this.#context.limits.maxMessageBytes,
      gatherer: this.#gatherer,
      firstBytes,
    });
    if (this.#stopped !== undefined) {
      return transport.close(CloseCode.GOING_AWAY, "the router is shutting down");
    }
    this.#open(transport, info);
  }

  #open(transport: ServerTransport, info: PeerInfo): void {
    const form = parseSubprotocol(info.subprotocol);
    if (form === undefined) {
      throw new RangeError(`Cannot connect with "${info.subprotocol}": no such subprotocol`);
    }
    this.#context.counters.accepted++;
    const serializer = serializerFor(form.encoding);
    this.#links.add(new WireLink(transport, info, { serializer, batched: form.batched }, this.#context));
  }

  #watch(): void {
    const nowMs = performance.now();
    const lateMs = nowMs - this.#watchedMs;
    this.#watchedMs = nowMs;
    for (const link of this.#links) link.watch(nowMs, lateMs > STALL_MS ? lateMs : 0);
    this.#front.watch(nowMs);
    this.#context.encoders.forget();
    for (const [topic, atMs] of this.#oversizeLogged) {
      if (nowMs - atMs >= OVERSIZE_LOG_MS) this.#oversizeLogged.delete(topic);
    }
  }

  #logOversized(text: string, topic: string): void {
    if (this.#oversizeLogged.has(topic)) return;
    this.#oversizeLogged.set(topic, performance.now());
    this.#context.logger.warn(text);
  }
}

/** Peers get this long to answer the closing handshake. */
const CLOSE_MS = 300;

/** Waits until a set is empty, at most so long. */
async function settled(links: ReadonlySet<unknown>, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (links.size > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function checkMetricsPath(path: string, taken: readonly string[]): void {
  if (!path.startsWith("/")) throw new RangeError(`Cannot serve metrics at "${path}": expected a path`);
  if (taken.includes(path)) {
    throw new RangeError(`Cannot serve metrics at "${path}": that path has something else already`);
  }
}

function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "127.0.0.1";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
