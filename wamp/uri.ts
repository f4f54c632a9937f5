/** URIs: what may be one, and which pattern matches which (spec 2.2 and 3.3). @module */

/** How a topic or procedure is matched. */
export type MatchPolicy = "exact" | "prefix" | "wildcard";

/** Characters of the longest URI. */
export const MAX_URI_LENGTH = 1024;

/** What a component may not contain under the loose rule, which is what OCS addresses need. */
const FORBIDDEN = /[\s#]/;

/**
 * Checks a URI, or the pattern of a subscription or registration, by the loose rule.
 *
 * @returns What is wrong with it, ready to be sent, or undefined if nothing is.
 */
export function checkUri(uri: string, kind: MatchPolicy = "exact"): string | undefined {
  if (uri.length > MAX_URI_LENGTH) {
    return `Cannot use URI of ${uri.length} characters: at most ${MAX_URI_LENGTH} are allowed`;
  }
  if (FORBIDDEN.test(uri)) return `Cannot use URI "${uri}": it contains white space or "#"`;
  if (kind === "wildcard") return undefined;
  if (kind === "prefix") {
    // Only the last component may be empty, and so may the whole.
    if (uri === "") return undefined;
    if (uri.startsWith(".") || uri.includes("..")) {
      return `Cannot use prefix "${uri}": a component other than the last is empty`;
    }
    return undefined;
  }
  if (uri === "" || uri.startsWith(".") || uri.endsWith(".") || uri.includes("..")) {
    return `Cannot use URI "${uri}": a component is empty`;
  }
  return undefined;
}

/** Tells whether only the router itself may publish to or register it: below `wamp.` or `crossbar.`. */
export function isReservedUri(uri: string): boolean {
  return uri === "wamp" || uri === "crossbar" || uri.startsWith("wamp.") || uri.startsWith("crossbar.");
}

/**
 * Tells whether a pattern matches a URI.
 *
 * A prefix counts characters (`a.b` matches `a.bc`); in a wildcard an empty component matches any one
 * component, also at both ends.
 *
 * @example Every feed of every agent
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert(matchesPattern("observatory.tel1.feeds.heartbeat", "observatory..feeds.", "wildcard"));
 * ```
 */
export function matchesPattern(uri: string, pattern: string, kind: MatchPolicy): boolean {
  if (kind === "exact") return uri === pattern;
  if (kind === "prefix") return uri.startsWith(pattern);
  const components = uri.split(".");
  const wanted = pattern.split(".");
  return wanted.length === components.length &&
    wanted.every((component, i) => component === "" || component === components[i]);
}
