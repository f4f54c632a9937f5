/** What `ocs up` prints: lines of agents with their names before them, and its own. @module */
import { type Console, type Style, styled } from "../output.ts";

const COLORS: readonly Style[] = ["cyan", "green", "magenta", "blue", "yellow"];

/** Where a fleet tells what its agents say and how they end. */
export interface AgentReports {
  /** One line that an agent wrote. */
  line(name: string, line: string): void;
  /** The end of an agent that nobody asked to end, with the lines that may say why. */
  ended(name: string, how: string, lastLines: readonly string[]): void;
}

/** Prints the lines of several agents so that one sees whose they are. */
export class AgentLines implements AgentReports {
  readonly #console: Console;
  readonly #json: boolean;
  readonly #prefixes: ReadonlyMap<string, { readonly text: string; readonly color: Style }>;

  /** @param names All names, for columns of one width. */
  constructor(
    console: Console,
    { json, names }: { readonly json: boolean; readonly names: readonly string[] },
  ) {
    this.#console = console;
    this.#json = json;
    const width = Math.min(24, Math.max(0, ...names.map((name) => name.length)));
    this.#prefixes = new Map(
      names.map((
        name,
        i,
      ) => [name, { text: name.padEnd(width), color: COLORS[i % COLORS.length] ?? "cyan" }]),
    );
  }

  /** One line that an agent wrote. */
  line(name: string, line: string): void {
    const { out } = this.#console;
    if (this.#json) {
      out.log(JSON.stringify({ event: "line", instance: name, line }));
      return;
    }
    const { text, color } = this.#prefixes.get(name) ?? { text: name, color: "cyan" };
    const prefix = styled(out.look, color, `${text} |`);
    if (!out.look.isTerminal) {
      out.log(`${prefix} ${line}`);
      return;
    }
    const { time, rest } = splitTime(line);
    const timeText = time === undefined ? "" : `${styled(out.look, "dim", time)} `;
    const timeWidth = time === undefined ? 0 : time.length + 1;
    const room = out.look.columns - text.length - 3 - timeWidth;
    const [first = "", ...more] = wrap(rest, room);
    out.log(
      [`${prefix} ${timeText}${first}`, ...more.map((part) => `${prefix} ${" ".repeat(timeWidth)}${part}`)]
        .join("\n"),
    );
  }

  /** Something that `ocs up` itself has to say. */
  tell(event: string, text: string, data: Readonly<Record<string, unknown>>): void {
    const { out } = this.#console;
    out.log(this.#json ? JSON.stringify({ event, ...data }) : text);
  }

  /** The end of an agent that nobody asked to end, with the lines that may say why. */
  ended(name: string, how: string, lastLines: readonly string[]): void {
    const { out } = this.#console;
    if (this.#json) {
      out.log(JSON.stringify({ event: "ended", instance: name, how, lastLines }));
      return;
    }
    const head = styled(out.look, ["bold", "red"], `${name} ended: ${how}`);
    const tail = lastLines.map((line) => `    ${line}`).join("\n");
    out.log(tail === "" ? head : `${head}; its last lines:\n${tail}`);
  }
}

/** On a terminal the date and the offset of every line only take room; a pipe or file gets the line as it is. */
function splitTime(line: string): { readonly time: string | undefined; readonly rest: string } {
  const match = /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)\S* (.*)$/s.exec(line);
  return match === null ? { time: undefined, rest: line } : { time: match[1], rest: match[2] ?? "" };
}

/** Cuts a line so that names and times keep their columns to themselves; at blanks where there are any. */
export function wrap(line: string, columns: number): string[] {
  // A terminal that narrow wraps better by itself than we do.
  if (line.length <= columns || columns < 20) return [line];
  const parts: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    const blank = rest.lastIndexOf(" ", columns);
    const at = blank > 0 ? blank : columns;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...parts, rest];
}
