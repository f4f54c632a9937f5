/** Reads a Dockerfile into its stages. @module */

/** One instruction, with continued lines joined. */
export interface Instruction {
  /** In capitals, such as `COPY`. */
  readonly keyword: string;
  /** All behind the keyword, as it is written. */
  readonly text: string;
  /** The line it begins in, from 1. */
  readonly line: number;
}

/** What one `FROM` begins. */
export interface Stage {
  /** Name behind `AS`, or the number of the stage. */
  readonly name: string;
  /** Image or earlier stage that it is built on, with the defaults of global arguments. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** What a `COPY` takes, and from where. */
export interface Copy {
  /** Stage that it takes from; undefined: the build context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/**
 * Reads the stages of a Dockerfile.
 *
 * @param text The file; only what is used in this project is understood: no heredocs, no other escape character.
 * @throws {SyntaxError} If a line is no instruction, or one but `ARG` stands before the first `FROM`.
 */
export function readDockerfile(text: string): readonly Stage[] {
  const defaults = new Map<string, string>();
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const instruction of readInstructions(text)) {
    const { keyword, text, line } = instruction;
    const stage = stages.at(-1);
    if (keyword === "FROM") {
      const [, image = "", name = String(stages.length)] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text) ?? [];
      stages.push({ name, base: substitute(image, defaults), instructions: [] });
    } else if (stage !== undefined) {
      stage.instructions.push(instruction);
    } else if (keyword === "ARG") {
      const [name = "", ...value] = text.split("=");
      defaults.set(name, value.join("="));
    } else {
      throw new SyntaxError(
        `Cannot read Dockerfile line ${line}: ${keyword} before FROM, expected ARG or FROM`,
      );
    }
  }
  return stages;
}

function readInstructions(text: string): readonly Instruction[] {
  const instructions: Instruction[] = [];
  let joined = "";
  let begin = 0;
  for (const [n, line] of text.split("\n").entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    if (joined === "") begin = n + 1;
    joined += line.trimEnd();
    if (joined.endsWith("\\")) {
      joined = joined.slice(0, -1);
      continue;
    }
    const [, keyword, rest] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(joined) ?? [];
    if (keyword === undefined || rest === undefined) {
      throw new SyntaxError(`Cannot read Dockerfile line ${begin}: "${joined}", expected an instruction`);
    }
    instructions.push({ keyword: keyword.toUpperCase(), text: rest, line: begin });
    joined = "";
  }
  return instructions;
}

/** Replaces `${NAME}`; a name that has no value becomes nothing, as docker does it. */
function substitute(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => values.get(name) ?? "");
}

/** What a `COPY` instruction copies. */
export function readCopy({ text }: Instruction): Copy {
  const words = text.split(/\s+/);
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const paths = words.filter((word) => !word.startsWith("--"));
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
}

/** The variables that a stage's `ENV` instructions set. */
export function readEnvironment({ instructions }: Stage): Readonly<Record<string, string>> {
  const pairs = instructions.filter(({ keyword }) => keyword === "ENV")
    .flatMap(({ text }) => text.trim().split(/\s+/))
    .map((pair) => pair.split("="));
  return Object.fromEntries(
    pairs.map(([name = "", ...value]) => [name, substitute(value.join("="), new Map())]),
  );
}

/** The latest instruction of a kind in a stage; undefined if it has none. */
export function lastOf({ instructions }: Stage, keyword: string): Instruction | undefined {
  return instructions.findLast((instruction) => instruction.keyword === keyword);
}
