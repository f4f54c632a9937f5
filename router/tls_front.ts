/** TLS on the router's port: who comes as far as HTTP, and what is said of the others. @module */
import { createServer, type Server, type ServerOptions } from "node:https";
import type { Socket } from "node:net";
import { SYSTEM_CLOCK } from "../internal/clock.ts";
import { LimitedLog } from "../internal/limited_log.ts";
import type { Logger } from "../internal/log.ts";
import { tcpBelow } from "../transport/tcp_below.ts";
import type { Certificate } from "./certificate.ts";
import { addressOf } from "./peer_address.ts";
import type { WireCounters } from "./wire_counters.ts";

/** What a TLS front is made of. */
export interface TlsFrontOptions {
  /** What is served. */
  readonly certificate: Certificate;
  /** Time for a client's part of the handshake, in ms. */
  readonly handshakeMs: number;
  /** Settings of node:http. */
  readonly http: ServerOptions;
  /** Totals. */
  readonly counters: WireCounters;
  /** Where failures are told. */
  readonly logger: Logger;
  /** Whether one more connection may be open. */
  hasRoom(): boolean;
}

/** An HTTPS server that has not started to listen, and the connections that have not got through TLS yet. */
export class TlsFront {
  /** Emits `secureConnection` for those that have; whoever takes them calls `secured`. */
  readonly server: Server;
  readonly #handshakes = new Set<Socket>();
  readonly #failures = new WeakMap<Socket, string>();

  /** Makes the server. */
  constructor({ certificate, handshakeMs, http, counters, logger, hasRoom }: TlsFrontOptions) {
    const { certificate: cert, key } = certificate;
    const server = createServer({
      ...http,
      cert,
      key,
      minVersion: "TLSv1.2",
      handshakeTimeout: handshakeMs,
    });
    this.server = server;
    const log = new LimitedLog((text) => logger.warn(text), SYSTEM_CLOCK);
    const beginHandshake = server.listeners("connection");
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => {
      if (!hasRoom()) {
        counters.refused++;
        log.say("room", `Refused ${addressOf(socket)}: too many connections are open`);
        return void socket.destroy();
      }
      this.#handshakes.add(socket);
      // Asked now: a socket that is gone does not know any more.
      const address = addressOf(socket);
      socket.once("close", () => {
        if (!this.#handshakes.delete(socket)) return;
        counters.refused++;
        const why = this.#failures.get(socket) ?? "it left before the end of the TLS handshake";
        log.say(why, `Refused ${address}: ${why}`);
      });
      for (const listener of beginHandshake) listener.call(server, socket);
    });
    // That of node:https makes an HTTP error of it, for which there is no way to the client.
    server.removeAllListeners("tlsClientError");
    server.on("tlsClientError", (error: Error, socket: Socket) => {
      const below = tcpBelow(socket);
      if (below !== undefined) this.#failures.set(below, reasonOf(error, handshakeMs));
      socket.destroy();
      below?.destroy();
    });
  }

  /** Notes that a connection is through its handshake. */
  secured(socket: Socket): void {
    const below = tcpBelow(socket);
    if (below !== undefined) this.#handshakes.delete(below);
  }

  /** Connections in their handshake. */
  get handshakes(): number {
    return this.#handshakes.size;
  }

  /** Serves another certificate to those who connect from now on. */
  renew({ certificate, key }: Certificate): void {
    this.server.setSecureContext({ cert: certificate, key, minVersion: "TLSv1.2" });
  }

  /** Ends the connections that have not got through. */
  drop(): void {
    for (const socket of [...this.#handshakes]) {
      this.#handshakes.delete(socket);
      socket.destroy();
    }
  }
}

function reasonOf({ message }: Error, handshakeMs: number): string {
  if (/wrong.version.number|InvalidContentType/i.test(message)) {
    return "it does not speak TLS, and only wss:// and https:// are served here";
  }
  const [, alert] = /received fatal alert: (\w+)/.exec(message) ?? [];
  if (alert !== undefined) return `it does not take the certificate of this router (${alert})`;
  if (/timeout/i.test(message)) return `no TLS handshake within ${handshakeMs / 1000} s`;
  return `the TLS handshake failed: ${message}`;
}
