/** An agent of a file or URL, by a function that it exports. @module */
import { loadModule } from "../framework/load_module.ts";
import { nearMiss } from "../site/near_miss.ts";
import { UsageError } from "./explain_error.ts";

/** A file may have to be fetched, with all that it imports. */
const LOAD_MS = 60_000;
const MAX_NAMED = 12;

/** What to run. */
export interface AgentFile {
  /** Path or URL. */
  readonly module: string;
  /** Name of the function, which is handed the arguments. */
  readonly entrypoint: string;
  readonly args: readonly string[];
}

/**
 * Loads a module and calls its entry point in this process, as `ocs-agent-cli --agent` does.
 *
 * @returns The exit code: the number that the function gives, else 0.
 * @throws {UsageError} If the module cannot be loaded or has no such function.
 */
export async function runAgentFile({ module, entrypoint, args }: AgentFile): Promise<number> {
  const exports = await loadModule(module, { timeoutMs: LOAD_MS }).catch((cause: Error) => {
    throw new UsageError(cause.message, { cause });
  });
  const start = Object.hasOwn(exports, entrypoint) ? exports[entrypoint] : undefined;
  if (typeof start !== "function") {
    throw new UsageError(`Cannot run "${module}": ${whyNot(exports, entrypoint)}`);
  }
  const code: unknown = await start([...args]);
  return typeof code === "number" ? code : 0;
}

function whyNot(exports: Readonly<Record<string, unknown>>, entrypoint: string): string {
  const expected = `expected a function ${entrypoint}(args) that runs the agent`;
  const names = Object.keys(exports);
  if (names.includes(entrypoint)) return `its "${entrypoint}" is no function, ${expected}`;
  const near = nearMiss(entrypoint, names);
  const shown = names.slice(0, MAX_NAMED).join(", ") + (names.length > MAX_NAMED ? ", ..." : "");
  return `it exports no "${entrypoint}", only ${shown === "" ? "nothing" : shown}; ${expected}` +
    (near === undefined ? "" : `; did you mean --entrypoint ${near}?`);
}
