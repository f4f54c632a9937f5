/** Which URIs the router takes, and what it answers to others (spec 2.2). @module */
import type { CoreLimits, MatchPolicy } from "./options.ts";

const BAD_CHARACTER = /[\s#]/;

/** Tells what is wrong with a URI that names one thing (no empty components); undefined when nothing is. */
export function exactUriFault(uri: string, limits: Pick<CoreLimits, "uriLength">): string | undefined {
  const fault = characterFault(uri, limits);
  if (fault !== undefined) return fault;
  if (uri === "" || uri.startsWith(".") || uri.endsWith(".") || uri.includes("..")) {
    return "it has an empty component";
  }
  return undefined;
}

/** Tells what is wrong with the URI of a SUBSCRIBE or REGISTER; undefined when nothing is. */
export function patternFault(
  uri: string,
  match: MatchPolicy,
  limits: Pick<CoreLimits, "uriLength" | "wildcardComponents">,
): string | undefined {
  if (match === "exact") return exactUriFault(uri, limits);
  const fault = characterFault(uri, limits);
  if (fault !== undefined) return fault;
  if (match === "prefix") {
    if (uri.startsWith(".") || uri.includes("..")) {
      return "only the last component of a prefix may be empty";
    }
    return undefined;
  }
  let components = 1;
  for (let at = uri.indexOf("."); at >= 0; at = uri.indexOf(".", at + 1)) components++;
  if (components > limits.wildcardComponents) {
    return `a wildcard pattern may have ${limits.wildcardComponents} components`;
  }
  return undefined;
}

/** Whether ordinary sessions may neither publish to nor register below this URI. */
export function isReserved(uri: string): boolean {
  return uri.startsWith("wamp.") || uri.startsWith("crossbar.") || uri === "wamp" || uri === "crossbar";
}

function characterFault(uri: string, limits: Pick<CoreLimits, "uriLength">): string | undefined {
  if (uri.length > limits.uriLength) {
    return `it has ${uri.length} characters, at most ${limits.uriLength} are allowed`;
  }
  if (BAD_CHARACTER.test(uri)) return "it contains whitespace or #";
  return undefined;
}

/** A URI cut for a log line or an error text, so that nobody can fill logs with it. */
export function shortUri(uri: string): string {
  return uri.length <= 200 ? uri : `${uri.slice(0, 200)}...`;
}
