/** Passwords are never written down. @module */

/** What stands in a password's place. */
export const REDACTED = "***";

/**
 * Names whose values are secret, with what is before and behind (`db_password`, `--PRIVS`, `apiToken`). A name is looked at
 * once, and its end is bounded, so that a long text takes no more time than it is long.
 */
const SECRET = String.raw`(?<![\w-])[\w-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|privs)\w{0,30}`;

/** A text in quotes; one that is never closed goes to the end. */
const QUOTED = ['"', "'", "`"].map((quote) => String.raw`${quote}(?:[^${quote}\\]|\\(?:.|$))*(?:${quote}|$)`)
  .join("|");
/** A value as a shell takes it: up to the next blank, with quotes anywhere inside. */
const SHELL_VALUE = String.raw`(?:${QUOTED}|\\.|[^\s"'\x60])+`;
/** A value inside brackets: up to what may follow it there. */
const INNER_VALUE = String.raw`(?:${QUOTED}|[^\s"'\x60,;)}\]])+`;
/** A value in TypeScript: a name or a call is none, and stays. */
const LITERAL = String.raw`(?:${QUOTED}|\d[\w.]*)`;
const QUOTE = String.raw`\\?["'\x60]?`;

/** `--privs VALUE` and `--password VALUE`. */
const OPTION = new RegExp(String.raw`(?=--)${SECRET}\s+`, "gis");
/** `password=VALUE`, `--privs=VALUE`, `"password": VALUE`, `const password = VALUE`, `["--privs", VALUE]`. */
const PAIR = new RegExp(String.raw`${SECRET}${QUOTE}\]?\s*(?:[:,]|={1,3}(?!>))\s*`, "gis");
/** `setPassword("…")`. */
const CALL = new RegExp(String.raw`${SECRET}\(\s*(?=["'\x60])`, "gis");
/** The password in `ws://user:password@host`. */
const IN_URL = /(\b\w{1,20}:\/\/[^\s:/@]+:)[^\s/]+(?=@)/g;
/** `--access-policy override:PW2,PW3`, and the same in a site file or in code. */
const IN_POLICY = /(\boverride:)[^\s"'`)\]}]+/gi;
/** `Bearer eyJhb…`, `Basic dXNlcjp…`. */
const IN_HEADER = /\b(Bearer|Basic)(\s+)[\w+/.=~-]{6,}/gi;

/**
 * Replaces passwords by `***`: values of options, parameters, properties and variables whose names say so (`--privs`,
 * `password=`, `token:`), those in URLs, and those of an access policy (`override:PW2,PW3`).
 *
 * An access level (`--privs 2`) and the file of a password (`--privs @FILE`) are no passwords and stay. A password that nothing names cannot be known.
 *
 * @param kind In TypeScript only literals are values; a name or a call is not, and stays. Default `verb`.
 */
export function redact(text: string, kind: "verb" | "typescript" = "verb"): string {
  const steps: readonly [RegExp, (text: string) => (at: number) => string][] = [
    [OPTION, () => () => SHELL_VALUE],
    [PAIR, (text) => {
      if (kind === "typescript") return () => LITERAL;
      const isInside = bracketsOf(text);
      return (at) => isInside(at) ? INNER_VALUE : SHELL_VALUE;
    }],
    [CALL, () => () => LITERAL],
  ];
  return steps.reduce((done, [name, valuesOf]) => withoutValues(done, name, valuesOf(done)), text)
    .replaceAll(IN_URL, `$1${REDACTED}`)
    .replaceAll(IN_POLICY, `$1${REDACTED}`)
    .replaceAll(IN_HEADER, `$1$2${REDACTED}`);
}

function withoutValues(text: string, name: RegExp, valueAt: (at: number) => string): string {
  let result = "";
  let from = 0;
  for (const match of text.matchAll(name)) {
    const at = match.index + match[0].length;
    if (match.index < from) continue;
    const end = valueEnd(text, at, valueAt(at));
    const value = text.slice(at, end);
    const isHarmless = /^[123]$|^@/.test(value) && /privs/i.test(match[0]);
    result += text.slice(from, at) + (isHarmless ? value : hidden(value));
    from = end;
  }
  return result + text.slice(from);
}

/** Quotes around the whole value stay, so that the line still reads as what it was. */
function hidden(value: string): string {
  if (value === "") return "";
  const quote = /^["'`]/.exec(value)?.[0] ?? "";
  return `${quote}${REDACTED}${quote}`;
}

/** Where a value ends, with the texts that are added to it by `+`. */
function valueEnd(text: string, at: number, pattern: string): number {
  let end = at + lengthOf(text, at, pattern);
  for (let more = 1; more > 0 && end > at; end += more) {
    more = lengthOf(text, end, String.raw`\s*\+\s*(?:${QUOTED})`);
  }
  return end;
}

function lengthOf(text: string, at: number, pattern: string): number {
  const sticky = new RegExp(pattern, "sy");
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0].length ?? 0;
}

/** Tells of places, asked in their order, whether they lie inside of brackets other than those in quotes. */
function bracketsOf(text: string): (at: number) => boolean {
  const tokens = text.matchAll(new RegExp(String.raw`${QUOTED}|[()[\]{}]`, "gs"));
  let depth = 0;
  let next = tokens.next();
  return (at) => {
    for (; next.done !== true && next.value.index < at; next = tokens.next()) {
      const [token] = next.value;
      if ("([{".includes(token)) depth++;
      else if (")]}".includes(token)) depth = Math.max(0, depth - 1);
    }
    return depth > 0;
  };
}

/** The same for words of a command line that are kept apart, such as the arguments of a site file. */
export function redactWords(words: readonly string[]): string[] {
  return words.map((word, at) => {
    const name = words[at - 1] ?? "";
    const asked = `${name} x`;
    return /^--[^=]+$/.test(name) && redact(asked) !== asked ? REDACTED : redact(word);
  });
}
