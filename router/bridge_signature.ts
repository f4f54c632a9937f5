/** Signed requests of the HTTP bridge (spec 7.6). @module */
import { createHmac, timingSafeEqual } from "node:crypto";
import { BridgeRefusal } from "./bridge_request.ts";

/** What a signature is checked against. */
export interface SignatureRules {
  /** The public part that a client names. */
  readonly key: string;
  /** The shared secret. */
  readonly secret: string;
  /** How far a timestamp may be off, in seconds; 0 for any. Default 300. */
  readonly timestampDeltaSeconds?: number;
}

const FIELDS = ["key", "timestamp", "seq", "nonce", "signature"] as const;

/**
 * Checks the signature of a request.
 *
 * @param query Query parameters of the request.
 * @param body The body as it came.
 * @param options Rules and the time now, in ms since 1970.
 * @throws {BridgeRefusal} If a field is missing or wrong, the request is too old, or the signature differs.
 */
export function checkSignature(
  query: URLSearchParams,
  body: Uint8Array,
  options: { readonly rules: SignatureRules; readonly nowMs: number },
): void {
  const { rules, nowMs } = options;
  const { key, timestamp, seq, nonce, signature } = readFields(query);
  const sentMs = parseTimestamp(timestamp);
  if (sentMs === undefined) {
    throw invalid(`invalid timestamp '${timestamp}' (must be UTC/ISO-8601, e.g. '2011-10-14T16:59:51.123Z')`);
  }
  const deltaMs = (rules.timestampDeltaSeconds ?? 300) * 1000;
  if (deltaMs > 0 && Math.abs(nowMs - sentMs) > deltaMs) {
    throw new BridgeRefusal(400, "Request expired, too old timestamp.");
  }
  if (!isInteger(seq)) throw invalid(`invalid sequence number '${seq}' (must be an integer)`);
  if (!isInteger(nonce)) throw invalid(`invalid nonce '${nonce}' (must be an integer)`);
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(signature) || signature.length % 4 !== 0) {
    throw invalid("signature is not URL-safe base64");
  }
  if (!equal(new TextEncoder().encode(key), new TextEncoder().encode(rules.key))) {
    throw new BridgeRefusal(401, "REST bridge signature key not valid.");
  }
  const mac = createHmac("sha256", rules.secret).update(key + timestamp + seq + nonce).update(body).digest();
  const given = Uint8Array.fromBase64(signature, { alphabet: "base64url" });
  if (!equal(mac, given)) throw new BridgeRefusal(401, "REST bridge signature secret not valid.");
}

function readFields(query: URLSearchParams): Record<typeof FIELDS[number], string> {
  const missing = FIELDS.filter((field) => query.get(field) === null);
  if (missing.length > 0) {
    const names = missing.map((field) => `'${field}'`).join(", ");
    throw new BridgeRefusal(
      400,
      `REST bridge signature was invalid (missing mandatory field - ${names} field missing).`,
    );
  }
  const value = (field: typeof FIELDS[number]) => query.get(field) ?? "";
  return {
    key: value("key"),
    timestamp: value("timestamp"),
    seq: value("seq"),
    nonce: value("nonce"),
    signature: value("signature"),
  };
}

function invalid(reason: string): BridgeRefusal {
  return new BridgeRefusal(400, `REST bridge signature was invalid (${reason}).`);
}

function isInteger(text: string): boolean {
  return /^\s*[+-]?\d+\s*$/.test(text);
}

/** `%Y-%m-%dT%H:%M:%S.%fZ` to ms since 1970; undefined when it is not that. */
function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4}-\d{1,2}-\d{1,2}T\d{1,2}:\d{1,2}:\d{1,2})\.(\d{1,6})Z$/.exec(text);
  const [, seconds, fraction] = match ?? [];
  if (seconds === undefined || fraction === undefined) return undefined;
  const [date = "", time = ""] = seconds.split("T");
  const pad = (part: string) => part.padStart(2, "0");
  const ms = Date.parse(`${date.split("-").map(pad).join("-")}T${time.split(":").map(pad).join(":")}Z`);
  return Number.isNaN(ms) ? undefined : ms + Number(`0.${fraction}`) * 1000;
}

/** Takes the same time wherever the difference is. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
