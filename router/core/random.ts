/** Randomness of the runtime for the router core. @module */
import { randomId } from "../../wamp/ids.ts";
import type { RouterRandom } from "./options.ts";

/** The runtime's cryptographic generator. */
export const CRYPTO_RANDOM: RouterRandom = {
  id: randomId,
  bytes(count: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(count));
  },
};

/** Makes an authid in the shape of crossbar's: six groups of four characters. */
export function randomAuthid(random: RouterRandom): string {
  // Crossbar's alphabet: nothing that looks like something else.
  const alphabet = "ACEFGHJKLMNPQRSTUVWXY345679";
  const characters = Array.from(random.bytes(24), (byte) => alphabet[byte % alphabet.length]);
  const groups: string[] = [];
  for (let at = 0; at < 24; at += 4) groups.push(characters.slice(at, at + 4).join(""));
  return groups.join("-");
}
