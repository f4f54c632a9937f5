/** The serializers, one per encoding. @module */
import { CborCodec } from "./cbor.ts";
import { CodecSerializer } from "./codec_serializer.ts";
import { JsonCodec } from "./json.ts";
import { MsgpackCodec } from "./msgpack.ts";
import type { Encoding } from "./payload.ts";
import type { Serializer } from "./serializer.ts";

const CODECS = { json: new JsonCodec(), msgpack: new MsgpackCodec(), cbor: new CborCodec() };

/** JSON, with Python's `NaN` and `Infinity`, and bytes as autobahn writes them. */
export const JSON_SERIALIZER: Serializer = new CodecSerializer("json", CODECS);
/** MessagePack. */
export const MSGPACK_SERIALIZER: Serializer = new CodecSerializer("msgpack", CODECS);
/** CBOR. */
export const CBOR_SERIALIZER: Serializer = new CodecSerializer("cbor", CODECS);

const SERIALIZERS: Readonly<Record<Encoding, Serializer>> = {
  json: JSON_SERIALIZER,
  msgpack: MSGPACK_SERIALIZER,
  cbor: CBOR_SERIALIZER,
};

/** Gives the serializer of an encoding. */
export function serializerFor(encoding: Encoding): Serializer {
  return SERIALIZERS[encoding];
}
