/** From a verb that was understood to the module that carries it out. @module */
import type { FleetWatch } from "./fleet_watch.ts";
import type { VerbCommand } from "./grammar.ts";
import { jsonText } from "../internal/json_text.ts";
import type { ListenEvent } from "./listen.ts";
import { isPattern } from "./operation_target.ts";
import type { Outcome, VerbResult } from "./outcome.ts";
import type { G3Command } from "./g3/run_g3.ts";
import type { HostsCommand } from "./hosts/run_hosts.ts";
import type { HkCommand } from "./hk/run_hk.ts";
import type { LiveCommand } from "./run_live.ts";
import { readPrivs } from "./privs.ts";
import type { VerbOptions } from "./site_link.ts";
import type { VerbTerminal } from "./terminal.ts";

/** What a verb works with. */
export interface RunVerbContext {
  /** Site or link, and what gives up; deadline and rights are the command's. */
  readonly options: VerbOptions;
  readonly terminal: VerbTerminal;
  /** The prompt's live picture of the site; without it a verb that needs one makes its own. */
  readonly fleet?: FleetWatch | undefined;
  /** Told the outcome's data, before it is printed. */
  readonly onData?: ((data: unknown) => void) | undefined;
  /** Name of an agent's variable at the prompt. */
  readonly variableOf?: ((instance: string) => string) | undefined;
  /** Told what a pattern was resolved to, before that is carried out. */
  readonly onTargets?: ((targets: readonly string[]) => void) | undefined;
  /** How `listen` writes an event for people; default time, feed and newest values. */
  readonly eventText?: ((event: ListenEvent) => string) | undefined;
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
    timeoutSeconds: (isWait(command) ? undefined : command.timeout) ?? context.options.timeoutSeconds,
    privs: await readPrivs(command.privs) ?? context.options.privs,
  };
  if (command.command === "listen") return await runListen(command, { ...context, options });
  if (isG3(command)) {
    const { runG3 } = await import("./g3/run_g3.ts");
    return await runG3(command, { options, terminal });
  }
  if (isLive(command)) {
    const { runLive } = await import("./run_live.ts");
    return await runLive(command, { ...context, options });
  }
  if ((command.command === "data" || command.command === "messages") && command.follow) {
    return await runFollow(command, options, terminal);
  }
  if (command.command === "logs" && command.follow) {
    const { followLogs } = await import("./logs/logs.ts");
    const { agent, count, json } = command;
    terminal.progress("asking the host managers");
    return await followLogs(agent, { ...options, terminal, fleet: context.fleet, count, json });
  }
  const outcome = await runOne(command, { ...context, options });
  terminal.progress(undefined);
  context.onData?.(outcome.data);
  const text = command.json ? jsonText(outcome.data) : outcome.text(terminal.look);
  // A log without a line is no line.
  if (text !== "") await terminal.print(text);
  return outcome.result;
}

async function runOne(
  command: Exclude<VerbCommand, LiveCommand | G3Command | { readonly command: "listen" }>,
  { options, terminal, fleet, variableOf, onTargets }: RunVerbContext,
): Promise<Outcome<unknown>> {
  if (isHk(command)) {
    const { runHk } = await import("./hk/run_hk.ts");
    return await runHk(command, { options, terminal });
  }
  if (isHosts(command)) {
    const { runHosts } = await import("./hosts/run_hosts.ts");
    return await runHosts(command, { ...options, terminal, fleet, onTargets });
  }
  switch (command.command) {
    case "agents": {
      const { agents } = await import("./agents.ts");
      terminal.progress("listening to heartbeats");
      return await agents({ ...options, listenSeconds: command.listen, fleet, variableOf });
    }
    case "show": {
      const { show } = await import("./show.ts");
      return await show(command.agent, options);
    }
    case "logs": {
      const { logs } = await import("./logs/logs.ts");
      terminal.progress("asking the host managers");
      return await logs(command.agent, {
        ...options,
        terminal,
        fleet,
        count: command.count,
        json: command.json,
      });
    }
    case "journal": {
      const { journal } = await import("./journal.ts");
      const { pattern, since, count } = command;
      return await journal(pattern.join(" "), { ...options, since, count });
    }
    case "start": {
      const { parseKeyValues } = await import("./key_values.ts");
      const { target, wait, yes, timeout: waitSeconds } = command;
      const params = await parseKeyValues(command.params);
      if (isPattern(target)) {
        const { touchMany } = await import("./operate_many.ts");
        return await touchMany("start", target, {
          ...options,
          terminal,
          fleet,
          onTargets,
          yes,
          params,
          wait,
          waitSeconds,
        });
      }
      const { start } = await import("./operate.ts");
      const shown = wait ? progress(target, terminal) : {};
      return await start(target, params, { ...options, wait, waitSeconds, ...shown });
    }
    case "wait": {
      const { target, timeout: waitSeconds } = command;
      if (isPattern(target)) {
        const { waitMany } = await import("./operate_many.ts");
        return await waitMany(target, { ...options, terminal, fleet, onTargets, waitSeconds });
      }
      const { wait } = await import("./operate.ts");
      return await wait(target, { ...options, waitSeconds, ...progress(target, terminal) });
    }
    case "stop":
    case "abort": {
      const { command: verb, target, yes } = command;
      if (isPattern(target)) {
        const { touchMany } = await import("./operate_many.ts");
        return await touchMany(verb, target, { ...options, terminal, fleet, onTargets, yes });
      }
      const operate = await import("./operate.ts");
      return await operate[verb](target, options);
    }
    case "status": {
      const { target } = command;
      if (isPattern(target) || !/[./]/.test(target)) {
        const { statusMany } = await import("./operate_many.ts");
        return await statusMany(target, { ...options, terminal, fleet, onTargets });
      }
      const { status } = await import("./operate.ts");
      return await status(target, options);
    }
    case "data": {
      const { data } = await import("./data.ts");
      return await data(command.target, { ...options, path: command.path, all: command.all });
    }
    case "messages": {
      const { messages } = await import("./messages.ts");
      return await messages(command.target, { ...options, count: command.count });
    }
  }
}

function isHk(command: VerbCommand): command is HkCommand {
  return command.command.startsWith("hk ");
}

function isHosts(command: VerbCommand): command is HostsCommand {
  return command.command.startsWith("hosts ");
}

function isG3(command: VerbCommand): command is G3Command {
  return command.command.startsWith("g3 ");
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

async function runFollow(
  command: Extract<VerbCommand, { readonly command: "data" | "messages" }>,
  options: VerbOptions,
  terminal: VerbTerminal,
): Promise<VerbResult> {
  const { json, target, interval: intervalSeconds } = command;
  const following = { ...options, terminal, json, intervalSeconds };
  if (command.command === "data") {
    const { followData } = await import("./data.ts");
    return await followData(target, { ...following, path: command.path, all: command.all });
  }
  const { followMessages } = await import("./messages.ts");
  return await followMessages(target, { ...following, count: command.count });
}

async function runListen(
  command: Extract<VerbCommand, { readonly command: "listen" }>,
  { options, terminal, eventText }: RunVerbContext,
): Promise<VerbResult> {
  const { eventText: ownText, listen } = await import("./listen.ts");
  const { look } = terminal;
  const textOf = eventText ?? ((event: ListenEvent) => ownText(event, look));
  const { pattern, count, json } = command;
  const { dropped, isOver } = await listen(pattern, {
    ...options,
    count,
    onEvent: (event) => terminal.print(json ? jsonText(event) : textOf(event)),
    onRouter: (isThere) => {
      terminal.say(
        isThere
          ? "The router is back; what was published meanwhile is missing"
          : "The router is lost; trying again",
      );
    },
    onReady: (topics) => {
      if (!json) terminal.say(look.style("dim", `Listening to ${topics}; Ctrl-C ends`));
    },
    onQuiet: (topics, seconds) => {
      terminal.say(`Nothing was published on ${topics} for ${seconds} s; still listening`);
    },
  });
  if (dropped > 0) terminal.say(`${dropped} events were dropped: they came faster than they were read`);
  if (!isOver) return "ok";
  terminal.say(`Nothing was published on "${pattern}" within ${options.timeoutSeconds} s`);
  return "timeout";
}
