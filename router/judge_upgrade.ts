/** Which WebSocket handshakes are granted. @module */
import { isHandshakeKey, parseProtocolOffer } from "../transport/handshake.ts";
import { chooseSubprotocol, originAllowed, type OriginRules } from "./negotiation.ts";
import type { UpgradeRequest } from "./upgrade_request.ts";

/** What a handshake has to keep to. */
export interface UpgradeRules extends OriginRules {
  /** Paths that are upgraded to WebSocket. */
  readonly webSocketPaths: readonly string[];
  /** Subprotocols that are spoken, in no order. */
  readonly subprotocols: readonly string[];
  /** Whether a client must ask for a subprotocol; without one, JSON is spoken. Default true. */
  readonly requireSubprotocol?: boolean;
}

/** A handshake that is granted. */
export interface Granted {
  /** What will be spoken; empty when the client asked for nothing. */
  readonly subprotocol: string;
}

/** The answer to one that is not. */
export interface Refusal {
  readonly status: number;
  readonly phrase: string;
  readonly text: string;
  /** Further header lines, each with its line end. */
  readonly further?: string;
}

/** Grants a handshake, or says why not. */
export function judgeUpgrade(request: UpgradeRequest, path: string, rules: UpgradeRules): Granted | Refusal {
  if (!rules.webSocketPaths.includes(path)) {
    return { status: 404, phrase: "Not Found", text: "no WebSocket is served there" };
  }
  if (request.method !== "GET" || request.header("upgrade")?.toLowerCase() !== "websocket") {
    return badRequest("not a WebSocket handshake");
  }
  if (request.header("sec-websocket-version") !== "13") {
    return {
      status: 426,
      phrase: "Upgrade Required",
      text: "WebSocket version 13 is spoken",
      further: "Sec-WebSocket-Version: 13\r\n",
    };
  }
  if (!isHandshakeKey(request.header("sec-websocket-key") ?? "")) {
    return badRequest("Sec-WebSocket-Key is missing or not 16 bytes in base64");
  }
  const origin = request.header("origin");
  if (!originAllowed(origin, rules)) {
    return {
      status: 403,
      phrase: "Forbidden",
      text: `origin ${String(origin).slice(0, 200)} is not allowed`,
    };
  }
  const offer = request.header("sec-websocket-protocol") ?? "";
  const chosen = chooseSubprotocol(parseProtocolOffer(offer), rules.subprotocols);
  if (chosen === undefined && (offer.trim() !== "" || rules.requireSubprotocol !== false)) {
    return badRequest(`none of ${rules.subprotocols.join(", ")} was offered`);
  }
  return { subprotocol: chosen ?? "" };
}

function badRequest(text: string): Refusal {
  return { status: 400, phrase: "Bad Request", text };
}
