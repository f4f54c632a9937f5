/** What a program must know of the Access Director before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";

/** Name, purpose and options of the Access Director. */
export const ACCESS_DIRECTOR = {
  name: "AccessDirector",
  summary:
    "Tells all agents which password gives which rights, and lends some of them exclusively for a time.",
  // It would wait for rules from itself.
  accessPolicy: "none",
  options: {
    "config-file": {
      type: "string",
      required: true,
      help: "File with passwords and exclusive grants; a relative path is below the folder of the site file.",
      placeholder: "PATH",
    },
  },
} as const satisfies AgentProgram;
