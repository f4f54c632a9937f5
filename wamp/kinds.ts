/** What the codecs share: limits, how values are handed out, and the kinds that JavaScript has no type for. @module */
import { Float } from "../internal/float.ts";

/** Containers (and CBOR tags) inside one another, counted from args or kwargs. */
export const MAX_DEPTH = 100;

/** Python refuses integers of more decimal digits, so forwarding them would end its receivers' sessions. */
export const MAX_INTEGER_DIGITS = 4300;

/** Bytes of the largest CBOR bignum: 4300 decimal digits. */
export const MAX_BIGNUM_BYTES = 1785;

/**
 * How a decoder hands values out.
 *
 * `plain`: numbers. `keep`: `Float` for floats with an integral value. `model`: for the encoder of another
 * encoding; as `keep`, and single floats are `Single`, maps are `Map` with keys of any kind in their order.
 */
export type DecodeMode = "plain" | "keep" | "model";

/** A float that came in 32 bits and leaves in 32 bits. */
export class Single extends Float {}

/** A MessagePack timestamp on its way into another encoding. */
export class Timestamp {
  /** Seconds since 1970, with a fraction where the sender gave nanoseconds. */
  readonly seconds: number;
  /** The body of the extension, for encodings without timestamps. */
  readonly body: Uint8Array;

  /** Keeps both readings. */
  constructor(seconds: number, body: Uint8Array) {
    this.seconds = seconds;
    this.body = body;
  }
}

/** Hands a decoded float out. */
export function floatOf(value: number, mode: DecodeMode): number | Float {
  return mode !== "plain" && Number.isInteger(value) ? new Float(value) : value;
}

/** Sets a member also where its name is one that assignment treats specially. */
export function setMember(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** Thrown by scanners and decoders where the bytes end too early. */
export function truncated(): SyntaxError {
  return new SyntaxError("Cannot decode value: the bytes end inside it");
}

/** Thrown by scanners and decoders for containers in containers without end. */
export function tooDeep(): SyntaxError {
  return new SyntaxError(`Cannot decode value: it nests deeper than ${MAX_DEPTH}`);
}
