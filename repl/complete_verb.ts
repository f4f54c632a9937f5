/** Tab in a verb line. @module */
import type { AgentApi } from "../ocs/mod.ts";
import { childIds, HOST_MANAGER_CLASS } from "../verbs/hosts/read_manager.ts";
import type { LiveAgent } from "../verbs/fleet_event.ts";
import { docParams } from "./doc_params.ts";
import type { Completions } from "./prompt_line.ts";

/** What Tab can look at; nothing of it waits for the network. */
export interface VerbCompletionContext {
  readonly verbs: Iterable<string>;
  readonly agents: ReadonlyMap<string, LiveAgent>;
  /** Options of a verb, such as `--json`; of a verb of two words where it has some. */
  readonly optionsOf: (verb: string, second: string | undefined) => readonly string[];
  /** What the second word of a verb may be, such as `ls` behind `g3`; empty for verbs of one word. */
  readonly secondWordsOf: (verb: string) => readonly string[];
  readonly sessionData: (instance: string, opName: string) => Promise<unknown>;
  readonly feedFields: (instance: string, feed: string) => Promise<readonly string[]>;
  readonly files: (path: string) => readonly string[];
}

/** What the first word behind a verb is. */
const FIRST: Readonly<
  Record<string, "agent" | "hosted" | "operation" | "task" | "process" | "feed" | "file" | "topic">
> = {
  show: "agent",
  logs: "hosted",
  help: "topic",
  start: "operation",
  stop: "process",
  abort: "task",
  wait: "operation",
  status: "operation",
  data: "operation",
  messages: "operation",
  watch: "feed",
  plot: "feed",
  listen: "feed",
  "hk last": "feed",
  "hosts up": "hosted",
  "hosts down": "hosted",
  "hosts restart": "hosted",
  run: "file",
  save: "file",
};

/** Offers what may follow in a verb line: verbs, agents, operations, parameters and their values, feeds, fields, options, files. */
export async function completeVerb(text: string, context: VerbCompletionContext): Promise<Completions> {
  const word = /\S*$/.exec(text)?.[0] ?? "";
  const before = text.slice(0, text.length - word.length).trim().split(/\s+/).filter((part) => part !== "");
  const [verb, ...behind] = before;
  if (verb === undefined) return pick([...context.verbs].map((name) => `${name} `), word);
  const previous = behind.at(-1);
  if (previous === ">" || previous === ">>") return pick(context.files(word), word);
  const words = behind.filter((part) => !part.startsWith("-"));
  const [target] = words;
  if (word.startsWith("-")) return pick(context.optionsOf(verb, target).map((option) => `${option} `), word);
  const seconds = context.secondWordsOf(verb);
  if (seconds.length > 0) {
    if (target === undefined) return pick(seconds.map((second) => `${second} `), word);
    const both = `${verb} ${target}`;
    if (FIRST[both] === "hosted") return pick(await hostedWords(context), word);
    return pick(FIRST[both] === undefined ? context.files(word) : firstWords(both, word, context), word);
  }
  if (target === undefined) {
    return pick(
      FIRST[verb] === "hosted" ? await hostedWords(context) : firstWords(verb, word, context),
      word,
    );
  }
  const { instance, name } = splitTarget(target);
  if (verb === "start") {
    const taken = new Set(words.slice(1).map((part) => part.split("=")[0]));
    return pick(paramWords(word, { api: context.agents.get(instance)?.api, name, taken }), word);
  }
  if (verb === "data" && words.length === 1) {
    return pick(dataPaths(await context.sessionData(instance, name), word), word);
  }
  if (verb === "watch" || verb === "plot") {
    const fields = await context.feedFields(instance, name);
    return pick(fields.filter((field) => !words.includes(field)).map((field) => `${field} `), word);
  }
  return { candidates: [], replaced: word };
}

function firstWords(verb: string, word: string, context: VerbCompletionContext): readonly string[] {
  const what = FIRST[verb];
  if (what === undefined) return [];
  if (what === "file") return context.files(word);
  const agents = [...context.agents.values()];
  const ids = agents.map(({ instance }) => instance);
  if (what === "agent") return ids.map((id) => `${id} `);
  if (what === "topic" && !word.includes(".")) return [...context.verbs, ...ids].map((id) => `${id} `);
  const { instance, mark } = splitTarget(word);
  if (mark === "") return ids.map((id) => `${id}.`);
  const meant = instance.includes("*") || instance.includes("?")
    ? agents
    : agents.filter((agent) => agent.instance === instance);
  const names = new Set(meant.flatMap(({ api }) => api === undefined ? [] : namesOf(api, what)));
  return [...names].map((one) => `${instance}${mark}${one} `);
}

/** Agents that are heard, and those that host managers tell of: what is down is not heard. */
async function hostedWords({ agents, sessionData }: VerbCompletionContext): Promise<readonly string[]> {
  const managers = [...agents.values()].filter(({ api, agentClass }) =>
    (api?.agent_class ?? agentClass) === HOST_MANAGER_CLASS
  );
  const known = await Promise.all(
    managers.map(async ({ instance }) => childIds(await sessionData(instance, "manager"))),
  );
  return [...new Set([...agents.keys(), ...known.flat()])].map((id) => `${id} `);
}

function namesOf(api: AgentApi, what: string): readonly string[] {
  const tasks = what === "process" || what === "feed" ? [] : api.tasks.map(([name]) => name);
  const processes = what === "task" || what === "feed" ? [] : api.processes.map(([name]) => name);
  return what === "feed" ? api.feeds.map(([name]) => name) : [...tasks, ...processes];
}

/** Agent and the rest of `faker1.acq` or a pattern such as `faker*.acq`. */
function splitTarget(text: string): { instance: string; name: string; mark: string } {
  const [, instance = text, mark = "", name = ""] = /^(.*)([./])(.*)$/.exec(text) ?? [];
  return { instance, mark, name };
}

function paramWords(
  word: string,
  { api, name, taken }: {
    readonly api: AgentApi | undefined;
    readonly name: string;
    readonly taken: ReadonlySet<string | undefined>;
  },
): readonly string[] {
  const found = [...api?.tasks ?? [], ...api?.processes ?? []].find(([op]) => op === name);
  const params = docParams(found?.[2].docstring ?? "");
  const equals = word.indexOf("=");
  if (equals < 0) return params.filter((param) => !taken.has(param.name)).map((param) => `${param.name}=`);
  const values = params.find((param) => param.name === word.slice(0, equals))?.values ?? [];
  return values.map((value) => `${word.slice(0, equals)}=${value} `);
}

/** Paths into data that begin as the word does, one step further: `fields.channel_00`, `list.0`. */
export function dataPaths(data: unknown, word: string): readonly string[] {
  const parts = word.split(".");
  const prefix = parts.slice(0, -1);
  let value = data;
  for (const part of prefix) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return [];
    value = Reflect.get(value, part);
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([key, inner]) => {
    const path = [...prefix, key].join(".");
    return typeof inner === "object" && inner !== null ? `${path}.` : `${path} `;
  });
}

function pick(candidates: readonly string[], word: string): Completions {
  return { candidates: candidates.filter((candidate) => candidate.startsWith(word)), replaced: word };
}
