/** Files whose names hold a time, none of them over another. @module */

// A name every second for an hour: more are no chance, but a folder that somebody has filled.
const TRIES = 3600;

/**
 * Opens something new whose name holds a Unix time, at the next second that is free.
 *
 * Peer socs (SmurfFileEmulator): what is made in the same second overwrites.
 *
 * @param seconds Unix time; its whole seconds are tried first.
 * @param open Makes it; throws `AlreadyExists` when it is there already.
 */
export async function atFreeSecond<T>(seconds: number, open: (second: number) => Promise<T>): Promise<T> {
  const first = Math.floor(seconds);
  for (let second = first;; second++) {
    try {
      return await open(second);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists) || second - first >= TRIES) throw error;
    }
  }
}
