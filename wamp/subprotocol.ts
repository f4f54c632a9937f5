/** The WebSocket subprotocols of WAMP (spec 1.1). @module */
import type { Encoding } from "./payload.ts";

/** What a subprotocol stands for. */
export interface Subprotocol {
  /** As in the header: `wamp.2.cbor.batched`. */
  readonly name: string;
  /** How its messages are encoded; JSON travels in text frames, the others in binary ones. */
  readonly encoding: Encoding;
  /** Several messages may share one WebSocket message. */
  readonly batched: boolean;
}

/** Every subprotocol spoken here, in the order in which autobahn-python offers them. */
export const SUBPROTOCOLS: readonly Subprotocol[] = [
  { name: "wamp.2.cbor.batched", encoding: "cbor", batched: true },
  { name: "wamp.2.cbor", encoding: "cbor", batched: false },
  { name: "wamp.2.msgpack.batched", encoding: "msgpack", batched: true },
  { name: "wamp.2.msgpack", encoding: "msgpack", batched: false },
  { name: "wamp.2.json.batched", encoding: "json", batched: true },
  { name: "wamp.2.json", encoding: "json", batched: false },
];

/** Looks a subprotocol up by its exact name; undefined if it is not spoken here. */
export function parseSubprotocol(name: string): Subprotocol | undefined {
  return SUBPROTOCOLS.find((subprotocol) => subprotocol.name === name);
}
