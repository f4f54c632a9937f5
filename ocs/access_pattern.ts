/** Patterns that choose agents by class or instance id. @module */

/** What the parts of a pattern say of a name: the plain ones and those with `!` in front, in order. */
export interface PatternResult {
  /** One of them has to match, if there are any. */
  readonly positive: readonly boolean[];
  /** None of them may match. */
  readonly negative: readonly boolean[];
}

/**
 * Tells whether a pattern chooses a name.
 *
 * A pattern is a row of shell globs (`*`, `?`, `[a-z]`, `[!x]`) between commas; with `!` in front a glob excludes.
 * A name is chosen by any of the plain ones (or if there are none) unless it is excluded. Blanks count, empty parts
 * do not.
 *
 * @param name Must hold neither `,` nor `!`.
 * @throws {RangeError} If it does.
 */
export function matchesAccessPattern(name: string, pattern: string): boolean {
  const { positive, negative } = testAccessPattern(name, pattern);
  return (positive.length === 0 || positive.includes(true)) && !negative.includes(true);
}

/** Tests every part of a pattern; see `matchesAccessPattern`. */
export function testAccessPattern(name: string, pattern: string): PatternResult {
  if (/[,!]/.test(name)) {
    throw new RangeError(`Cannot match "${name}": it holds a comma or an exclamation mark, expected neither`);
  }
  const positive: boolean[] = [];
  const negative: boolean[] = [];
  for (const part of pattern.split(",")) {
    const isNegative = part.startsWith("!");
    const glob = isNegative ? part.slice(1) : part;
    if (glob !== "") (isNegative ? negative : positive).push(matchesGlob(name, glob));
  }
  return { positive, negative };
}

/**
 * Tells whether a shell glob matches a whole text, case and all, as Python's `fnmatchcase`.
 *
 * Takes time of text by glob length at most, whatever the glob.
 */
export function matchesGlob(text: string, glob: string): boolean {
  const tokens = parseGlob(glob);
  const chars = Array.from(text);
  let at = 0;
  let token = 0;
  // Where to come back to: the last star, and how much of the text it holds so far.
  let star = -1;
  let held = 0;
  while (at < chars.length) {
    const test = tokens[token];
    if (test === "*") {
      star = token++;
      held = at;
    } else if (test !== undefined && test(chars[at] ?? "")) {
      at++;
      token++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++held;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === "*");
}

/** A star, or the test of one character. */
type GlobToken = "*" | ((char: string) => boolean);

function parseGlob(glob: string): readonly GlobToken[] {
  const chars = Array.from(glob);
  const tokens: GlobToken[] = [];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i];
    const end = char === "[" ? endOfSet(chars, i + 1) : -1;
    if (end >= 0) {
      tokens.push(parseSet(chars.slice(i + 1, end)));
      i = end;
    } else if (char === "*") {
      tokens.push("*");
    } else if (char === "?") {
      tokens.push(() => true);
    } else {
      tokens.push((given) => given === char);
    }
  }
  return tokens;
}

/** A `]` in first place is a member of the set. Without an end the `[` stands for itself. */
function endOfSet(chars: readonly string[], start: number): number {
  let from = start;
  if (chars[from] === "!") from++;
  if (chars[from] === "]") from++;
  return chars.indexOf("]", from);
}

function parseSet(set: readonly string[]): (char: string) => boolean {
  const isNegative = set[0] === "!";
  const members = isNegative ? set.slice(1) : set;
  const singles = new Set<string>();
  const ranges: [from: string, to: string][] = [];
  for (let i = 0; i < members.length; i++) {
    const from = members[i] ?? "";
    const to = members[i + 2];
    if (members[i + 1] === "-" && to !== undefined) {
      ranges.push([from, to]);
      i += 2;
    } else {
      singles.add(from);
    }
  }
  return (char) =>
    isNegative !== (singles.has(char) || ranges.some(([from, to]) => isBetween(char, from, to)));
}

/** By code point; a range that runs backwards holds nothing. */
function isBetween(char: string, from: string, to: string): boolean {
  const [at, low, high] = [char, from, to].map((one) => one.codePointAt(0) ?? 0);
  return at !== undefined && low !== undefined && high !== undefined && at >= low && at <= high;
}
