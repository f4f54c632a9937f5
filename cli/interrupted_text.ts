/** What a verb leaves behind when it is interrupted. @module */
import type { VerbCommand } from "../verbs/grammar.ts";
import { isPattern } from "../verbs/operation_target.ts";

/** What to tell of a verb that was interrupted: losing it never stops hardware, and an operator must know. */
export function interruptedText(command: VerbCommand): string {
  switch (command.command) {
    case "start":
    case "wait": {
      const { target } = command;
      return `Interrupted: ${target} goes on all the same; ${statusWords(target)} tells how it is`;
    }
    case "stop":
    case "abort": {
      const { command: verb, target } = command;
      return `Interrupted: ${target} may have been asked to ${verb} already; ` +
        `${statusWords(target)} tells how it is`;
    }
    case "hosts up":
    case "hosts down":
      return "Interrupted: what the host managers were asked for counts all the same; ocs hosts tells how it is";
    case "hosts restart":
      return "Interrupted: what the host managers were asked for counts all the same, and an agent that was only " +
        "told to end so far stays down; ocs hosts tells how it is";
    default:
      return "Interrupted";
  }
}

/** A pattern is quoted, or the shell takes it for names of files. */
function statusWords(target: string): string {
  return `ocs status ${isPattern(target) ? `'${target}'` : target}`;
}
