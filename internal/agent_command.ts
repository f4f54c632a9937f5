/** How a program starts one of our agents as a program of its own. @module */
import { foreignLock } from "./foreign_lock.ts";

/** How an agent's program is started. */
export interface AgentCommandOptions {
  /** Flags of V8 that it runs best with. */
  readonly v8Flags?: readonly string[] | undefined;
  /** It loads modules of others, which have no place in the lock file of this checkout. */
  readonly loadsForeign?: boolean | undefined;
}

/**
 * Command line of an agent's file, without the agent's own arguments.
 *
 * @param file The agent's module, in a checkout or at a URL.
 */
export function agentCommand(
  file: URL,
  { v8Flags, loadsForeign = false }: AgentCommandOptions = {},
): readonly [command: string, ...args: string[]] {
  return [
    Deno.execPath(),
    "run",
    "-A",
    // From a checkout deno.json says it; an agent that runs by URL has none.
    "--unstable-net",
    "--quiet",
    ...(loadsForeign ? [lockFlag()] : []),
    ...(v8Flags === undefined ? [] : [`--v8-flags=${v8Flags.join(",")}`]),
    file.protocol === "file:" ? decodeURIComponent(file.pathname) : file.href,
  ];
}

function lockFlag(): string {
  const path = foreignLock();
  return path === undefined ? "--no-lock" : `--lock=${path}`;
}

/** Python's launcher, which knows the agents of its plugins. */
export const PYTHON_LAUNCHER = "ocs-agent-cli";
