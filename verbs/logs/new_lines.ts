/** What is new in the last lines of something. @module */

/**
 * Compares the last lines of a stream with those of the look before.
 *
 * A line that is repeated again and again may be taken for the one before.
 *
 * @returns The new lines; `missed` when all of them are new, so that there may have been more.
 */
export function newLines(
  before: readonly string[],
  now: readonly string[],
): { readonly lines: readonly string[]; readonly missed: boolean } {
  if (before.length === 0) return { lines: now, missed: false };
  // Lines go away at the beginning only, so what is known of these ends what was known before.
  for (let added = Math.max(0, now.length - before.length); added < now.length; added++) {
    const known = now.slice(0, now.length - added);
    const isSame = known.every((line, at) => line === before[before.length - known.length + at]);
    if (isSame) return { lines: now.slice(now.length - added), missed: false };
  }
  return { lines: now, missed: now.length > 0 };
}
