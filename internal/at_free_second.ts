/** Files whose names hold a time, none of them over another. @module */

// A name every second for an hour: more are no chance, but a folder that somebody has filled.
const MOST_NAMES = 3600;

/**
 * Opens something new whose name holds a Unix time, at the next second that is free.
 *
 * Peers socs (SmurfFileEmulator) and ocs (AggregatorAgent): what is made in the same second overwrites.
 *
 * @param seconds Unix time; its whole seconds are tried first.
 * @param open Makes it; throws `AlreadyExists` when it is there already.
 * @param mostNames How many seconds are tried.
 * @throws {Deno.errors.AlreadyExists} That of the last second, if none is free.
 * @throws Whatever else `open` throws.
 */
export async function atFreeSecond<T>(
  seconds: number,
  open: (second: number) => Promise<T>,
  mostNames = MOST_NAMES,
): Promise<T> {
  const last = Math.floor(seconds) + mostNames - 1;
  for (let second = Math.floor(seconds);; second++) {
    try {
      return await open(second);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists) || second >= last) throw error;
    }
  }
}
