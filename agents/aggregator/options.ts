/** What a program must know of the aggregator before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";

/** Name, purpose and options of the aggregator. */
export const AGGREGATOR = {
  name: "AggregatorAgent",
  summary: "Records all feeds that are meant for it into housekeeping G3 files, which so3g reads.",
  // What is decoded lives for an instant: a small heap that is swept often holds it as well as a large one.
  v8Flags: ["--max-semi-space-size=2", "--heap-growing-percent=20"],
  options: {
    "initial-state": {
      type: "string",
      default: "idle",
      choices: ["idle", "record"],
      help: "record starts the process record with the agent.",
    },
    "time-per-file": {
      type: "int",
      default: 3600,
      min: 1,
      help: "Seconds after which a new file is begun.",
      placeholder: "SECONDS",
    },
    "data-dir": {
      type: "string",
      required: true,
      help: "Folder of the files; it and the folders in it are made as they are needed.",
      placeholder: "DIR",
    },
    "fsync": {
      type: "string",
      default: "close",
      help:
        "When data are forced to the disk, for the case that the machine loses power: never, close (when a file is " +
        "closed), frame (after every frame), or a number of seconds.",
      placeholder: "WHEN",
    },
    "warn-free-mb": {
      type: "float",
      default: 2000,
      min: 0,
      help: "Free space in MB below which the session is degraded.",
      placeholder: "MB",
    },
    "stop-free-mb": {
      type: "float",
      default: 200,
      min: 0,
      help: "Free space in MB below which nothing is written until there is twice as much.",
      placeholder: "MB",
    },
  },
} as const satisfies AgentProgram;
