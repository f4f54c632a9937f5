/** `/info`: what the router does, as JSON. @module */
import type { HttpHandler } from "./http_front.ts";
import type { CoreCounters, CoreGauges } from "./core/counters.ts";
import type { WireCounters } from "./wire_counters.ts";

/** A snapshot of the router. */
export interface RouterStatus {
  /** Product, as WELCOME names it. */
  readonly name: string;
  /** Version of this toolkit. */
  readonly version: string;
  /** Since its start. */
  readonly uptimeSeconds: number;
  /** Names of its realms. */
  readonly realms: readonly string[];
  /** Open sockets, HTTP ones included. */
  readonly connections: number;
  /** Bytes waiting for all peers together. */
  readonly queuedBytes: number;
  /** Sessions that read too slowly for what they get. */
  readonly slowSessions: number;
  /** What exists. */
  readonly now: CoreGauges;
  /** Totals of the core. */
  readonly core: Readonly<CoreCounters>;
  /** Totals of the connections. */
  readonly wire: Readonly<WireCounters>;
}

/** Answers GET with the snapshot; OCS's tests only look for status 200. */
export function infoHandler(status: () => RouterStatus): HttpHandler {
  return (request, response) => {
    const isRead = request.method === "GET" || request.method === "HEAD";
    const body = new TextEncoder().encode(
      isRead ? `${JSON.stringify(status(), undefined, 1)}\n` : "Use GET\n",
    );
    response.writeHead(isRead ? 200 : 405, {
      "Content-Type": isRead ? "application/json; charset=UTF-8" : "text/plain; charset=UTF-8",
      "Content-Length": String(body.length),
      "Cache-Control": "no-store",
      // Shown by web pages of the site; it tells nothing that a WAMP client could not find out.
      "Access-Control-Allow-Origin": "*",
      ...(isRead ? {} : { Allow: "GET, HEAD" }),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
}
