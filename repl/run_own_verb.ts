/** The verbs that only the prompt has. @module */
import { stripVTControlCharacters } from "node:util";
import { ExitCode } from "../verbs/exit_code.ts";
import { parseVerb } from "../verbs/parse_verb.ts";
import { splitLine } from "../verbs/split_line.ts";
import { printableLines } from "./describe_value.ts";
import type { LineContext, LineResult } from "./line_context.ts";
import { OWN_VERBS } from "./prompt_verbs.ts";

/** What there is to know of an own verb's line. */
export interface OwnVerbContext {
  readonly context: LineContext;
  /** Carries out a line as if it had been typed. */
  readonly runLine: (line: string) => Promise<LineResult>;
}

const RUN_OPTIONS = ["--deadline", "--log"];

const DONE: LineResult = { outcome: "ok", code: ExitCode.OK };

/**
 * Carries out `help`, `run`, `again` and `save`; undefined for a line that is none of them.
 *
 * @throws {SyntaxError} If its words are wrong.
 */
export async function runOwnVerb(line: string, own: OwnVerbContext): Promise<LineResult | undefined> {
  const [verb = "", ...words] = splitLine(line);
  switch (verb) {
    case "help":
      return await help(words, own);
    case "run":
      return await run(words, own);
    case "again":
      return await again(words, own);
    case "save":
      return await save(words, own);
    default:
      return undefined;
  }
}

async function help(words: readonly string[], { context, runLine }: OwnVerbContext): Promise<LineResult> {
  const { terminal, fleet } = context;
  const [topic] = words;
  const { look } = terminal;
  if (topic === undefined) {
    await terminal.print(overview(context));
    return DONE;
  }
  const own = Object.hasOwn(OWN_VERBS, topic) ? OWN_VERBS[topic] : undefined;
  if (own !== undefined) {
    await terminal.print(own);
    return DONE;
  }
  if (fleet.agents.has(topic)) return await runLine(`show ${topic}`);
  const dot = topic.lastIndexOf(".");
  const api = fleet.agents.get(topic.slice(0, dot))?.api;
  const found = [...api?.tasks ?? [], ...api?.processes ?? []].find(([name]) =>
    name === topic.slice(dot + 1)
  );
  if (found !== undefined) {
    const [, , { op_type: kind, docstring, min_privs: level }] = found;
    const needs = level > 1 ? `, needs level ${level}` : "";
    await terminal.print(
      `${look.style("bold", topic)} (${kind}${needs})\n${
        printableLines(docstring ?? "The agent says nothing of it.")
      }`,
    );
    return DONE;
  }
  return await runLine(`${topic} --help`);
}

function overview({ terminal }: LineContext): string {
  const { look } = terminal;
  const colors = look.style("bold", "x") !== "x";
  const parsed = parseVerb(["--help"], { columns: look.columns, colors, program: "" });
  const lines = "out" in parsed ? parsed.out.split("\n") : [];
  // The parser's list of verbs, without what it says of itself.
  const verbs = lines.filter((line) => /^\s{2}/.test(stripVTControlCharacters(line)));
  const own = verbs.findIndex((line) => /^\s+help\s/.test(stripVTControlCharacters(line)));
  const more = Object.entries(OWN_VERBS).map(([verb, text]) => `  ${verb.padEnd(8)}${text}`);
  return [
    look.style("bold", "Verbs"),
    ...verbs.slice(0, own < 0 ? verbs.length : own),
    "",
    look.style("bold", "At the prompt only"),
    ...more,
    "",
    "Everything else is TypeScript, with await. Each agent is a variable:",
    "await faker1.acq.status(). _ is the last result. > FILE or >> FILE behind a",
    "verb keeps its result. Tab completes, Ctrl-R searches the history, Ctrl-C comes",
    "back to the prompt.",
  ].join("\n");
}

async function run(words: readonly string[], { context }: OwnVerbContext): Promise<LineResult> {
  const options = new Map<string, string>();
  let at = 0;
  for (; words[at]?.startsWith("--") === true; at++) {
    const [, name = "", glued] = /^(--[a-z]+)(?:=(.*))?$/s.exec(words[at] ?? "") ?? [];
    const value = glued ?? words[++at];
    if (!RUN_OPTIONS.includes(name) || value === undefined) {
      throw new SyntaxError(
        `Cannot run with "${words[at] ?? name}": expected ${RUN_OPTIONS.join(" or ")} and a value`,
      );
    }
    options.set(name, value);
  }
  const [script, ...args] = words.slice(at);
  if (script === undefined) throw new SyntaxError(`Cannot run a script: none is named; ${OWN_VERBS["run"]}`);
  const deadline = options.get("--deadline");
  const deadlineSeconds = deadline === undefined ? undefined : Number(deadline);
  if (deadlineSeconds !== undefined && !(deadlineSeconds >= 0)) {
    throw new SyntaxError(`Cannot run with --deadline "${deadline}": expected seconds`);
  }
  const { terminal, site } = context;
  const { runScriptFile } = await import("../verbs/run_script_file.ts");
  const { code } = await terminal.lend(() =>
    runScriptFile(script, {
      args,
      site,
      deadlineSeconds,
      logFile: options.get("--log"),
      readsInput: !terminal.plain,
      say: (text) => terminal.tell(text),
      write: (_stream, text) => terminal.print(text.replace(/\n$/, "")),
    })
  );
  if (code !== ExitCode.OK) await terminal.tell(`The script has ended with code ${code}`);
  const outcome = code === ExitCode.OK ? "ok" : code === ExitCode.TIMEOUT ? "timeout" : "failed";
  return { outcome, code };
}

async function again(
  words: readonly string[],
  { context, runLine }: OwnVerbContext,
): Promise<LineResult> {
  const { night, terminal } = context;
  const [word, ...more] = words;
  if (more.length > 0 || word !== undefined && !/^[1-9]\d*$/.test(word)) {
    throw new SyntaxError(`Cannot repeat "${words.join(" ")}": expected the number of a line, see journal`);
  }
  const entry = word === undefined
    ? night.entries.findLast(({ line }) => !/^\s*again\b/.test(line))
    : await night.entry(Number(word));
  if (entry === undefined) {
    throw new SyntaxError(
      word === undefined
        ? "Cannot repeat a line: none was typed yet"
        : `Cannot repeat line ${word}: the journal has none of that number`,
    );
  }
  if (entry.line.includes("***")) {
    throw new SyntaxError(`Cannot repeat "${entry.line}": its password was not kept`);
  }
  await terminal.tell(terminal.look.style("dim", entry.line));
  return { ...await runLine(entry.line), carriedOut: { line: entry.line, kind: entry.kind } };
}

async function save(words: readonly string[], { context }: OwnVerbContext): Promise<LineResult> {
  const { terminal, night, link, variables } = context;
  const [path, ...more] = words;
  if (path === undefined || more.length > 0) {
    throw new SyntaxError(`Cannot save "${words.join(" ")}": expected one file, such as save night.ts`);
  }
  const { openResultFile } = await import("./open_result_file.ts");
  const { scriptOf } = await import("../verbs/script_of.ts");
  const text = await scriptOf(night.entries, { site: link.resolved, agents: variables.names });
  using file = await openResultFile({ path, append: false });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await terminal.print(`Wrote ${night.entries.length} lines to ${path}; deno run -A ${path} runs it`);
  return DONE;
}
