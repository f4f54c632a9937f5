/** What every serializer offers to router and client. @module */
import type { Message } from "./message.ts";
import type { Encoding, Payload } from "./payload.ts";

/** How floats with an integral value are handed out: as `Float` or as plain `number`. */
export interface DecodeOptions {
  /** `keep` gives `Float` for `1.0`; `plain` (default) gives `1`. */
  readonly floats?: "keep" | "plain";
}

/** How a value is written for a peer that cannot take everything. */
export interface EncodeOptions {
  /** JSON only: write NaN and infinities as `null` instead of Python's bare words (browsers). Default false. */
  readonly nonFiniteAsNull?: boolean;
  /** Leaves this many unused bytes in front of the result, so that a frame header fits without a copy. Default 0. */
  readonly headroomBytes?: number;
}

/** Bytes to messages and values, and back, in one encoding, without I/O. */
export interface Serializer {
  /** What it reads and writes. */
  readonly encoding: Encoding;

  /**
   * Decodes one message; args and kwargs stay raw after a check of their structure.
   *
   * @throws {ProtocolViolation} If the bytes are not one well-formed WAMP message. The text names message
   * type and field, never the payload.
   */
  decodeMessage(bytes: Uint8Array): Message;

  /**
   * Encodes one message, transcoding a payload of another encoding (once per payload object).
   *
   * The result is a view of a larger buffer, which it keeps alive: mind `byteOffset`, and copy what is kept
   * for long.
   *
   * @throws {TypeError} If something in details, args or kwargs cannot be sent.
   */
  encodeMessage(message: Message, options?: EncodeOptions): Uint8Array;

  /**
   * Decodes one value: int to `number`, or `bigint` from 2^53 on; float to `number` (or `Float`); bytes to
   * `Uint8Array`; maps to objects with string keys (keys of other kinds as their JSON text).
   *
   * @throws {SyntaxError} If the bytes are not exactly one value, nest too deep, or declare more than they hold.
   */
  decodeValue(bytes: Uint8Array, options?: DecodeOptions): unknown;

  /**
   * Encodes one value. Integral safe numbers are ints, other numbers and `Float` floats, `bigint` ints,
   * float arrays lists of floats, int arrays lists of ints, `Uint8Array` bytes, `undefined` members absent.
   * Objects with a `toJSON` (a `Date`) are asked for it. In JSON, bytes are NUL and base64, as autobahn has it;
   * any other string that starts with NUL has it replaced by U+FFFD, because Python would take it for bytes.
   *
   * @throws {TypeError} If something in the value cannot be sent (a function, a symbol, a cycle, a `Set`), saying where.
   */
  encodeValue(value: unknown, options?: EncodeOptions): Uint8Array;

  /** Args and kwargs of a payload as values, from whatever encoding it is in. */
  decodePayload(
    payload: Payload,
    options?: DecodeOptions,
  ): { args: unknown[]; kwargs: Record<string, unknown> };
}
