/** MessagePack for plain values; in tests the independent oracle for our codec. @module */
export { decode, encode } from "npm:@msgpack/msgpack@3.1.3";
