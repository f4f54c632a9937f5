/** The operators' prompt. @module */
import type { SiteOptions } from "../site/mod.ts";
import type { Privs } from "../ocs/mod.ts";
import type { TextOutput } from "./text_output.ts";

/** How a prompt runs. */
export interface RunReplOptions {
  /** Which site; default as every OCS program finds it. */
  readonly site?: SiteOptions | undefined;
  /** Results. */
  readonly out: TextOutput;
  /** Errors, where lines come from a pipe; on a terminal everything goes to `out`. */
  readonly err: TextOutput;
  /** For screen readers and slow lines: nothing is redrawn. */
  readonly plain?: boolean | undefined;
  /** Deadline of each request, in seconds; default 10. */
  readonly timeoutSeconds?: number | undefined;
  /** A password, or the level (2 or 3) to find one for. */
  readonly privs?: Privs | undefined;
  /** Called when the operator has left, before the terminal is given back. */
  readonly onExit?: (() => Promise<void> | void) | undefined;
}

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
