/** Parses a verb line of the prompt. @module */
import { message } from "../deps/optique.ts";
import { withDefaultWord } from "./default_word.ts";
import { type VerbCommand, verbGrammar } from "./grammar.ts";
import { type Parsed, type ParserLook, runParser, verbNames } from "./run_parser.ts";

/** How a line is parsed. */
export interface ParseVerbOptions extends ParserLook {
  /** Name of the program in help; empty at the prompt. */
  readonly program: string;
}

const GRAMMAR = verbGrammar({ site: false });

/** The verbs of the prompt, in the order of help. */
export const VERBS: readonly string[] = verbNames(GRAMMAR.usage);

/**
 * Parses the words of a verb line; see `splitLine`.
 *
 * `help` and `VERB --help` give help, as on the command line; site options are refused.
 */
export function parseVerb(
  words: readonly string[],
  { program, ...look }: ParseVerbOptions,
): Parsed<VerbCommand> {
  return runParser(GRAMMAR, withDefaultWord(words), {
    frame: { program, brief: message`Operate an observatory.` },
    look,
  });
}
