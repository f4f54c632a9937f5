/** `ocs run SCRIPT [args]`: a script with the site's options, a deadline, a log file and the Ctrl-C ladder. @module */
import { resolveSite, type SiteOptions } from "../site/mod.ts";
import { runScriptFile } from "../verbs/run_script_file.ts";
import { withDefaultSite } from "./default_site.ts";
import { UsageError } from "./explain_error.ts";
import type { Console } from "./output.ts";

/** What `ocs run` was given. */
export interface RunCommand {
  readonly script: string;
  readonly args: readonly string[];
  readonly deadline: number | undefined;
  readonly log: string | undefined;
}

/** Runs a script; resolves with its exit code. */
export async function runScriptCommand(
  { script, args, deadline, log }: RunCommand,
  { site: given, console }: { readonly site: SiteOptions; readonly console: Console },
): Promise<number> {
  const { site } = withDefaultSite(given);
  // A wrong site file is told here, before anything runs.
  await resolveSite(site);
  try {
    const { code } = await runScriptFile(script, {
      args,
      site,
      deadlineSeconds: deadline,
      logFile: log,
      say: (text) => console.err.print(`ocs run: ${text}`),
      write: (stream, text) => console[stream].write(text),
    });
    return code;
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
