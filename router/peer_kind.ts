/** What the wire layer has to know of a peer's program. @module */
import type { Dict } from "../wamp/message.ts";
import type { PeerInfo } from "./peer.ts";

/** Tells whether a peer is a browser, whose JSON parser knows no NaN (spec 8.6). */
export function isBrowser(info: PeerInfo): boolean {
  return info.headers.origin !== undefined || (info.headers["user-agent"] ?? "").startsWith("Mozilla/");
}

/**
 * Tells whether a peer is autobahn-js, in a browser or not.
 *
 * It names no agent in HELLO, announces that its caller can cancel, and `ws` below it sends no User-Agent.
 */
export function isAutobahnJs(hello: Dict, info: PeerInfo): boolean {
  if (hello.agent !== undefined || !/^$|Mozilla|node|Deno/i.test(info.headers["user-agent"] ?? "")) {
    return false;
  }
  const caller = memberOf(hello.roles, "caller");
  return memberOf(memberOf(caller, "features"), "call_canceling") === true;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
