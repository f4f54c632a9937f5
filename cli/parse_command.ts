/** Parses the command line, or says what to print instead. @module */
import { message } from "../deps/optique.ts";
import { VERSION } from "../internal/version.ts";
import { withDefaultWord } from "../verbs/default_word.ts";
import { type Parsed, type ParserLook, runParser, verbNames } from "../verbs/run_parser.ts";
import { type Command, COMMAND_LINE } from "./command_line.ts";
import { clientWords } from "./client/client_words.ts";
import { splitRunWords } from "./run_words.ts";

const EXAMPLES = message`ocs demo — a whole observatory on this machine, with a tour

ocs init && ocs config check default.yaml && ocs up --site-file default.yaml

ocs agents

ocs start faker1.delay_task delay=2 --wait`;

/** Parses a command line, without program name. */
export function parseCommand(args: readonly string[], look: ParserLook): Parsed<Command> {
  if (args[0] === "client") return parseWords(clientWords(args), look);
  if (args[0] !== "run") return parseWords(args, look);
  const { own, rest } = splitRunWords(args);
  const parsed = parseWords(own, look);
  if (!("command" in parsed) || parsed.command.command !== "run") return parsed;
  return { command: { ...parsed.command, args: rest } };
}

function parseWords(args: readonly string[], look: ParserLook): Parsed<Command> {
  return runParser(COMMAND_LINE, withDefaultWord(args), {
    frame: {
      program: "ocs",
      brief: message`Operate an observatory: agents, router and site.`,
      examples: EXAMPLES,
      footer:
        message`Exit codes: 0 done, 1 failed or refused, 2 wrong usage or site file, 3 router or agent not reached, 4 timeout, 130 Ctrl-C.`,
      version: VERSION,
      completion: true,
    },
    look,
  });
}

/** First words of the command line. */
export const COMMANDS: readonly string[] = verbNames(COMMAND_LINE.usage);
