/** The verbs of operators on the command line. @module */
import { JoinError } from "../client/errors.ts";
import type { SiteOptions } from "../site/mod.ts";
import type { VerbCommand } from "../verbs/grammar.ts";
import { isPlainPassword, PLAIN_PASSWORD_TEXT } from "../verbs/privs.ts";
import { runVerb } from "../verbs/run_verb.ts";
import { withDefaultSite } from "./default_site.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { exitCodeOf } from "./explain_error.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { interruptedText } from "./interrupted_text.ts";
import type { Console } from "./output.ts";
import { consoleTerminal } from "./verb_terminal.ts";

/** Carries out a verb of the command line and prints its outcome. */
export async function runVerbCommand(
  command: VerbCommand,
  { site: given, console }: { readonly site: SiteOptions; readonly console: Console },
): Promise<ExitCode> {
  const { site, assumed } = withDefaultSite(given);
  try {
    return await runOn(command, { site, console });
  } catch (error) {
    if (!assumed || exitCodeOf(error) !== ExitCode.UNREACHABLE || !(error instanceof JoinError)) throw error;
    throw new JoinError(
      `${error.message}. No site file was named (OCS_CONFIG_DIR is not set), so the demo site was assumed`,
      error.reason,
      { cause: error },
    );
  }
}

async function runOn(
  command: VerbCommand,
  { site, console }: { readonly site: SiteOptions; readonly console: Console },
): Promise<ExitCode> {
  using interrupt = listenForInterrupt();
  const signal = AbortSignal.any([interrupt.signal, console.out.broken]);
  using terminal = consoleTerminal(console, signal);
  if (isPlainPassword(command.privs)) terminal.say(PLAIN_PASSWORD_TEXT);
  try {
    const result = await runVerb(command, { options: { site, signal }, terminal });
    return { ok: ExitCode.OK, failed: ExitCode.FAILED, timeout: ExitCode.TIMEOUT }[result];
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.progress(undefined);
    // Whoever reads has read enough, as in `ocs g3 ls FILE | head`.
    if (!interrupt.signal.aborted) return ExitCode.OK;
    await console.err.print(interruptedText(command));
    return ExitCode.KILLED;
  }
}
