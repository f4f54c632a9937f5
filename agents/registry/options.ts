/** What a program must know of the registry before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";

/** Name, purpose and options of the registry. */
export const REGISTRY = {
  name: "RegistryAgent",
  summary: "Keeps track of all agents by their heartbeats, and publishes the state of their operations.",
  options: {
    "wait-time": {
      type: "float",
      default: 30,
      help: "Seconds between two full publications of all operations; changes are published at once.",
      placeholder: "SECONDS",
    },
  },
} as const satisfies AgentProgram;
