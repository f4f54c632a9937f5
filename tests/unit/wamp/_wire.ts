/** Wire bytes written down for tests. @module */
import type { Encoding } from "../../../wamp/mod.ts";

/** Bytes of JSON text, or of the hex of a binary encoding. */
export function parsed(text: string, encoding: Encoding): Uint8Array {
  return encoding === "json" ? new TextEncoder().encode(text) : Uint8Array.fromHex(text.replaceAll(" ", ""));
}
