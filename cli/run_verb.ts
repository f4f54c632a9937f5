/** The verbs of operators on the command line. @module */
import { JoinError } from "../client/errors.ts";
import type { SiteOptions } from "../site/mod.ts";
import type { VerbCommand } from "../verbs/grammar.ts";
import type { ListenEvent } from "../verbs/listen.ts";
import type { VerbResult } from "../verbs/outcome.ts";
import { isPlainPassword, PLAIN_PASSWORD_TEXT } from "../verbs/privs.ts";
import { runVerb } from "../verbs/run_verb.ts";
import type { VerbTerminal } from "../verbs/terminal.ts";
import { withDefaultSite } from "./default_site.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { exitCodeOf } from "./explain_error.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { interruptedText } from "./interrupted_text.ts";
import type { Console } from "./output.ts";
import { consoleTerminal } from "./verb_terminal.ts";

/** Where a verb is carried out. */
export interface VerbPlace {
  /** The site options as they were given. */
  readonly site: SiteOptions;
  readonly console: Console;
}

/** What a verb works with. */
export interface VerbTools {
  readonly site: SiteOptions;
  /** Gives up: Ctrl-C, or nobody reads any more. */
  readonly signal: AbortSignal;
  readonly terminal: VerbTerminal;
}

/** Carries out a verb of the command line and prints its outcome. */
export function runVerbCommand(
  command: VerbCommand,
  { eventText, ...place }: VerbPlace & {
    /** How `listen` writes an event; default its own form. */
    readonly eventText?: ((event: ListenEvent) => string) | undefined;
  },
): Promise<ExitCode> {
  return asVerb(place, interruptedText(command), ({ site, signal, terminal }) => {
    if (isPlainPassword(command.privs)) terminal.say(PLAIN_PASSWORD_TEXT);
    return runVerb(command, { options: { site, signal }, terminal, eventText });
  });
}

/**
 * Carries something out as a verb is: on the site that is meant, until it has ended or Ctrl-C is pressed.
 *
 * @param interrupted What to tell after Ctrl-C.
 */
export async function asVerb(
  { site: given, console }: VerbPlace,
  interrupted: string,
  run: (tools: VerbTools) => Promise<VerbResult>,
): Promise<ExitCode> {
  const { site, assumed } = withDefaultSite(given);
  try {
    return await untilInterrupted(console, interrupted, (tools) => run({ ...tools, site }));
  } catch (error) {
    if (!assumed || exitCodeOf(error) !== ExitCode.UNREACHABLE || !(error instanceof JoinError)) throw error;
    throw new JoinError(
      `${error.message}. No site file was named (OCS_CONFIG_DIR is not set), so the demo site was assumed`,
      error.reason,
      { cause: error },
    );
  }
}

async function untilInterrupted(
  console: Console,
  interrupted: string,
  run: (tools: Pick<VerbTools, "signal" | "terminal">) => Promise<VerbResult>,
): Promise<ExitCode> {
  using interrupt = listenForInterrupt();
  const signal = AbortSignal.any([interrupt.signal, console.out.broken]);
  using terminal = consoleTerminal(console, signal);
  try {
    const result = await run({ signal, terminal });
    return { ok: ExitCode.OK, failed: ExitCode.FAILED, timeout: ExitCode.TIMEOUT }[result];
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.progress(undefined);
    // Whoever reads has read enough, as in `ocs g3 ls FILE | head`.
    if (!interrupt.signal.aborted) return ExitCode.OK;
    await console.err.print(interrupted);
    return ExitCode.KILLED;
  }
}
