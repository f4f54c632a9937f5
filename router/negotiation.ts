/** Which subprotocol and which origins a WebSocket handshake is granted. @module */

/** What a handshake is checked against. */
export interface OriginRules {
  /** Allowed origins; `*` inside an entry stands for any characters. Default: every origin. */
  readonly allowedOrigins?: readonly string[];
  /** Whether `Origin: null` is allowed. Default true. */
  readonly allowNullOrigin?: boolean;
}

/**
 * Chooses the first offered subprotocol that is supported, in the client's order.
 *
 * @param offered Tokens as the client sent them; comparison is exact.
 * @param supported What the router speaks.
 */
export function chooseSubprotocol(
  offered: readonly string[],
  supported: readonly string[],
): string | undefined {
  return offered.find((token) => supported.includes(token));
}

/** Tells whether a handshake from this origin is granted; programs send none and always are. */
export function originAllowed(origin: string | undefined, rules: OriginRules): boolean {
  if (origin === undefined) return true;
  if (origin === "null") return rules.allowNullOrigin ?? true;
  if (rules.allowedOrigins === undefined) return true;
  return rules.allowedOrigins.some((pattern) => matchesStars(origin.toLowerCase(), pattern.toLowerCase()));
}

function matchesStars(text: string, pattern: string): boolean {
  const pieces = pattern.split("*");
  const [first = "", ...middle] = pieces;
  if (middle.length === 0) return text === first;
  const last = middle.pop() ?? "";
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of middle) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}
