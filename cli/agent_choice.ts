/** Which agent `ocs agent` is to run, from its command line. @module */
import { UsageError } from "./explain_error.ts";

/** What was chosen, and the arguments that go on to the agent. */
export type AgentChoice =
  /** A class by its name. */
  | { readonly kind: "class"; readonly agentClass: string; readonly args: readonly string[] }
  /** A function of a module. */
  | {
    readonly kind: "file";
    readonly module: string;
    readonly entrypoint: string;
    readonly args: readonly string[];
  }
  /** None: the classes there are. */
  | { readonly kind: "list"; readonly args: readonly string[] }
  /** The class that the site file has for an instance. */
  | { readonly kind: "instance"; readonly args: readonly string[] };

/** What a module's entry point is called where nobody says. Peer ocs: `--agent` needs `--entrypoint`. */
const ENTRYPOINT = "main";

/**
 * Takes apart what is behind `ocs agent`: a class first, or `--agent` with `--entrypoint` anywhere, or neither; `--list` for all classes.
 *
 * @throws {UsageError} If an option lacks its value, or goes with nothing.
 */
export function agentChoice(words: readonly string[]): AgentChoice {
  const [first = ""] = words;
  if (first !== "" && !first.startsWith("-")) {
    // All that follows is the agent's: it may have options of these names.
    return { kind: "class", agentClass: first, args: words.slice(1) };
  }
  if (words.includes("--list")) return { kind: "list", args: words.filter((word) => word !== "--list") };
  const rest: string[] = [];
  const own = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [, name, inline] = /^--(agent|entrypoint)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      rest.push(word);
      continue;
    }
    const value = inline ?? words[++at] ?? "";
    if (value === "" || inline === undefined && value.startsWith("--")) {
      throw new UsageError(
        `Cannot run an agent: --${name} has no value, expected ${
          name === "agent" ? "a TypeScript file or a URL" : "the name of a function"
        }`,
      );
    }
    own.set(name, value);
  }
  const module = own.get("agent");
  const entrypoint = own.get("entrypoint");
  if (module !== undefined) return { kind: "file", module, entrypoint: entrypoint ?? ENTRYPOINT, args: rest };
  if (entrypoint === undefined) return { kind: "instance", args: rest };
  throw new UsageError(
    `Cannot run an agent: --entrypoint is "${entrypoint}", expected --agent with the file that has it`,
  );
}
