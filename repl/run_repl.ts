/** The operators' prompt. @module */
import type { RunReplOptions } from "./run_repl_options.ts";

export type { RunReplOptions } from "./run_repl_options.ts";

/**
 * Runs a prompt on standard input: for an operator on a terminal, otherwise line by line without echo.
 *
 * Other agents and routers may live in the same process: nothing here blocks it but what is typed. Operations are left
 * running unless the operator says otherwise.
 *
 * @returns The exit code: 0, or that of the last line that failed where lines come from a pipe.
 * @throws {SiteError} If the site is not known.
 */
export async function runRepl(options: RunReplOptions): Promise<number> {
  const isInteractive = Deno.stdin.isTerminal() && options.out.look.isTerminal;
  const code = isInteractive
    ? await (await import("./run_on_terminal.ts")).runOnTerminal(options)
    : await (await import("./run_on_pipe.ts")).runOnPipe(options);
  await options.onExit?.();
  return code;
}
