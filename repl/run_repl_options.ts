/** How a prompt runs. @module */
import type { Privs } from "../ocs/mod.ts";
import type { SiteOptions } from "../site/mod.ts";
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
  /** Instance ids that `clients`, and `client` where it is one, stand for; default none. */
  readonly clientIds?: readonly string[] | undefined;
  /** Called when the operator has left, before the terminal is given back. */
  readonly onExit?: (() => Promise<void> | void) | undefined;
}
