/** From a verb line to the client calls that do the same. @module */
import { parseDataPath } from "./data_path.ts";
import { parseKeyValues } from "./key_values.ts";
import type { NightEntry } from "./night_entry.ts";
import { isPattern, parseTarget } from "./operation_target.ts";
import type { VerbCommand } from "./grammar.ts";
import { parseVerb } from "./parse_verb.ts";
import { REDACTED } from "./redact.ts";
import type { ScriptPrivs } from "./script_agents.ts";
import { scriptText, scriptValue } from "./script_value.ts";
import { splitWords } from "./split_line.ts";

/** What a verb becomes. */
export interface ScriptCall {
  /** Expressions to carry out in turn; none where the verb only looked. */
  readonly statements: readonly string[];
  /** Names of the toolkit that they use. */
  readonly uses: readonly string[];
  /** What is to be said of the line. */
  readonly note?: string | undefined;
}

/** Gives the variable of an agent's client. */
export type ClientOf = (instanceId: string, privs: ScriptPrivs) => string;

/** The script's constant for what was not kept. */
export const PASSWORD = "PASSWORD";
const HIDDEN = scriptText(REDACTED);

/** Verbs that act, or read what a script can go on with. */
type Acting = Extract<VerbCommand, { readonly command: "start" | "stop" | "abort" | "wait" | "status" }>;

/** The calls for a verb line that was carried out. */
export async function verbCall(entry: NightEntry, clientOf: ClientOf): Promise<ScriptCall> {
  const words = splitWords(entry.line);
  // What the prompt wrote to a file, the script prints.
  const redirect = words.findIndex(({ text, quoted }) => !quoted && /^>>?/.test(text));
  const texts = (redirect < 0 ? words : words.slice(0, redirect)).map(({ text }) => text);
  if (texts[0] === "run") return runCall(texts.slice(1));
  const parsed = parseVerb(texts, {
    columns: Infinity,
    colors: false,
    program: "",
  });
  if (!("command" in parsed)) return { statements: [], uses: [] };
  const { command } = parsed;
  switch (command.command) {
    case "start":
    case "stop":
    case "abort":
    case "wait":
    case "status": {
      const call = await actingCall(command, entry, clientOf);
      return redirect < 0 ? call : { ...call, note: "what it printed went to a file" };
    }
    case "data":
    case "messages":
      return command.follow ? { statements: [], uses: [] } : readingCall(command, clientOf);
    default:
      return { statements: [], uses: [] };
  }
}

/** The prompt's own verb `run`: its options are about the terminal, and say nothing of what is run. */
function runCall(words: readonly string[]): ScriptCall {
  let at = 0;
  while (words[at]?.startsWith("--") === true) at += words[at]?.includes("=") === true ? 1 : 2;
  const script = words.slice(at).map(scriptText);
  return script.length === 0
    ? { statements: [], uses: [] }
    : { statements: [`await run(${script.join(", ")})`], uses: ["run"] };
}

function readingCall(
  command: Extract<VerbCommand, { readonly command: "data" | "messages" }>,
  clientOf: ClientOf,
): ScriptCall {
  const { instanceId, opName } = parseTarget(command.target);
  const privs = privsOf(command.privs);
  const status = `await ${clientOf(instanceId, privs)}.operation(${scriptText(opName)}).status()`;
  const uses = privs === "password" ? [PASSWORD] : [];
  if (command.command === "messages") return { statements: [`show((${status}).session.messages)`], uses };
  const path = command.path === undefined ? [] : parseDataPath(command.path);
  const steps = path.map((step) => `, ${typeof step === "number" ? step : scriptText(step)}`).join("");
  return { statements: [`show(dataAt(${status}${steps}))`], uses: [...uses, "dataAt"] };
}

async function actingCall(command: Acting, { targets }: NightEntry, clientOf: ClientOf): Promise<ScriptCall> {
  const isMany = isPattern(command.target) || !/[./]/.test(command.target);
  if (isMany && targets === undefined) {
    return { statements: [], uses: [], note: "what it meant at the time was not kept" };
  }
  const privs = privsOf(command.privs);
  const uses: string[] = privs === "password" ? [PASSWORD] : [];
  const operations = (targets ?? [command.target]).map((target) => {
    const { instanceId, opName } = parseTarget(target);
    return `${clientOf(instanceId, privs)}.operation(${scriptText(opName)})`;
  });
  const params = command.command === "start" ? await paramsOf(command.params, uses) : undefined;
  const limit = command.timeout === undefined ? "" : `{ timeoutSeconds: ${command.timeout} }`;
  const [only, ...more] = operations;
  if (only === undefined) return { statements: [], uses };
  if (more.length === 0) return { statements: callsOfOne(command, only, { params, limit }), uses };
  return { statements: callsOfMany(command, operations, { params, limit, uses }), uses };
}

function callsOfOne(
  command: Acting,
  operation: string,
  { params, limit }: { readonly params: string | undefined; readonly limit: string },
): string[] {
  const waiting = `ended(await ${operation}.wait(${limit}))`;
  switch (command.command) {
    case "start": {
      const start = [params ?? (limit === "" || command.wait ? "" : "{}"), command.wait ? "" : limit];
      const starting = `show(await ${operation}.start(${start.filter((part) => part !== "").join(", ")}))`;
      return command.wait ? [starting, waiting] : [starting];
    }
    case "wait":
      return [waiting];
    case "stop":
    case "abort":
      return [`show(await ${operation}.${command.command}(${limit}))`];
    case "status":
      return [`show(await ${operation}.status(${limit}))`];
  }
}

function callsOfMany(
  command: Acting,
  operations: readonly string[],
  { params, limit, uses }: {
    readonly params: string | undefined;
    readonly limit: string;
    readonly uses: string[];
  },
): string[] {
  const list = `[\n${operations.map((operation) => `  ${operation},\n`).join("")}]`;
  const all = (helper: string, more: string) => {
    uses.push(helper);
    return `show(await ${helper}(${list}${more === "" ? "" : `, ${more}`}))`;
  };
  switch (command.command) {
    case "start": {
      const starting = all("startAll", params ?? "");
      return command.wait ? [starting, all("waitAll", limit)] : [starting];
    }
    case "wait":
      return [all("waitAll", limit)];
    case "stop":
    case "abort":
      return [all("stopAll", limit)];
    case "status":
      return operations.map((operation) => `show(await ${operation}.status(${limit}))`);
  }
}

async function paramsOf(texts: readonly string[], uses: string[]): Promise<string | undefined> {
  if (texts.length === 0) return undefined;
  const { code, usesFloat } = scriptValue(await parseKeyValues(texts));
  if (usesFloat) uses.push("Float");
  if (!code.includes(HIDDEN)) return code;
  uses.push(PASSWORD);
  return code.replaceAll(HIDDEN, PASSWORD);
}

function privsOf(text: string | undefined): ScriptPrivs {
  if (text === undefined || text === "" || text === "1") return undefined;
  if (text === "2") return 2;
  if (text === "3") return 3;
  return "password";
}
