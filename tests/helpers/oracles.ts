/** Codecs of others that our own are compared with; for tests only. @module */
export { Decoder as CborOracleDecoder, Encoder as CborOracleEncoder } from "npm:cbor-x@1.6.0";
export { decode as decodeMsgpackOracle, encode as encodeMsgpackOracle } from "npm:@msgpack/msgpack@3.1.3";
