/** `ocs client`: what Python's `ocs-client-cli` and `ocsbow` do, by the verbs and the prompt that do it here. @module */
import type { ListenEvent } from "../../verbs/listen.ts";
import { WITHIN_SECONDS } from "../../verbs/hosts/hosts.ts";
import type { Command } from "../command_line.ts";
import type { ExitCode } from "../../verbs/exit_code.ts";
import { UsageError } from "../explain_error.ts";
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
    case "client status": {
      const { runVerbCommand } = await import("../run_verb.ts");
      return await runVerbCommand({ ...command, command: "hosts list", only: command.hosts }, place);
    }
    case "client up": {
      const { runVerbCommand } = await import("../run_verb.ts");
      return await runVerbCommand({ ...command, command: "hosts up", ...changeOf(command) }, place);
    }
    case "client down": {
      const { runVerbCommand } = await import("../run_verb.ts");
      return await runVerbCommand({ ...command, command: "hosts down", ...changeOf(command) }, place);
    }
  }
}

/** What of `ocs hosts` the targets of ocsbow are. */
function changeOf(
  { instances, all }: { readonly instances: readonly string[]; readonly all: boolean },
): { readonly patterns: readonly string[]; readonly yes: true; readonly within: number } {
  if (!all && instances.length === 0) {
    throw new UsageError("Cannot tell what is meant: expected instance ids, or --all");
  }
  // Peer ocs (ocsbow): it asks nobody.
  return { patterns: all ? ["*"] : instances, yes: true, within: WITHIN_SECONDS };
}

/** The form in which Python's `ocs-client-cli listen` prints an event, behind the time of its log. */
async function pythonEventText(): Promise<(event: ListenEvent) => string> {
  const { pyRepr } = await import("../../ocs/mod.ts");
  const { consoleTime } = await import("../../framework/log_sinks.ts");
  return ({ topic, message }) => `${consoleTime(Date.now() / 1000)} [${topic}] ${pyRepr(message)}`;
}
