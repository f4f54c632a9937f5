/** What `ocs up` prints: lines of agents with their names before them, and its own. @module */
import { type Console, type OutputLook, type Style, styled } from "../output.ts";

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
    out.log(
      `${styled(out.look, color, `${text} |`)} ${out.look.isTerminal ? shortTime(line, out.look) : line}`,
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
function shortTime(line: string, look: OutputLook): string {
  const match = /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)\S* (.*)$/s.exec(line);
  return match === null ? line : `${styled(look, "dim", match[1] ?? "")} ${match[2]}`;
}
