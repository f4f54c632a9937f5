/** Parameters of an operation, read from its help text. @module */

/** A parameter as its agent describes it; agents do not say it in any other form. */
export interface DocParam {
  readonly name: string;
  /** Such as `float`; empty where nothing is said. */
  readonly type: string;
  /** Values that it may have, as they are typed; empty where everything may be. */
  readonly values: readonly string[];
}

/** `delay_task(delay=5, succeed=True)` on the first line. */
const SIGNATURE = /^\s*\w+\(([^)]*)\)/;
/** `delay (float, optional): Seconds …` below "Parameters:" or "Args:". */
const ENTRY = /^(\s*)\**(\w+)\s*(?:\(([^)]*)\))?\s*:\s?(.*)$/;
const HEADING = /^(\s*)(?:Parameters|Args|Arguments|Params)\s*:?\s*$/;
/** What is handed to the agent's function, and is no parameter of an operator's. */
const NOT_PARAMS: ReadonlySet<string> = new Set(["self", "session", "params"]);

/** Reads the parameters of a docstring in the forms that agents use, ours and those of Python. */
export function docParams(docstring: string): readonly DocParam[] {
  const params = new Map<string, DocParam>();
  for (const name of signatureNames(docstring)) params.set(name, { name, type: "", values: [] });
  for (const { name, type, text } of entries(docstring)) {
    params.set(name, { name, type, values: valuesOf(type, text) });
  }
  return [...params.values()];
}

function signatureNames(docstring: string): string[] {
  const [, inside = ""] = SIGNATURE.exec(docstring) ?? [];
  const names = inside.split(",").flatMap((part) => /^\s*(\w+)\s*(?:[=:]|$)/.exec(part)?.[1] ?? []);
  return names.filter((name) => !NOT_PARAMS.has(name));
}

function* entries(docstring: string): Generator<{ name: string; type: string; text: string }> {
  const lines = docstring.split("\n");
  const at = lines.findIndex((line) => HEADING.test(line));
  if (at < 0) return;
  const outer = indentOf(lines[at] ?? "");
  let inner: number | undefined;
  let entry: { name: string; type: string; text: string } | undefined;
  for (const line of lines.slice(at + 1)) {
    if (line.trim() === "") continue;
    const indent = indentOf(line);
    if (indent <= outer) break;
    inner ??= indent;
    const [, , name, type = "", text = ""] = ENTRY.exec(line) ?? [];
    if (indent > inner || name === undefined) {
      if (entry !== undefined) entry.text += ` ${line.trim()}`;
      continue;
    }
    if (entry !== undefined) yield entry;
    entry = { name, type, text };
  }
  if (entry !== undefined) yield entry;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function valuesOf(type: string, text: string): readonly string[] {
  const words = type.split(/[\s,]+/);
  const choice =
    /\b(?:one of|either|choices|can be|must be|options?(?: are)?:|allowed)\b(.*)/is.exec(text)?.[1] ??
      (/[{[].*['"]/.test(type) ? type : "");
  const sentence = choice.split(/\.(?:\s|$)/)[0] ?? "";
  const quoted = [...sentence.matchAll(/(["'`])([\w./+-]{1,40})\1/g)].map(([, , value = ""]) => value);
  const all = [...new Set(quoted)].filter((value) => value !== "");
  if (words.includes("bool")) return ["true", "false"];
  return all.length > 1 ? all : [];
}
