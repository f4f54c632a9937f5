/** The verbs of operators on the command line. @module */
import { JoinError } from "../client/errors.ts";
import type { SiteOptions } from "../site/mod.ts";
import type { Outcome } from "../verbs/outcome.ts";
import type { VerbOptions } from "../verbs/site_link.ts";
import type { Command } from "./command_line.ts";
import { withDefaultSite } from "./default_site.ts";
import { ExitCode } from "./exit_code.ts";
import { exitCodeOf } from "./explain_error.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { jsonText } from "./json_text.ts";
import { type Console, verbLook } from "./output.ts";
import { Spinner } from "./spinner.ts";

/** The commands that are verbs. */
export type VerbCommand = Extract<Command, { readonly privs: string | undefined }>;

/** Carries out a verb and prints its outcome. */
export async function runVerb(
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
  const options: VerbOptions = {
    site,
    // Of a wait it bounds the operation's time, not that of the requests.
    timeoutSeconds: isWait(command) ? undefined : command.timeout,
    privs: privsOf(command.privs),
    signal,
  };
  if (command.command === "listen") return await runListen(command, options, console);
  using spinner = new Spinner(console.err);
  let outcome: Outcome<unknown>;
  try {
    outcome = await runOne(command, options, spinner);
  } catch (error) {
    if (!signal.aborted) throw error;
    spinner.stop();
    await console.err.print(interruptedText(command));
    return ExitCode.KILLED;
  }
  spinner.stop();
  const { data, result } = outcome;
  await console.out.print(command.json ? jsonText(data) : outcome.text(verbLook(console.out)));
  return { ok: ExitCode.OK, failed: ExitCode.FAILED, timeout: ExitCode.TIMEOUT }[result];
}

async function runOne(
  command: Exclude<VerbCommand, { readonly command: "listen" }>,
  options: VerbOptions,
  spinner: Spinner,
): Promise<Outcome<unknown>> {
  switch (command.command) {
    case "agents": {
      const { agents } = await import("../verbs/agents.ts");
      spinner.show("listening to heartbeats");
      return await agents({ ...options, listenSeconds: command.listen });
    }
    case "show": {
      const { show } = await import("../verbs/show.ts");
      return await show(command.agent, options);
    }
    case "start": {
      const [{ start }, { parseKeyValues }] = await Promise.all([
        import("../verbs/operate.ts"),
        import("../verbs/key_values.ts"),
      ]);
      const params = await parseKeyValues(command.params);
      return await start(command.target, params, {
        ...options,
        wait: command.wait,
        waitSeconds: command.timeout,
        ...(command.wait ? progress(command.target, spinner) : {}),
      });
    }
    case "wait": {
      const { wait } = await import("../verbs/operate.ts");
      return await wait(command.target, {
        ...options,
        waitSeconds: command.timeout,
        ...progress(command.target, spinner),
      });
    }
    default: {
      const operate = await import("../verbs/operate.ts");
      return await operate[command.command](command.target, options);
    }
  }
}

function isWait(command: VerbCommand): boolean {
  return command.command === "wait" || command.command === "start" && command.wait;
}

/** Asks for the state only where somebody sees it. */
function progress(
  target: string,
  spinner: Spinner,
): { readonly onProgress?: (text: string) => void } {
  if (!spinner.isVisible) return {};
  spinner.show(`waiting for ${target}`);
  return { onProgress: (text) => spinner.show(`${target}: ${text}`) };
}

async function runListen(
  command: Extract<VerbCommand, { readonly command: "listen" }>,
  options: VerbOptions,
  console: Console,
): Promise<ExitCode> {
  const { eventText, listen } = await import("../verbs/listen.ts");
  const look = verbLook(console.out);
  let dropped = 0;
  try {
    ({ dropped } = await listen(command.pattern, {
      ...options,
      count: command.count,
      onEvent: (event) => console.out.print(command.json ? jsonText(event) : eventText(event, look)),
      onRouter: (isThere) => {
        console.err.log(
          isThere
            ? "The router is back; what was published meanwhile is missing"
            : "The router is lost; trying again",
        );
      },
      onReady: (pattern) => {
        if (!command.json) console.err.log(look.style("dim", `Listening to ${pattern}; Ctrl-C ends`));
      },
    }));
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
  }
  if (dropped > 0) {
    await console.err.print(`${dropped} events were dropped: they came faster than they were read`);
  }
  return ExitCode.OK;
}

/** Losing the command never stops hardware; an operator must know. */
function interruptedText(command: VerbCommand): string {
  if (command.command === "start" || command.command === "wait") {
    const { target } = command;
    return `Interrupted: ${target} goes on all the same; ocs status ${target} tells how it is`;
  }
  return "Interrupted";
}

/** `2` and `3` are levels, everything else is a password. */
function privsOf(text: string | undefined): VerbOptions["privs"] {
  if (text === "2") return 2;
  if (text === "3") return 3;
  return text ?? "";
}
