/** From a verb that was understood to the module that carries it out. @module */
import type { VerbCommand } from "./grammar.ts";
import { jsonText } from "./json_text.ts";
import type { Outcome, VerbResult } from "./outcome.ts";
import type { LiveCommand } from "./run_live.ts";
import type { VerbOptions } from "./site_link.ts";
import type { VerbTerminal } from "./terminal.ts";

/** What a verb works with. */
export interface RunVerbContext {
  /** Site or link, and what gives up; deadline and rights are the command's. */
  readonly options: VerbOptions;
  readonly terminal: VerbTerminal;
}

/**
 * Carries out a verb and prints its outcome; loads what it needs and nothing else.
 *
 * Whoever calls it takes the progress line away, whatever became of the verb.
 *
 * @throws Whatever kept the verb from its outcome; the reason of the signal when that was aborted.
 */
export async function runVerb(command: VerbCommand, context: RunVerbContext): Promise<VerbResult> {
  const { terminal } = context;
  const options: VerbOptions = {
    ...context.options,
    // Of a wait it bounds the operation's time, not that of the requests.
    timeoutSeconds: isWait(command) ? context.options.timeoutSeconds : command.timeout,
    privs: privsOf(command.privs) ?? context.options.privs,
  };
  if (command.command === "listen") return await runListen(command, options, terminal);
  if (isLive(command)) {
    const { runLive } = await import("./run_live.ts");
    return await runLive(command, options, terminal);
  }
  const outcome = await runOne(command, options, terminal);
  terminal.progress(undefined);
  await terminal.print(command.json ? jsonText(outcome.data) : outcome.text(terminal.look));
  return outcome.result;
}

async function runOne(
  command: Exclude<VerbCommand, LiveCommand | { readonly command: "listen" }>,
  options: VerbOptions,
  terminal: VerbTerminal,
): Promise<Outcome<unknown>> {
  switch (command.command) {
    case "agents": {
      const { agents } = await import("./agents.ts");
      terminal.progress("listening to heartbeats");
      return await agents({ ...options, listenSeconds: command.listen });
    }
    case "show": {
      const { show } = await import("./show.ts");
      return await show(command.agent, options);
    }
    case "journal": {
      const { journal } = await import("./journal.ts");
      const { pattern, since, count } = command;
      return await journal(pattern.join(" "), { ...options, since, count });
    }
    case "start": {
      const [{ start }, { parseKeyValues }] = await Promise.all([
        import("./operate.ts"),
        import("./key_values.ts"),
      ]);
      const params = await parseKeyValues(command.params);
      return await start(command.target, params, {
        ...options,
        wait: command.wait,
        waitSeconds: command.timeout,
        ...(command.wait ? progress(command.target, terminal) : {}),
      });
    }
    case "wait": {
      const { wait } = await import("./operate.ts");
      return await wait(command.target, {
        ...options,
        waitSeconds: command.timeout,
        ...progress(command.target, terminal),
      });
    }
    case "stop":
    case "abort":
    case "status": {
      const operate = await import("./operate.ts");
      return await operate[command.command](command.target, options);
    }
  }
}

function isLive(command: VerbCommand): command is LiveCommand {
  return command.command === "watch" || command.command === "plot" || command.command === "top";
}

function isWait(command: VerbCommand): boolean {
  return command.command === "wait" || command.command === "start" && command.wait;
}

/** Asks for the state only where somebody sees it. */
function progress(
  target: string,
  terminal: VerbTerminal,
): { readonly onProgress?: (text: string) => void } {
  if (!terminal.showsProgress) return {};
  terminal.progress(`waiting for ${target}`);
  return { onProgress: (text) => terminal.progress(`${target}: ${text}`) };
}

async function runListen(
  command: Extract<VerbCommand, { readonly command: "listen" }>,
  options: VerbOptions,
  terminal: VerbTerminal,
): Promise<VerbResult> {
  const { eventText, listen } = await import("./listen.ts");
  const { look } = terminal;
  let dropped = 0;
  try {
    ({ dropped } = await listen(command.pattern, {
      ...options,
      count: command.count,
      onEvent: (event) => terminal.print(command.json ? jsonText(event) : eventText(event, look)),
      onRouter: (isThere) => {
        terminal.say(
          isThere
            ? "The router is back; what was published meanwhile is missing"
            : "The router is lost; trying again",
        );
      },
      onReady: (pattern) => {
        if (!command.json) terminal.say(look.style("dim", `Listening to ${pattern}; Ctrl-C ends`));
      },
    }));
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
  }
  if (dropped > 0) terminal.say(`${dropped} events were dropped: they came faster than they were read`);
  return "ok";
}

/** What to tell of a verb that was interrupted: losing it never stops hardware, and an operator must know. */
export function interruptedText(command: VerbCommand): string {
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
  return text;
}
