/** Verbs of the tour, as they would be typed. @module */
import { parseVerb } from "../../verbs/parse_verb.ts";
import { runVerb } from "../../verbs/run_verb.ts";
import type { SiteOptions } from "../../site/mod.ts";
import { type Output, styled } from "../output.ts";

/** How a verb of the tour is run. */
export interface TourVerbOptions {
  readonly site: SiteOptions;
  readonly out: Output;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** What a verb may take of the width: it stands indented. */
const COLUMNS = 78;

/**
 * Runs a verb.
 *
 * @returns What it has written; with `json` the parsed answer.
 * @throws Whatever the verb throws.
 */
export async function runTourVerb(words: readonly string[], options: TourVerbOptions): Promise<unknown> {
  const { site, out, json, signal } = options;
  const { colors } = out.look;
  const parsed = parseVerb(json ? [...words, "--json"] : words, { columns: COLUMNS, colors, program: "ocs" });
  if (!("command" in parsed)) throw new SyntaxError(`Cannot run "${words.join(" ")}": ${parsed.err}`);
  let text = "";
  await runVerb(parsed.command, {
    options: { site, signal },
    terminal: {
      look: { columns: COLUMNS, style: (style, shown) => styled(out.look, style, shown) },
      plain: true,
      showsProgress: false,
      print: (line) => {
        text += `${line}\n`;
        return Promise.resolve();
      },
      write: (part) => {
        text += part;
        return Promise.resolve();
      },
      say() {},
      progress() {},
    },
  });
  return json ? JSON.parse(text) : text.trimEnd();
}
