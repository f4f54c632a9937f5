/** Words that are verbs at the prompt. @module */
import { VERBS } from "../verbs/parse_verb.ts";

/** Verbs that only the prompt has, with what `help` says of them. */
export const OWN_VERBS: Readonly<Record<string, string>> = {
  help: "List the verbs; help VERB, help AGENT, help AGENT.OP.",
  run: "run [--deadline SECONDS] [--log FILE] SCRIPT.ts [ARGS]: run a script, as ocs run does.",
  again: "again N: repeat line N of the journal; without N the last line.",
  save: "save FILE.ts: write what was typed here as a script.",
  exit: "Leave the prompt.",
};

/** All verbs of the prompt. */
export const PROMPT_VERBS: ReadonlySet<string> = new Set([...VERBS, ...Object.keys(OWN_VERBS)]);
