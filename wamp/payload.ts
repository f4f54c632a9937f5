/** Args and kwargs of a message: bytes as they came, or values. @module */

/** The three encodings a WAMP payload can be in. */
export type Encoding = "json" | "msgpack" | "cbor";

/**
 * What travels behind the envelope of a message.
 *
 * `raw`: the sender's bytes, structure already checked, never decoded: `tail` is the encoded args (when
 * `count` is 1) or args and kwargs one behind the other (when `count` is 2; JSON has a comma between them),
 * without anything of the envelope. `values`: made in this process. The tail of an absent payload is empty
 * (`count` 0). Null args have become `[]`, null kwargs are absent, so a tail can be copied as it is.
 */
export type Payload = RawPayload | ValuePayload;

/** Encoded args and kwargs in the encoding of their sender. */
export interface RawPayload {
  /** Bytes. */
  readonly kind: "raw";
  /** What `tail` is encoded in. */
  readonly encoding: Encoding;
  /** How many of args and kwargs `tail` holds, in this order. */
  readonly count: 0 | 1 | 2;
  /** A view of the frame it came in; nobody may change it. */
  readonly tail: Uint8Array;
}

/** Args and kwargs made in this process. */
export interface ValuePayload {
  /** Values. */
  readonly kind: "values";
  /** Positional values; written as an empty list where only kwargs are given. */
  readonly args?: readonly unknown[] | undefined;
  /** Keyword values. */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/** No args, no kwargs. */
export const NO_PAYLOAD: ValuePayload = { kind: "values" };

/** A payload of one English sentence, as every ERROR of a router has. */
export function textPayload(text: string): ValuePayload {
  return { kind: "values", args: [text] };
}
