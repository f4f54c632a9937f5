/** `ocs client`: what Python's `ocs-client-cli` does, by the verbs and the prompt that do it here. @module */
import type { ListenEvent } from "../../verbs/listen.ts";
import type { Command } from "../command_line.ts";
import type { ExitCode } from "../../verbs/exit_code.ts";
import type { VerbPlace } from "../run_verb.ts";

/** The commands that begin with `client`. */
export type ClientCommand = Extract<Command, { readonly command: `client ${string}` }>;

/** Carries one out. */
export async function runClient(command: ClientCommand, place: VerbPlace): Promise<ExitCode | number> {
  switch (command.command) {
    case "client shell": {
      const { runReplCommand } = await import("../run_repl.ts");
      return await runReplCommand(
        { ...command, plain: command.simple, clientIds: command.instanceIds },
        place,
      );
    }
    case "client scan": {
      const { runScan } = await import("./run_scan.ts");
      return await runScan(command, place);
    }
    case "client listen": {
      const { runVerbCommand } = await import("../run_verb.ts");
      const { selector: pattern, json } = command;
      if (!json) await place.console.out.print(`Subscribing to ${pattern}`);
      const eventText = await pythonEventText();
      return await runVerbCommand({ ...command, command: "listen", pattern, count: undefined }, {
        ...place,
        eventText,
      });
    }
  }
}

/** The form in which Python's `ocs-client-cli listen` prints an event, behind the time of its log. */
async function pythonEventText(): Promise<(event: ListenEvent) => string> {
  const { pyRepr } = await import("../../ocs/mod.ts");
  const { consoleTime } = await import("../../framework/log_sinks.ts");
  return ({ topic, message }) => `${consoleTime(Date.now() / 1000)} [${topic}] ${pyRepr(message)}`;
}
