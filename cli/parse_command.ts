/** Parses the command line, or says what to print instead. @module */
import { message, runParserSync } from "../deps/optique.ts";
import { nearMiss } from "../site/near_miss.ts";
import { type Command, COMMAND_LINE } from "./command_line.ts";
import { ExitCode } from "./exit_code.ts";
import { VERSION } from "../internal/version.ts";

/** A command, or what to print and the exit code. */
export type ParsedCommand =
  | { readonly command: Command }
  | { readonly out: string; readonly err: string; readonly code: ExitCode };

/** Help, version, completions or an error ends the parsing. */
class Ended extends Error {
  readonly code: ExitCode;

  constructor(code: ExitCode) {
    super("The parser has printed its answer");
    this.code = code;
  }
}

const EXAMPLES = message`ocs demo — a whole observatory on this machine, with a tour

ocs init && ocs config check default.yaml && ocs up --site-file default.yaml

ocs agents

ocs start faker1.delay_task delay=2 --wait`;

/** Parses a command line, without program name. */
export function parseCommand(
  args: readonly string[],
  { columns, colors }: { readonly columns: number; readonly colors: boolean },
): ParsedCommand {
  let out = "";
  let err = "";
  try {
    const command = runParserSync(COMMAND_LINE, "ocs", args, {
      brief: message`Operate an observatory: agents, router and site.`,
      examples: EXAMPLES,
      footer:
        message`Exit codes: 0 done, 1 failed or refused, 2 wrong usage or site file, 3 router or agent not reached, 4 timeout.`,
      help: { command: true, option: true },
      version: { value: VERSION, option: true },
      completion: { command: true },
      usageLine: [{ type: "ellipsis" }],
      commandList: "top-level",
      aboveError: "none",
      colors,
      ...(Number.isFinite(columns) ? { maxWidth: columns } : { maxWidth: 100 }),
      stdout: (text) => out += `${text}\n`,
      stderr: (text) => err += `${text}\n`,
      onError: () => {
        throw new Ended(ExitCode.USAGE);
      },
    });
    // The parser answers help, version and completions with undefined.
    if (out !== "" || err !== "") return { out, err, code: ExitCode.OK };
    return { command };
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return { out, err: err + hint(args, err), code: error.code };
  }
}

/** What to try instead; the parser itself suggests verbs, but not options. */
function hint(args: readonly string[], err: string): string {
  const verb = args.find((arg) => !arg.startsWith("-"));
  const lines: string[] = [];
  const wrong = /`(--[^`=\s]+)/.exec(err)?.[1];
  if (wrong !== undefined && !err.includes("Did you mean")) {
    const near = nearMiss(wrong, OPTIONS);
    if (near !== undefined && near !== wrong) lines.push(`Did you mean ${near}?`);
  }
  lines.push(verb === undefined || !VERBS.includes(verb) ? "Try: ocs --help" : `Try: ocs ${verb} --help`);
  return `${lines.join("\n")}\n`;
}

/** Verbs of the command, for hints; a test holds them against the parser. */
export const VERBS: readonly string[] = [
  "demo",
  "up",
  "router",
  "agent",
  "init",
  "config",
  "version",
  "agents",
  "show",
  "start",
  "stop",
  "abort",
  "wait",
  "status",
  "listen",
];

const OPTIONS: readonly string[] = [
  "--site",
  "--site-file",
  "--site-host",
  "--site-hub",
  "--site-http",
  "--site-realm",
  "--realm",
  "--address-root",
  "--json",
  "--timeout",
  "--privs",
  "--listen",
  "--wait",
  "--count",
  "--port",
  "--bind",
  "--verbose",
  "--together",
  "--no-router",
  "--instance-id",
  "--once",
  "--strict",
  "--help",
];
