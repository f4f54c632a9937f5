/** What the router adds to the rules of URIs. @module */
import { checkUri, type MatchPolicy } from "../../wamp/uri.ts";
import type { CoreLimits } from "./options.ts";

/** Tells what is wrong with the URI of a SUBSCRIBE or REGISTER; undefined when nothing is. */
export function patternFault(
  uri: string,
  match: MatchPolicy,
  limits: Pick<CoreLimits, "wildcardComponents">,
): string | undefined {
  const fault = checkUri(uri, match);
  if (fault !== undefined || match !== "wildcard") return fault;
  let components = 1;
  for (let at = uri.indexOf("."); at >= 0; at = uri.indexOf(".", at + 1)) components++;
  if (components <= limits.wildcardComponents) return undefined;
  return `Cannot use wildcard of ${components} components: at most ${limits.wildcardComponents} are allowed`;
}

/** A URI cut for a log line or an error text, so that nobody can fill logs with it. */
export function shortUri(uri: string): string {
  return uri.length <= 200 ? uri : `${uri.slice(0, 200)}...`;
}
