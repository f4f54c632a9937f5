/** The one port of the router: HTTP requests by path, and the upgrade to WebSocket. @module */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger } from "../internal/log.ts";
import { isHandshakeKey, parseProtocolOffer, switchingProtocols } from "../transport/handshake.ts";
import { ListenError } from "./errors.ts";
import type { RouterLimits } from "./limits.ts";
import { chooseSubprotocol, originAllowed, type OriginRules } from "./negotiation.ts";
import type { PeerInfo } from "./peer.ts";
import type { WireCounters } from "./wire_counters.ts";

const MAX_HEADER_BYTES = 16_384;
const MAX_HEADER_FIELDS = 100;

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
export interface HttpFrontOptions extends OriginRules {
  /** Address to listen on. */
  readonly hostname: string;
  /** Port; 0 for any free one. */
  readonly port: number;
  /** Paths that are upgraded to WebSocket. */
  readonly webSocketPaths: readonly string[];
  /** Subprotocols that are spoken, in no order. */
  readonly subprotocols: readonly string[];
  /** Whether a client must ask for a subprotocol; without one, JSON is spoken. Default true. */
  readonly requireSubprotocol?: boolean;
  /** Handlers of other paths. */
  readonly handlers: ReadonlyMap<string, HttpHandler>;
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
  readonly #sockets = new Map<Socket, { idleSinceMs: number; busy: number; upgraded: boolean }>();
  #draining = false;

  private constructor(options: HttpFrontOptions) {
    this.#options = options;
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, noDelay: true, keepAlive: false });
    this.#server.maxHeadersCount = MAX_HEADER_FIELDS;
    // Calls may take hours, and idle connections are watched here: no time limit of node:http applies.
    this.#server.requestTimeout = 0;
    this.#server.headersTimeout = 0;
    this.#server.keepAliveTimeout = 0;
    this.#server.timeout = 0;
    this.#server.on("connection", (socket: Socket) => this.#connected(socket));
    this.#server.on(
      "request",
      (request: IncomingMessage, response: ServerResponse) => this.#requested(request, response),
    );
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Uint8Array) => {
      this.#upgrade(request, socket, head);
    });
    this.#server.on("clientError", (_error: Error, socket: Duplex) => {
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
    return this.#sockets.size;
  }

  /** True once it takes nothing new. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Closes HTTP connections that had no request for too long. */
  watch(nowMs: number): void {
    for (const [socket, state] of this.#sockets) {
      if (
        !state.upgraded && state.busy === 0 && nowMs - state.idleSinceMs >= this.#options.limits.idleHttpMs
      ) {
        socket.destroy();
      }
    }
  }

  /** Takes no new connections; those that are open stay. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#server.close();
    for (const [socket, state] of this.#sockets) if (!state.upgraded && state.busy === 0) socket.destroy();
  }

  /** Ends everything at once. */
  async close(): Promise<void> {
    this.drain();
    const closed = [...this.#sockets.keys()].map((socket) =>
      new Promise<void>((resolve) => socket.closed ? resolve() : socket.once("close", () => resolve()))
    );
    for (const socket of this.#sockets.keys()) socket.destroy();
    await Promise.all(closed);
  }

  #connected(socket: Socket): void {
    const { limits, counters, logger } = this.#options;
    socket.on("error", () => {});
    if (this.#draining || this.#sockets.size >= limits.connections) {
      counters.refused++;
      logger.warn(`Refused ${addressOf(socket)}: ${limits.connections} connections are open`);
      socket.destroy();
      return;
    }
    this.#sockets.set(socket, { idleSinceMs: performance.now(), busy: 0, upgraded: false });
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #requested(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request);
    const state = this.#sockets.get(request.socket);
    if (state !== undefined) {
      state.busy++;
      response.on("close", () => {
        state.busy--;
        state.idleSinceMs = performance.now();
      });
    }
    const handler = this.#options.handlers.get(path);
    if (handler !== undefined) return handler(request, response);
    if (this.#options.webSocketPaths.includes(path)) {
      return answer(response, 426, "This is a WebSocket; use a WAMP client\n", { Upgrade: "websocket" });
    }
    answer(response, 404, `Nothing is served at ${path.slice(0, 200)}\n`);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array): void {
    const { headers } = request;
    const path = pathOf(request);
    const no = (status: number, phrase: string, text: string, further = "") => {
      this.#options.counters.refused++;
      this.#options.logger.info(`Refused WebSocket of ${addressOf(request.socket)} on ${path}: ${text}`);
      refuse(socket, status, phrase, text, further);
    };
    if (!this.#options.webSocketPaths.includes(path)) {
      return no(404, "Not Found", "no WebSocket is served there");
    }
    const upgrade = headers.upgrade ?? "";
    const key = headers["sec-websocket-key"] ?? "";
    if (request.method !== "GET" || upgrade.toLowerCase() !== "websocket") {
      return no(400, "Bad Request", "not a WebSocket handshake");
    }
    if (headers["sec-websocket-version"] !== "13") {
      return no(426, "Upgrade Required", "WebSocket version 13 is spoken", "Sec-WebSocket-Version: 13\r\n");
    }
    if (!isHandshakeKey(key)) {
      return no(400, "Bad Request", "Sec-WebSocket-Key is missing or not 16 bytes in base64");
    }
    if (!originAllowed(headers.origin, this.#options)) {
      return no(403, "Forbidden", `origin ${String(headers.origin).slice(0, 200)} is not allowed`);
    }
    const offered = parseProtocolOffer(joinedHeader(request, "sec-websocket-protocol"));
    const chosen = chooseSubprotocol(offered, this.#options.subprotocols);
    if (chosen === undefined && (offered.length > 0 || this.#options.requireSubprotocol !== false)) {
      return no(400, "Bad Request", `none of ${this.#options.subprotocols.join(", ")} was offered`);
    }
    const state = this.#sockets.get(request.socket);
    if (state !== undefined) state.upgraded = true;
    request.socket.setNoDelay(true);
    socket.write(switchingProtocols(key, chosen ?? ""));
    const info: PeerInfo = {
      address: addressOf(request.socket),
      subprotocol: chosen ?? "wamp.2.json",
      path,
      headers: knownHeaders(request),
    };
    this.#options.onWebSocket({ socket, firstBytes: head, subprotocol: chosen ?? "", info });
  }
}

/** Path of a request without its query. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? "/";
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

/** Where a connection comes from, such as `tcp4:127.0.0.1:40112`. */
export function addressOf(socket: Socket): string {
  const { remoteAddress = "unknown", remotePort = 0 } = socket;
  return `${remoteAddress.includes(":") ? "tcp6" : "tcp4"}:${remoteAddress}:${remotePort}`;
}

/** Answers with a short text. */
export function answer(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = new TextEncoder().encode(text);
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Length": String(body.length),
    ...headers,
  });
  response.end(body);
}

function knownHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const known: Record<string, string> = {};
  const { origin, "user-agent": userAgent } = request.headers;
  if (origin !== undefined) known.origin = origin;
  if (userAgent !== undefined) known["user-agent"] = userAgent;
  return known;
}

/** All lines of a header, joined with commas, whatever the HTTP parser makes of several lines. */
function joinedHeader(request: IncomingMessage, name: string): string {
  const lines: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === name) lines.push(raw[i + 1] ?? "");
  }
  return lines.join(",");
}

/** Answers on a socket that has no response object, and ends it. */
function refuse(socket: Duplex, status: number, phrase: string, text: string, further = ""): void {
  if (socket.destroyed || !socket.writable) return void socket.destroy();
  const body = `${text}\n`;
  const length = new TextEncoder().encode(body).length;
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\nConnection: close\r\nContent-Type: text/plain; charset=UTF-8\r\n` +
      `Content-Length: ${length}\r\n${further}\r\n${body}`,
    () => socket.destroy(),
  );
}
