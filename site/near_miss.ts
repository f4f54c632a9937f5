/** Suggestions for misspelt words. @module */

/**
 * Finds the word that was probably meant.
 *
 * Case, hyphens and underscores do not count; a swap, a missing, a wrong or an extra letter may be in about every
 * third letter of the word.
 *
 * @returns undefined if nothing is near.
 */
export function nearMiss(word: string, words: Iterable<string>): string | undefined {
  const plain = normalize(word);
  if (plain.length > 60) return undefined;
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of words) {
    const other = normalize(candidate);
    const allowed = Math.max(1, Math.floor(Math.max(plain.length, other.length) / 3));
    let distance = editDistance(plain, other);
    // Someone who stops typing early means the word that begins so.
    if (plain.length >= 3 && other.startsWith(plain)) distance = Math.min(distance, 1);
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function normalize(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, "");
}

/** Edits (insert, delete, replace, swap of neighbours) from one word to the other. */
function editDistance(from: string, to: string): number {
  const width = to.length + 1;
  let before: number[] = [];
  let above = Array.from({ length: width }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column < width; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    before = above;
    above = current;
  }
  return above[width - 1] ?? 0;
}
