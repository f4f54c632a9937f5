/** What was typed, as a script. @module */
import { stripTypeScriptTypes } from "node:module";
import { clientEnvironment, type ResolvedSite } from "../site/mod.ts";
import { ScriptAgents } from "./script_agents.ts";
import { PASSWORD, type ScriptCall, verbCall } from "./script_calls.ts";
import { assignedIn, declaredIn, namesIn, redeclarable } from "./script_names.ts";
import { REDACTED } from "./redact.ts";
import { scriptText } from "./script_value.ts";
import type { NightEntry } from "./night_entry.ts";

/** What a script is made with. */
export interface ScriptOptions {
  /** Where it is to run. */
  readonly site: Pick<ResolvedSite, "wampServer" | "wampHttp" | "realm" | "addressRoot" | "sourceFile">;
  /** The prompt's variables: instance ids by name. */
  readonly agents?: ReadonlyMap<string, string> | undefined;
  /** URL of the toolkit's `mod.ts`; default that of the toolkit that runs. */
  readonly toolkit?: string | undefined;
}

const TOOLKIT = new URL("../mod.ts", import.meta.url).href;

/** Helpers of the script, by name; those that it uses are in it. */
const HELPERS: Readonly<Record<string, string>> = {
  show: `/** Prints a result; a reply that is not OK ends the script. */
function show<T>(result: T): T {
  console.log(result);
  if (result instanceof OCSReply && !result.ok) throw new Error(\`Cannot go on: \${result.message}\`);
  return result;
}`,
  ended: `/** Prints how an operation has ended; one that did not succeed ends the script. */
function ended<T extends OCSReply>(reply: T): T {
  show(reply);
  if (reply.session.success === false) throw new Error(\`Cannot go on: \${reply.message}\`);
  return reply;
}`,
  dataAt: `/** What is at a path in the data of a reply's session. */
function dataAt(reply: OCSReply, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, step) => Array.isArray(value) ? value.at(Number(step)) : Object(value)[step],
    reply.session.data,
  );
}`,
  run: `/** Runs a script at the same site; one that fails ends this one. */
async function run(script: string, ...args: string[]): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, ...args], env: SITE_VARIABLES });
  const { code } = await command.spawn().status;
  if (code !== 0) throw new Error(\`Cannot go on: \${script} has ended with code \${code}\`);
}`,
};

/** Node's types know "strip" only, which does not tell what is wrong; Deno has both. */
const TRANSFORM: object = { mode: "transform" };
/** Pauses worth telling, in seconds. */
const LONG_PAUSE_SECONDS = 60;

/**
 * Writes lines of the prompt as a script that runs by itself with `deno run -A`.
 *
 * Verbs become calls of clients with parameters of the same kinds, a pattern the operations it meant at the time; lines of
 * TypeScript stay as they are, and their promises are awaited as at the prompt. Lines that failed, and those that only
 * looked, are comments. Passwords are not in the lines: the script takes them from `OCS_PASSWORD`.
 *
 * @param entries In the order they were typed; those of one prompt.
 */
export async function scriptOf(entries: readonly NightEntry[], options: ScriptOptions): Promise<string> {
  const library = new Set(Object.keys(await import("../client/mod.ts")));
  const body = new Body(entries, { agents: options.agents ?? new Map(), library, site: options.site });
  for (const entry of entries) await body.add(entry);
  const { lines, imports } = body.finish();
  const toolkit = options.toolkit ?? TOOLKIT;
  const isInside = Deno.build.standalone && options.toolkit === undefined;
  return [
    ...heading(entries),
    ...(isInside ? ["// Written by a compiled program: put the URL where the toolkit is served below."] : []),
    ...(imports.length === 0 ? [] : [`import { ${imports.join(", ")} } from ${scriptText(toolkit)};`, ""]),
    ...siteLines(options.site),
    ...lines,
    "",
  ].join("\n");
}

function heading(entries: readonly NightEntry[]): string[] {
  const [first] = entries;
  const last = entries.at(-1);
  const span = first === undefined || last === undefined
    ? "Nothing was typed."
    : `What ${oneLine(first.who)} typed from ${moment(first.timeSeconds)} to ${moment(last.timeSeconds)}.`;
  return [
    "/**",
    ` * ${span.replaceAll("*/", "* /")}`,
    " *",
    " *     deno run -A THIS_FILE",
    " *",
    " * Lines that failed or only looked are comments. Pauses between the lines are not repeated.",
    " *",
    " * @module",
    " */",
  ];
}

function siteLines({ sourceFile, ...site }: ScriptOptions["site"]): string[] {
  const { wampServer, wampHttp, realm, addressRoot } = site;
  const members = Object.entries({ wampServer, wampHttp, realm, addressRoot }).flatMap(([key, value]) =>
    value === undefined ? [] : [`    ${key}: ${scriptText(value)},`]
  );
  return [
    ...(sourceFile === undefined ? [] : [`// As ${oneLine(sourceFile)} had it.`]),
    "const SITE = {",
    "  site: {",
    ...members,
    "  },",
    "};",
  ];
}

/** The site for scripts that the script runs: their clients find it in the environment. */
function variableLines({ wampServer, wampHttp, realm, addressRoot }: ScriptOptions["site"]): string[] {
  const options = { site: "none", siteHub: wampServer, siteHttp: wampHttp, siteRealm: realm, addressRoot };
  const members = Object.entries(clientEnvironment(options)).map(([name, value]) =>
    `  ${name}: ${scriptText(value)},`
  );
  return ["", "const SITE_VARIABLES = {", ...members, "};"];
}

/** The script's lines, and what they need. */
class Body {
  readonly #lines: string[] = [];
  readonly #uses = new Set<string>();
  readonly #library: ReadonlySet<string>;
  readonly #agents: ScriptAgents;
  readonly #again: ReadonlySet<string>;
  readonly #keepsLast: boolean;
  readonly #site: ScriptOptions["site"];
  readonly #assigned = new Set<string>();
  #lastSeconds: number | undefined;

  constructor(
    entries: readonly NightEntry[],
    { agents, library, site }: {
      readonly agents: ReadonlyMap<string, string>;
      readonly library: ReadonlySet<string>;
      readonly site: ScriptOptions["site"];
    },
  ) {
    this.#library = library;
    this.#site = site;
    const typed = entries.filter(({ kind, outcome }) => kind === "typescript" && outcome === "ok");
    const declared = typed.flatMap(({ line }) => [...declaredIn(line)]);
    this.#agents = new ScriptAgents(
      agents,
      new Set([...declared, ...library, "SITE", "SITE_VARIABLES", PASSWORD, ...Object.keys(HELPERS)]),
    );
    this.#again = new Set(declared.filter((name, at) => declared.indexOf(name) !== at));
    this.#keepsLast = typed.some(({ line }) => namesIn(line).has("_"));
    for (const name of declared) this.#assigned.add(name);
  }

  async add(entry: NightEntry): Promise<void> {
    const { n, line, outcome } = entry;
    const pause = entry.timeSeconds - (this.#lastSeconds ?? entry.timeSeconds);
    this.#lastSeconds = entry.timeSeconds + entry.durationSeconds;
    this.#lines.push("");
    if (pause >= LONG_PAUSE_SECONDS) this.#comment(`${Math.round(pause / 60)} min later`);
    if (outcome !== "ok") {
      this.#comment(`${n} ${outcome}: ${line}`);
      const [why = ""] = entry.reply.split("\n").filter((text) => text.trim() !== "");
      if (why !== "") this.#comment(`  ${why}`);
      return;
    }
    if (entry.kind === "typescript") return this.#typeScript(entry);
    const call = await verbCall(entry, (instanceId, privs) => this.#agents.use(instanceId, privs));
    this.#comment(`${n} ${line}${call.note === undefined ? "" : ` (${call.note})`}`);
    this.#verb(call);
  }

  /** The lines, with the names to import in front of them. */
  finish(): { readonly lines: readonly string[]; readonly imports: readonly string[] } {
    const helpers = Object.entries(HELPERS).filter(([name]) => this.#uses.has(name));
    if (["show", "ended", "dataAt"].some((name) => this.#uses.has(name))) this.#uses.add("OCSReply");
    const texts = helpers.map(([, text]) => `\n${text}`);
    const last = this.#keepsLast ? ["", "// The last result, as at the prompt.", "let _;"] : [];
    const password = this.#uses.has(PASSWORD)
      ? [
        "",
        "// Passwords are not kept: OCS_PASSWORD=… deno run -A THIS_FILE",
        `const ${PASSWORD} = Deno.env.get("OCS_PASSWORD") ?? "";`,
      ]
      : [];
    return {
      lines: [
        ...(this.#uses.has("run") ? variableLines(this.#site) : []),
        ...password,
        ...last,
        ...this.#lines,
        ...texts,
      ],
      imports: [...this.#uses].filter((name) => this.#library.has(name)).sort(),
    };
  }

  #verb({ uses, statements }: ScriptCall): void {
    for (const name of uses) this.#use(name);
    this.#connect();
    for (const statement of statements) {
      this.#use(/^\w+/.exec(statement)?.[0] ?? "");
      this.#lines.push(`${this.#keepsLast ? "_ = " : ""}${statement};`);
    }
  }

  #typeScript({ n, line }: NightEntry): void {
    if (line.includes(REDACTED)) return this.#comment(`${n} ${line} (its password was not kept)`);
    this.#comment(String(n));
    const names = namesIn(line);
    const declared = declaredIn(line);
    for (const name of names) {
      if (this.#library.has(name) && !this.#assigned.has(name)) this.#uses.add(name);
      if (!declared.has(name)) this.#agents.useName(name);
    }
    this.#connect();
    const source = redeclarable(line, this.#again);
    const assigned = assignedIn(source);
    if (assigned !== undefined && !this.#assigned.has(assigned) && assigned !== "_") {
      this.#assigned.add(assigned);
      this.#lines.push(`var ${assigned};`);
    }
    const expression = expressionOf(source);
    if (expression === undefined) {
      this.#lines.push(source);
      return;
    }
    this.#use("show");
    const shown = /^await [\w$.]+\([^()]*\)$/.test(expression)
      ? expression
      : /[\r\n]|\/\//.test(expression)
      ? `await (\n${expression}\n)`
      : `await (${expression})`;
    this.#lines.push(`${this.#keepsLast ? "_ = " : ""}show(${shown});`);
  }

  #connect(): void {
    for (const statement of this.#agents.takeNew()) {
      this.#uses.add("OCSClient");
      this.#lines.push(statement);
    }
  }

  #use(name: string): void {
    this.#uses.add(name);
    if (name === "ended") this.#uses.add("show");
  }

  #comment(text: string): void {
    for (const line of text.split(/\r\n|[\n\r\u2028\u2029]/)) this.#lines.push(`// ${line}`.trimEnd());
  }
}

/** The text that can stand in brackets, if there is one: then it has a value to be shown. */
function expressionOf(source: string): string | undefined {
  const text = source.trim().replace(/;+$/, "");
  const withoutRemark = source.trim().replace(/\s*;*\s*\/\/[^\n]*$/, "");
  return [text, withoutRemark].find((candidate) =>
    candidate !== "" && stands(`async () => (\n${candidate}\n)`)
  );
}

function stands(source: string): boolean {
  try {
    stripTypeScriptTypes(source, TRANSFORM);
    return true;
  } catch {
    return false;
  }
}

function moment(timeSeconds: number): string {
  return `${new Date(timeSeconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\u2028\u2029]+/g, " ");
}
