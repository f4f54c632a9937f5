/** Splits a line of the prompt into words. @module */

/** One word of a line. */
export interface Word {
  /** The word without its quotes. */
  readonly text: string;
  /** Where it begins in the line. */
  readonly from: number;
  /** Where it has ended. */
  readonly to: number;
  /** Whether any of it was quoted: a quoted `>` is a word like another. */
  readonly quoted: boolean;
}

/**
 * Splits a line into words as a shell does, with one difference: a YAML list or map behind `key=` is one word, with its
 * blanks and quotes, so `args=[--band, 4]` needs no quotes.
 *
 * `'…'` is taken as it is; in `"…"` and outside of quotes `\` takes the next character as it is.
 *
 * @throws {SyntaxError} If a quote or bracket is not closed.
 */
export function splitLine(line: string): string[] {
  return splitWords(line).map(({ text }) => text);
}

/** Splits as `splitLine`, and says where in the line each word is. */
export function splitWords(line: string): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < line.length;) {
    if (isBlank(line, at)) {
      at++;
      continue;
    }
    const word = readWord(line, at);
    words.push(word);
    at = word.to;
  }
  return words;
}

function readWord(line: string, from: number): Word {
  let text = "";
  let quoted = false;
  let at = from;
  while (at < line.length && !isBlank(line, at)) {
    const char = line.charAt(at);
    if (char === "'" || char === '"') {
      const { inside, to } = readQuoted(line, at);
      text += inside;
      quoted = true;
      at = to;
    } else if (char === "\\" && at + 1 < line.length) {
      text += line.charAt(at + 1);
      quoted = true;
      at += 2;
    } else if ((char === "[" || char === "{") && isFirstValue(text)) {
      const to = endOfFlow(line, at);
      text += line.slice(at, to);
      at = to;
    } else {
      text += char;
      at++;
    }
  }
  return { text, from, to: at, quoted };
}

/** Whether what comes now is the first of a parameter's value. */
function isFirstValue(text: string): boolean {
  return text.length > 1 && text.indexOf("=") === text.length - 1;
}

function readQuoted(line: string, from: number): { readonly inside: string; readonly to: number } {
  const quote = line.charAt(from);
  let inside = "";
  for (let at = from + 1; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === quote) return { inside, to: at + 1 };
    const escaped = quote === '"' && char === "\\" && /["\\]/.test(line.charAt(at + 1));
    inside += escaped ? line.charAt(++at) : char;
  }
  throw new SyntaxError(`Cannot read "${line}": the quote at character ${from + 1} is not closed`);
}

/** End of a YAML flow value; its brackets and quotes are left to YAML. */
function endOfFlow(line: string, from: number): number {
  const open: string[] = [];
  for (let at = from; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === "'" || char === '"') at = endOfYamlQuote(line, at);
    else if (char === "[" || char === "{") open.push(char);
    else if (char === "]" || char === "}") {
      open.pop();
      if (open.length === 0) return at + 1;
    }
  }
  throw new SyntaxError(
    `Cannot read "${line}": the "${line.charAt(from)}" at character ${from + 1} is not closed`,
  );
}

/** Place of the closing quote, or of the opening one where it is only an apostrophe (`[don't]`). */
function endOfYamlQuote(line: string, from: number): number {
  // In YAML a quote begins a text only where a value may begin.
  if (!/[[{,:\s]/.test(line.charAt(from - 1))) return from;
  const quote = line.charAt(from);
  for (let at = from + 1; at < line.length; at++) {
    const char = line.charAt(at);
    // Its own quote is written \" in one kind and '' in the other.
    if (quote === '"' ? char === "\\" : char === quote && line.charAt(at + 1) === quote) at++;
    else if (char === quote) return at;
  }
  throw new SyntaxError(`Cannot read "${line}": the quote at character ${from + 1} is not closed`);
}

function isBlank(line: string, at: number): boolean {
  return /\s/.test(line.charAt(at));
}
