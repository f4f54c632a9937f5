/** WAMP ids (spec 2.1). @module */

/** The largest id that may be received; generated ones are smaller. */
export const MAX_ID = 2 ** 53;

/** Draws an id from 1 to 2^53 - 1 that nobody can guess. */
export function randomId(): number {
  const words = crypto.getRandomValues(new Uint32Array(2));
  const [high = 0, low = 0] = words;
  const id = (high & 0x1fffff) * 4294967296 + low;
  return id === 0 ? 1 : id;
}

/** The request id after this one: one more, and 1 again behind 2^53. */
export function nextId(id: number): number {
  return id >= MAX_ID ? 1 : id + 1;
}
