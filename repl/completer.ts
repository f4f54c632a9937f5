/** Tab. @module */
import { extractOptionNames, type Usage } from "../deps/optique.ts";
import { printable } from "../verbs/fit_text.ts";
import { verbGrammar } from "../verbs/grammar.ts";
import { verbNames } from "../verbs/run_parser.ts";
import { completeTypeScript } from "./complete_typescript.ts";
import { completeVerb } from "./complete_verb.ts";
import type { LineContext } from "./line_context.ts";
import type { LiveCache } from "./live_cache.ts";
import { PROMPT_VERBS } from "./prompt_verbs.ts";
import type { Completions } from "./prompt_line.ts";

/** What is looked at. */
export interface CompleterOptions extends Pick<LineContext, "fleet" | "variables" | "evaluator"> {
  readonly cache: LiveCache;
  /** Whether a line is a verb's. */
  readonly isVerb: (line: string) => boolean;
}

/** More candidates than that are not listed. */
const MOST = 100;

/** Offers what may be typed next, from what is known already. */
export class Completer {
  readonly #options: CompleterOptions;

  /** Looks at nothing yet. */
  constructor(options: CompleterOptions) {
    this.#options = options;
  }

  /** Completes the text before the cursor. */
  async complete(text: string): Promise<Completions> {
    const last = text.slice(text.lastIndexOf("⏎") + 1);
    const isVerb = /^\s*\S+\s/.test(last) && this.#options.isVerb(`${last}x`);
    if (isVerb) return bounded(await this.#verb(last));
    const found = await this.#typeScript(last);
    if (!/^\s*[a-z\d]*$/.test(last)) return bounded(found);
    // The first word may be either.
    const verbs = await this.#verb(last);
    const candidates = [...new Set([...verbs.candidates, ...found.candidates])];
    return bounded({ candidates, replaced: found.replaced });
  }

  #verb(text: string): Promise<Completions> {
    const { fleet, cache } = this.#options;
    return completeVerb(text, {
      verbs: PROMPT_VERBS,
      agents: fleet.agents,
      optionsOf,
      secondWordsOf,
      files,
      sessionData: (instance, opName) => cache.sessionData(instance, opName),
      feedFields: (instance, feed) => cache.feedFields(instance, feed),
    });
  }

  async #typeScript(text: string): Promise<Completions> {
    const { evaluator, variables } = this.#options;
    await variables.update();
    return await completeTypeScript(text, {
      peek: (expression) => evaluator.peek(expression),
      names: () => evaluator.names(),
      variables: variables.names.keys(),
    });
  }
}

/** Too many to read: those that are left out are counted, in a line that begins like no candidate. */
function bounded({ candidates: found, replaced }: Completions): Completions {
  // What could not be typed is not offered: names of foreign origin may hold anything.
  const candidates = found.filter((candidate) => candidate === printable(candidate));
  if (candidates.length <= MOST) return { candidates, replaced };
  const shared = sharedStart(candidates);
  if (shared.length > replaced.length) return { candidates: [shared], replaced };
  return { candidates: [...candidates.slice(0, MOST), `… ${candidates.length - MOST} more`], replaced };
}

function sharedStart(texts: readonly string[]): string {
  const [first = ""] = texts;
  let length = first.length;
  for (const text of texts) while (!text.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

/** Options of a verb, read from its parser. */
function optionsOf(verb: string, second: string | undefined): readonly string[] {
  const all = usageOf(verbGrammar({ site: false }).usage, verb);
  const own = secondWordsOf(verb).length > 0 ? usageOf(all.slice(1), second ?? "") : all;
  return [...extractOptionNames(own), "--help"].filter((name) => name.startsWith("--"));
}

/** The words that may follow a verb of two, read from its parser. */
function secondWordsOf(verb: string): readonly string[] {
  return verbNames(usageOf(verbGrammar({ site: false }).usage, verb).slice(1));
}

function usageOf(usage: Usage, verb: string): Usage {
  return usage.flatMap((term) => {
    if (term.type !== "exclusive") return [];
    return term.terms.flatMap((terms) => {
      const [first] = terms;
      if (first?.type === "command") return first.name === verb ? terms : [];
      return usageOf(terms, verb);
    });
  });
}

/** Files and folders that begin as a path does. */
function files(path: string): readonly string[] {
  const slash = path.lastIndexOf("/") + 1;
  const shown = path.slice(0, slash);
  const folder = shown.startsWith("~/") ? `${Deno.env.get("HOME") ?? ""}${shown.slice(1)}` : shown;
  try {
    const entries = [...Deno.readDirSync(folder === "" ? "." : folder)];
    return entries.filter(({ name }) => !name.startsWith(".") || path.slice(slash).startsWith("."))
      .map(({ name, isDirectory }) => `${shown}${name}${isDirectory ? "/" : " "}`).sort();
  } catch {
    return [];
  }
}
