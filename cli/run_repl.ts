/** `ocs repl`: the operators' prompt. @module */
import { runRepl } from "../repl/run_repl.ts";
import type { SiteOptions } from "../site/mod.ts";
import { isPlainPassword, PLAIN_PASSWORD_TEXT, readPrivs } from "../verbs/privs.ts";
import { withDefaultSite } from "./default_site.ts";
import type { Console } from "./output.ts";

/** What `ocs repl` was given. */
export interface ReplCommand {
  readonly plain: boolean;
  readonly timeout: number | undefined;
  readonly privs: string | undefined;
  /** Agents that `client` and `clients` stand for; default none. */
  readonly clientIds?: readonly string[] | undefined;
}

/** Runs the prompt until the operator leaves; resolves with the exit code. */
export async function runReplCommand(
  { plain, timeout, privs, clientIds }: ReplCommand,
  { site: given, console }: { readonly site: SiteOptions; readonly console: Console },
): Promise<number> {
  if (isPlainPassword(privs)) console.err.log(PLAIN_PASSWORD_TEXT);
  return await runRepl({
    site: withDefaultSite(given).site,
    out: console.out,
    err: console.err,
    plain,
    timeoutSeconds: timeout,
    privs: await readPrivs(privs),
    clientIds,
  });
}
