/** Tab in TypeScript. @module */
import { OCSClient, type OperationInfo } from "../client/mod.ts";
import { type DocParam, docParams } from "./doc_params.ts";
import type { Completions } from "./prompt_line.ts";

/** What Tab can look at. */
export interface TypeScriptCompletionContext {
  /** Value of an expression that changes nothing; undefined where it has none. */
  readonly peek: (expression: string) => Promise<{ readonly value: unknown } | undefined>;
  /** Names that were declared at the prompt. */
  readonly names: () => Promise<readonly string[]>;
  /** Names of the agents' variables. */
  readonly variables: Iterable<string>;
}

/** A path of names at the end of the text: `faker1.acq.st`, `data.fields["a"].x`. */
const PATH =
  /((?:[\p{ID_Start}$_][\p{ID_Continue}$]*|\]|\))?(?:\??\.[\p{ID_Start}$_][\p{ID_Continue}$]*|\[(?:\d+|"[^"]*"|'[^']*')\])*\??\.)?([\p{ID_Start}$_][\p{ID_Continue}$]*)?$/u;
/** An object of parameters that is being typed. */
const PARAMS =
  /([\p{ID_Start}$_][\p{ID_Continue}$]*\.[\p{ID_Start}$_][\p{ID_Continue}$]*)(?:\.start)?\(\s*\{(?:[^{}]*,)?\s*(\w*)(?:\s*:\s*(["'\w./+-]*))?$/u;
const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
/** Members of every object and function, which nobody looks for. */
const PLAIN: ReadonlySet<unknown> = new Set([
  Object.prototype,
  Function.prototype,
  Array.prototype,
  String.prototype,
]);
const WORDS = [
  "await",
  "async",
  "const",
  "for",
  "function",
  "if",
  "import",
  "let",
  "new",
  "return",
  "throw",
  "try",
];

/**
 * Offers members of the value before the last dot, names where there is none, parameters and their values in
 * `faker1.acq.start({ `.
 */
export async function completeTypeScript(
  text: string,
  { peek, names, variables }: TypeScriptCompletionContext,
): Promise<Completions> {
  const [, operation, param = "", value] = PARAMS.exec(text) ?? [];
  const params = operation === undefined ? undefined : infoOf((await peek(operation))?.value);
  if (params !== undefined) {
    const found = docParams(params.docstring ?? "");
    if (value === undefined) return pick(found.map(({ name }) => `${name}: `), param);
    const meant = found.find(({ name }) => name === param);
    const literals = pick(meant === undefined ? [] : literalsOf(meant, value), value);
    // Any other value is an expression as everywhere.
    if (literals.candidates.length > 0) return literals;
  }
  const [, path, word = ""] = PATH.exec(text) ?? [];
  if (path !== undefined) {
    const base = path.replace(/\??\.$/, "");
    const found = NAME.test(base[0] ?? "") ? await peek(base) : undefined;
    return found === undefined ? pick([], word) : pick(membersOf(found.value), word);
  }
  const own = [...variables, ...await names(), "_"];
  // Everything that the engine has is too much to offer where nothing is typed.
  const others = word === "" ? [] : [...WORDS, ...Object.getOwnPropertyNames(globalThis)];
  return pick([...new Set([...own, ...others])], word);
}

/** Allowed values as they are written in TypeScript, with the quotes that were begun with. */
function literalsOf({ type, values }: DocParam, typed: string): readonly string[] {
  const isText = !/\b(?:bool|int|float|number)\b/.test(type);
  const quote = typed.startsWith("'") ? "'" : '"';
  return values.map((value) => isText ? `${quote}${value}${quote}` : value);
}

function membersOf(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  const found = new Set<string>();
  const info = infoOf(value);
  const useless = info === undefined ? undefined : info.op_type === "task" ? "stop" : "abort";
  for (let object: unknown = Object(value); object !== null; object = Object.getPrototypeOf(object)) {
    if (PLAIN.has(object) && !isPlainKind(value)) break;
    if (object === Object.prototype) break;
    for (const name of Object.getOwnPropertyNames(object)) {
      const isHidden = name === "constructor" ||
        typeof value === "function" && ["length", "name", "prototype"].includes(name);
      if (NAME.test(name) && !name.startsWith("__") && !isHidden && name !== useless) found.add(name);
    }
  }
  if (!(value instanceof OCSClient)) return [...found].sort();
  // What an agent can do comes before what every client can.
  const operations = [...found].filter((name) => infoOf(Reflect.get(value, name)) !== undefined);
  return [...new Set([...operations, "feeds", ...found])];
}

/** Whether the members of its kind are what one looks for: of arrays, texts and the like. */
function isPlainKind(value: unknown): boolean {
  return Array.isArray(value) || typeof value === "string";
}

/** What an operation's client says of it; undefined for any other value. */
function infoOf(value: unknown): OperationInfo | undefined {
  if (typeof value !== "function" || !("info" in value) || !("opName" in value)) return undefined;
  // Only clients of operations have both.
  return value.info as OperationInfo;
}

function pick(candidates: readonly string[], word: string): Completions {
  return { candidates: candidates.filter((candidate) => candidate.startsWith(word)), replaced: word };
}
