/** Runs a parser over words; it gives a command, or what to print instead. @module */
import {
  extractOptionNames,
  type InferValue,
  type Message,
  type Parser,
  runParserSync,
  type Usage,
} from "../deps/optique.ts";
import { nearMiss } from "../site/near_miss.ts";

/** What help and errors are to look like. */
export interface ParserLook {
  /** Columns to write in; `Infinity` in a pipe. */
  readonly columns: number;
  readonly colors: boolean;
}

/** What surrounds a parser. */
export interface ParserFrame {
  /** Name of the program in help; empty at the prompt. */
  readonly program: string;
  readonly brief: Message;
  readonly examples?: Message;
  readonly footer?: Message;
  /** Answer to `--version`; absent: there is no such option. */
  readonly version?: string;
  /** Whether there is a command that writes completions for shells. */
  readonly completion?: boolean;
}

/** A command, or what to print and the exit code: 0 for help that was asked for, 2 for wrong words. */
export type Parsed<Command> =
  | { readonly command: Command }
  | { readonly out: string; readonly err: string; readonly code: 0 | 2 };

/** Width of help in a pipe. */
const PIPE_COLUMNS = 100;

/** The parser wants a name; at the prompt there is none to be seen. Of the private use area: no text has such a word. */
const NO_NAME = "\u{E0CC}";
// deno-lint-ignore no-control-regex -- escapes of colours
const SHOWN_NAME = /(?:\x1b\[\d+m)*\u{E0CC}(?:\x1b\[\d+m)* /gu;

/** Help, version, completions or an error ends the parsing. */
class Ended extends Error {}

/** Parses words, without program name. */
export function runParser<P extends Parser<"sync", unknown, unknown>>(
  parser: P,
  words: readonly string[],
  { frame, look }: { readonly frame: ParserFrame; readonly look: ParserLook },
): Parsed<InferValue<P>> {
  let out = "";
  let err = "";
  const { program, brief, examples, footer, version, completion = false } = frame;
  try {
    const command = runParserSync(parser, program === "" ? NO_NAME : program, words, {
      brief,
      ...(examples === undefined ? {} : { examples }),
      ...(footer === undefined ? {} : { footer }),
      help: { command: true, option: true },
      ...(version === undefined ? {} : { version: { value: version, option: true } }),
      ...(completion ? { completion: { command: true } } : {}),
      usageLine: [{ type: "ellipsis" }],
      commandList: "top-level",
      aboveError: "none",
      colors: look.colors,
      maxWidth: Number.isFinite(look.columns) ? look.columns : PIPE_COLUMNS,
      stdout: (text) => out += `${withoutName(text)}\n`,
      stderr: (text) => err += `${withoutName(text)}\n`,
      onError: () => {
        throw new Ended();
      },
    });
    // The parser answers help, version and completions with undefined.
    if (out !== "" || err !== "") return { out, err, code: 0 };
    return { command };
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return { out, err: err + hint(words, { err, program, usage: parser.usage }), code: 2 };
  }
}

/** Takes the name away that there is none of, with the colours it may have. */
function withoutName(text: string): string {
  return text.replaceAll(SHOWN_NAME, "");
}

/** What to try instead; the parser itself suggests verbs, but not options. */
function hint(
  words: readonly string[],
  { err, program, usage }: { readonly err: string; readonly program: string; readonly usage: Usage },
): string {
  const verb = words.find((word) => !word.startsWith("-"));
  const lines: string[] = [];
  const wrong = /`(--[^`=\s]+)/.exec(err)?.[1];
  if (wrong !== undefined && !err.includes("Did you mean")) {
    const near = nearMiss(wrong, [...extractOptionNames(usage), "--help"]);
    if (near !== undefined && near !== wrong) lines.push(`Did you mean ${near}?`);
  }
  const known = verb !== undefined && verbNames(usage).includes(verb);
  const help = [program, known ? verb : "", "--help"].filter((word) => word !== "").join(" ");
  lines.push(`Try: ${program === "" && !known ? "help" : help}`);
  return `${lines.join("\n")}\n`;
}

/** First words of a parser's commands, in its order. */
export function verbNames(usage: Usage): string[] {
  return usage.flatMap((term) => {
    // What is behind a command's name are words of its own.
    if (term.type === "command") return [term.name];
    if (term.type !== "exclusive") return [];
    return term.terms.flatMap((terms) => verbNames(terms.slice(0, 1)));
  });
}
