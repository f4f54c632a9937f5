/** What a program must know of the host manager before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";

/** Name, purpose and options of the host manager. */
export const HOST_MANAGER = {
  name: "HostManager",
  summary: "Starts, watches and stops the other agents of this host: as programs, or through docker compose.",
  options: {
    "initial-state": {
      type: "string",
      choices: ["up", "down"],
      help: "What is wanted of all agents at first, whatever the site file says.",
    },
    "docker-compose": {
      type: "string",
      help: "Compose files whose services are managed as well, with commas between them.",
      placeholder: "FILE,FILE",
    },
    "docker-service-prefix": {
      type: "string",
      default: "ocs-",
      help: "An agent's service is called this and its instance id.",
      placeholder: "TEXT",
    },
    "docker-compose-bin": { type: "string", help: "Accepted without effect.", placeholder: "PATH" },
    "docker-timeout": {
      type: "float",
      default: 10,
      min: 0.1,
      help: "How long docker may take to say how things are.",
      placeholder: "SECONDS",
    },
    "max-starting": {
      type: "int",
      default: 0,
      min: 0,
      help: "How many agents may be starting at a time; 0: any number, all that are wanted at once.",
      placeholder: "N",
    },
    "start-seconds": {
      type: "float",
      default: 3,
      min: 0,
      help: "How long an agent counts as starting after its launch, for --max-starting and --start-first.",
      placeholder: "SECONDS",
    },
    "start-first": {
      type: "string",
      help:
        "Agents that are started before all others, one after the other, with commas between them; the others follow " +
        "in the order of the site file.",
      placeholder: "ID,ID",
    },
    "state-dir": {
      type: "string",
      help:
        "Folder for what is to outlive this program: what is wanted of each agent, and what agents write. " +
        "Default: one of its own below $XDG_STATE_HOME/ocs or ~/.local/state/ocs.",
      placeholder: "DIR",
    },
    "quiet": { type: "flag", help: "Write nothing to standard output." },
  },
} as const satisfies AgentProgram;
