/** Randomness of the runtime for the router core. @module */
import type { RouterRandom } from "./options.ts";

/** Drawn at once, because asking the runtime costs as much for one id as for hundreds. */
const POOL_BYTES = 1024;
const ID_BYTES = 7;

/** The runtime's cryptographic generator; no byte of it is used twice. */
export class CryptoRandom implements RouterRandom {
  readonly #pool = new Uint8Array(POOL_BYTES);
  #used = POOL_BYTES;

  id(): number {
    const at = this.#take(ID_BYTES);
    let id = (this.#pool[at] ?? 0) & 0x1f;
    for (let i = 1; i < ID_BYTES; i++) id = id * 256 + (this.#pool[at + i] ?? 0);
    return id === 0 ? 1 : id;
  }

  bytes(count: number): Uint8Array {
    if (count > POOL_BYTES) return crypto.getRandomValues(new Uint8Array(count));
    const at = this.#take(count);
    return this.#pool.slice(at, at + count);
  }

  /** Makes sure of so many fresh bytes, and tells where they begin. */
  #take(count: number): number {
    if (this.#used + count > POOL_BYTES) {
      crypto.getRandomValues(this.#pool);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += count;
    return at;
  }
}

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
