/** Words that are verbs at the prompt. @module */
import { VERBS } from "../verbs/parse_verb.ts";

/** Verbs that only the prompt has, with what `help` says of them. */
export const OWN_VERBS: Readonly<Record<string, string>> = {
  help: "List the verbs. help VERB, help AGENT, help AGENT.OP.",
  run: "Run a script: run [--deadline SECONDS] [--log FILE] SCRIPT [ARG]…",
  again: "Repeat a line: again N, see journal; without N the last one.",
  save: "Keep what was typed here as a script: save FILE.ts",
  exit: "Leave the prompt.",
};

/** All verbs of the prompt. */
export const PROMPT_VERBS: ReadonlySet<string> = new Set([...VERBS, ...Object.keys(OWN_VERBS)]);
