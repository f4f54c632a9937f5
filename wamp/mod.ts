/**
 * WAMP messages, URIs, ids and the three encodings; no I/O.
 *
 * The encodings keep integers and floats apart and leave args and kwargs as the bytes they came in.
 *
 * @example Pass an event on without looking into it
 * ```ts
 * import assert from "node:assert/strict";
 * import { JSON_SERIALIZER, type Message } from "./mod.ts";
 *
 * const publish = JSON_SERIALIZER.decodeMessage(new TextEncoder().encode('[16,1,{},"a.b",[1.0]]'));
 * assert.equal(publish.type, 16);
 * const event: Message = { type: 36, subscription: 7, publication: 9, details: {}, payload: publish.payload };
 * assert.equal(new TextDecoder().decode(JSON_SERIALIZER.encodeMessage(event)), "[36,7,9,{},[1.0]]");
 * ```
 *
 * @module
 */
export { Float, toPlain } from "../internal/float.ts";
export {
  AUTOBAHN_SEPARATOR,
  joinBatch,
  type JsonSeparator,
  LENGTH_BYTES,
  splitBatch,
  writeLength,
} from "./batch.ts";
export { EMPTY_DICT } from "./codec.ts";
export { ProtocolViolation, WampError } from "./errors.ts";
export { MAX_ID, nextId, randomId } from "./ids.ts";
export {
  type Abort,
  type Authenticate,
  type Call,
  type Cancel,
  type Challenge,
  type Dict,
  type ErrorMessage,
  type Event,
  type Extension,
  type Goodbye,
  type Hello,
  type Interrupt,
  type Invocation,
  type Message,
  MessageType,
  type Publish,
  type Published,
  type Register,
  type Registered,
  type Result,
  type Subscribe,
  type Subscribed,
  type Unregister,
  type Unregistered,
  type Unsubscribe,
  type Unsubscribed,
  type Welcome,
  type Yield,
} from "./message.ts";
export {
  type Encoding,
  NO_PAYLOAD,
  type Payload,
  type RawPayload,
  textPayload,
  type ValuePayload,
} from "./payload.ts";
export type { DecodeOptions, EncodeOptions, Serializer } from "./serializer.ts";
export { CBOR_SERIALIZER, JSON_SERIALIZER, MSGPACK_SERIALIZER, serializerFor } from "./serializers.ts";
export { parseSubprotocol, type Subprotocol, SUBPROTOCOLS } from "./subprotocol.ts";
export { checkUri, isReservedUri, matchesPattern, type MatchPolicy, MAX_URI_LENGTH } from "./uri.ts";
