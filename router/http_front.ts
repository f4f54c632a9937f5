/** The one port of the router: HTTP requests by path, and the upgrade to WebSocket. @module */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger } from "../internal/log.ts";
import { switchingProtocols } from "../transport/handshake.ts";
import type { Certificate } from "./certificate.ts";
import { ListenError } from "./errors.ts";
import { judgeUpgrade, type UpgradeRules } from "./judge_upgrade.ts";
import type { RouterLimits } from "./limits.ts";
import type { PeerInfo } from "./peer.ts";
import { addressOf } from "./peer_address.ts";
import { refuse } from "./refuse.ts";
import { answerText } from "./text_answer.ts";
import { TlsFront } from "./tls_front.ts";
import { parseUpgrade, upgradeOf, type UpgradeRequest } from "./upgrade_request.ts";
import type { WireCounters } from "./wire_counters.ts";

const MAX_HEADER_BYTES = 16_384;
const MAX_HEADER_FIELDS = 100;
const LAST_ANSWERS_MS = 300;
/** Requests that one connection may send without waiting for answers; browsers and HTTP libraries send one. */
const MOST_PIPELINED = 16;

/** Answers HTTP requests of one path. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A WebSocket handshake that has been granted; the answer is written already. */
export interface Upgraded {
  /** The connection. */
  readonly socket: Duplex;
  /** Bytes that came right behind the handshake. */
  readonly firstBytes: Uint8Array;
  /** The chosen subprotocol; empty when the client asked for none. */
  readonly subprotocol: string;
  /** Who connected. */
  readonly info: PeerInfo;
}

/** What a front serves. */
export interface HttpFrontOptions extends UpgradeRules {
  /** Address to listen on. */
  readonly hostname: string;
  /** Port; 0 for any free one. */
  readonly port: number;
  /** With one, TLS is spoken and nothing else. */
  readonly certificate?: Certificate;
  /** Handlers of other paths. */
  readonly handlers: ReadonlyMap<string, HttpHandler>;
  /** Handler of every path that none of these is for. Default: 404. */
  readonly otherPaths?: (
    path: string,
    exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  ) => void;
  /** Bounds. */
  readonly limits: RouterLimits;
  /** Totals. */
  readonly counters: WireCounters;
  /** Where refusals are told. */
  readonly logger: Logger;
  /** Takes a granted WebSocket over. */
  onWebSocket(upgraded: Upgraded): void;
}

/** A listening port; `close` ends it and every connection it has. */
export class HttpFront {
  readonly #options: HttpFrontOptions;
  readonly #server: Server;
  readonly #tls: TlsFront | undefined;
  /** Makes node:http look after a connection. */
  readonly #serveHttp: (socket: Socket) => void;
  readonly #sockets = new Map<Socket, ConnectionState>();
  #draining = false;

  private constructor(options: HttpFrontOptions) {
    this.#options = options;
    const http = { maxHeaderSize: MAX_HEADER_BYTES, noDelay: true, keepAlive: false };
    const { certificate, counters, logger, limits } = options;
    const hasRoom = () => this.connections < limits.connections;
    this.#tls = certificate === undefined
      ? undefined
      : new TlsFront({ certificate, handshakeMs: limits.tlsHandshakeMs, http, counters, logger, hasRoom });
    const server = this.#tls?.server ?? createServer(http);
    this.#server = server;
    server.maxHeadersCount = MAX_HEADER_FIELDS;
    // Calls may take hours, and idle connections are watched here: no time limit of node:http applies.
    server.requestTimeout = 0;
    server.headersTimeout = 0;
    server.keepAliveTimeout = 0;
    server.timeout = 0;
    // node:http gets a connection only when its first bytes are no plain WebSocket handshake. A second server for
    // it would do, but one that does not listen itself ends every connection after its first answer.
    const event = this.#tls === undefined ? "connection" : "secureConnection";
    const listeners = server.listeners(event);
    server.removeAllListeners(event);
    this.#serveHttp = (socket) => {
      for (const listener of listeners) listener.call(server, socket);
    };
    server.on(event, (socket: Socket) => this.#connected(socket));
    server.on(
      "request",
      (request: IncomingMessage, response: ServerResponse) => this.#requested(request, response),
    );
    server.on("upgrade", (request: IncomingMessage, _socket: Duplex, head: Uint8Array) => {
      this.#upgrade(upgradeOf(request), request.socket, head);
    });
    server.on("clientError", (_error: Error, socket: Duplex) => {
      refuse(socket, 400, "Bad Request", "The request is not valid HTTP");
    });
  }

  /**
   * Starts to listen.
   *
   * @throws {ListenError} If the port is taken, or may not be opened.
   */
  static async listen(options: HttpFrontOptions): Promise<HttpFront> {
    const front = new HttpFront(options);
    const server = front.#server;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host: options.hostname, port: options.port, backlog: 511 }, () => {
          server.off("error", reject);
          resolve();
        });
      });
    } catch (error) {
      throw new ListenError(`${options.hostname}:${options.port}`, error);
    }
    server.on("error", (error: Error) => options.logger.error(`Listening failed: ${error.message}`));
    return front;
  }

  /** The port it listens on. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Open connections, WebSockets included. */
  get connections(): number {
    return this.#sockets.size + (this.#tls?.handshakes ?? 0);
  }

  /** True once it takes nothing new. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Serves another certificate to those who connect from now on. */
  renewCertificate(certificate: Certificate): void {
    this.#tls?.renew(certificate);
  }

  /** Closes HTTP connections that had no request, or did not take their answer, for too long. */
  watch(nowMs: number): void {
    const { idleHttpMs } = this.#options.limits;
    for (const [socket, state] of this.#sockets) {
      if (state.upgraded) continue;
      // A call may be without an answer for hours: only one that waits to be taken counts. A piece of it is seen to be
      // taken when all of it is.
      const taken = socket.bytesWritten - socket.writableLength;
      if (state.busy > 0 && (socket.writableLength === 0 || taken !== state.takenBytes)) {
        state.takenBytes = taken;
        state.idleSinceMs = nowMs;
      } else if (nowMs - state.idleSinceMs >= idleHttpMs) socket.destroy();
    }
  }

  /** Takes no new connections; those that are open stay. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#server.close();
    this.#tls?.drop();
    for (const [socket, state] of this.#sockets) if (!state.upgraded && state.busy === 0) socket.destroy();
  }

  /** Ends everything; answers that are being written get a moment. */
  async close(): Promise<void> {
    this.drain();
    const until = performance.now() + LAST_ANSWERS_MS;
    while (performance.now() < until && this.#sockets.values().some((state) => state.busy > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const closed = [...this.#sockets.keys()].map((socket) =>
      new Promise<void>((resolve) => socket.closed ? resolve() : socket.once("close", () => resolve()))
    );
    for (const socket of this.#sockets.keys()) socket.destroy();
    await Promise.all(closed);
  }

  #connected(socket: Socket): void {
    const { limits, counters, logger } = this.#options;
    socket.on("error", () => {});
    this.#tls?.secured(socket);
    if (this.#draining || this.connections >= limits.connections) {
      counters.refused++;
      logger.warn(`Refused ${addressOf(socket)}: ${limits.connections} connections are open`);
      socket.destroy();
      return;
    }
    this.#sockets.set(socket, { idleSinceMs: performance.now(), busy: 0, takenBytes: 0, upgraded: false });
    socket.on("close", () => this.#sockets.delete(socket));
    // Sockets of node:http stay half open. Who goes without a word (port scans, health checks) would hold a place
    // until the idle time is over.
    const leftSilently = () => socket.destroy();
    socket.once("end", leftSilently);
    socket.once("data", (first: Uint8Array) => {
      socket.off("end", leftSilently);
      if (this.#tls === undefined && isTlsHello(first)) {
        counters.refused++;
        logger.info(
          `Refused ${addressOf(socket)}: it speaks TLS, and only ws:// and http:// are served here`,
        );
        return refuse(socket, 400, "Bad Request", "TLS is not spoken here, only ws:// and http://");
      }
      const upgrade = parseUpgrade(first);
      if (upgrade !== undefined) {
        return this.#upgrade(upgrade.request, socket, first.subarray(upgrade.headBytes));
      }
      this.#serveHttp(socket);
      // Handed over at once: put back into the stream, the next piece of the request could reach the parser first.
      socket.emit("data", first);
    });
  }

  #requested(request: IncomingMessage, response: ServerResponse): void {
    // What has come in one piece is read to its end, also when the connection was broken because of its beginning.
    if (request.socket.destroyed) return;
    const path = withoutQuery(request.url ?? "/");
    const state = this.#sockets.get(request.socket);
    if (state !== undefined) {
      if (state.busy >= MOST_PIPELINED) return this.#tooMany(request.socket);
      state.busy++;
      response.on("close", () => {
        state.busy--;
        state.idleSinceMs = performance.now();
      });
    }
    const handler = this.#options.handlers.get(path);
    if (handler !== undefined) return handler(request, response);
    if (this.#options.webSocketPaths.includes(path)) {
      return answerText(response, 426, "This is a WebSocket; use a WAMP client\n", { Upgrade: "websocket" });
    }
    const { otherPaths } = this.#options;
    if (otherPaths !== undefined) return otherPaths(path, { request, response });
    answerText(response, 404, `Nothing is served at ${path.slice(0, 200)}\n`);
  }

  /** Every request has an answer that is kept until it is taken: who does not wait for them decides how much that is. */
  #tooMany(socket: Socket): void {
    const { counters, logger } = this.#options;
    counters.refused++;
    logger.info(`Refused ${addressOf(socket)}: it sent more than ${MOST_PIPELINED} requests without answers`);
    socket.destroy();
  }

  #upgrade(request: UpgradeRequest, socket: Socket, firstBytes: Uint8Array): void {
    const path = withoutQuery(request.target);
    const judged = judgeUpgrade(request, path, this.#options);
    if ("status" in judged) {
      const { status, phrase, text, further } = judged;
      this.#options.counters.refused++;
      this.#options.logger.info(
        `Refused WebSocket of ${addressOf(socket)} on ${path.slice(0, 200)}: ${text}`,
      );
      return refuse(socket, status, phrase, text, further);
    }
    const state = this.#sockets.get(socket);
    if (state !== undefined) state.upgraded = true;
    const { subprotocol } = judged;
    socket.write(switchingProtocols(request.header("sec-websocket-key") ?? "", subprotocol));
    const info: PeerInfo = {
      // Asked now: a socket that is gone does not know any more, and its end is when the log wants it.
      address: addressOf(socket),
      subprotocol: subprotocol === "" ? "wamp.2.json" : subprotocol,
      path,
      headers: knownHeaders(request),
    };
    this.#options.onWebSocket({ socket, firstBytes, subprotocol, info });
  }
}

/** What is known of an open connection. */
interface ConnectionState {
  /** Since when it has had no request, or has been taking the same piece of its answer. */
  idleSinceMs: number;
  /** Requests without a whole answer. */
  busy: number;
  /** Bytes that its peer has taken. */
  takenBytes: number;
  upgraded: boolean;
}

/** Whether a client begins with a TLS handshake. */
function isTlsHello(first: Uint8Array): boolean {
  return first[0] === 0x16 && first[1] === 3;
}

function withoutQuery(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

function knownHeaders(request: UpgradeRequest): Readonly<Record<string, string>> {
  const known: Record<string, string> = {};
  for (const name of ["origin", "user-agent"]) {
    const value = request.header(name);
    if (value !== undefined) known[name] = value;
  }
  return known;
}
