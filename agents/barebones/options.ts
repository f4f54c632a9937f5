/** What a program must know of the barebones agent before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";

/** Name, purpose and options of the barebones agent. */
export const BAREBONES = {
  name: "BarebonesAgent",
  summary: "Counts and prints: an agent to begin one's own from.",
  options: {
    "mode": {
      type: "string",
      default: "count",
      choices: ["idle", "count"],
      help: "What to start with the agent: nothing, or the process count.",
    },
  },
} as const satisfies AgentProgram;
