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
  const bytes = random.bytes(24);
  let authid = "";
  for (let i = 0; i < 24; i++) {
    if (i > 0 && i % 4 === 0) authid += "-";
    authid += ALPHABET[(bytes[i] ?? 0) % ALPHABET.length];
  }
  return authid;
}

// Crossbar's alphabet: nothing that looks like something else.
const ALPHABET = "ACEFGHJKLMNPQRSTUVWXY345679";
