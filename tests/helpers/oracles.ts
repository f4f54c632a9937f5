/** Codecs of others that our own are compared with; for tests only. @module */
export { decode as decodeCborOracle, encode as encodeCborOracle } from "npm:cborg@4.2.18";
export { decode as decodeMsgpackOracle, encode as encodeMsgpackOracle } from "npm:@msgpack/msgpack@3.1.3";
export { parquetMetadata, parquetReadObjects } from "npm:hyparquet@1.31.5";
