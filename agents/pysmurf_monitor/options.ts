/** What a program must know of the pysmurf monitor before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";

/** Name, purpose and options of the pysmurf monitor (smurf 3.1). */
export const PYSMURF_MONITOR = {
  name: "PysmurfMonitor",
  summary: "Receives what pysmurf scripts and streamers publish, passes it on and registers their files.",
  options: {
    "udp-port": {
      type: "int",
      required: true,
      min: 0,
      max: 65_535,
      help:
        "UDP port to listen on, on all IPv4 addresses; publishers send to 8200 by default. 0: any free one.",
      placeholder: "PORT",
    },
    "db-path": {
      type: "string",
      default: "/data/so/databases/suprsync.db",
      help: "SQLite database of files that SupRsync copies; made if it is not there.",
      placeholder: "PATH",
    },
    "echo-sql": {
      type: "flag",
      help: "Log every SQL statement.",
    },
    "test-mode": {
      type: "flag",
      help: "Do not start the process run with the agent.",
    },
    // Peer socs (pysmurf_monitor/agent.py): site files of the MySQL days still have it.
    "create-table": {
      type: "string",
      default: "True",
      help: "Accepted for older site files; has no effect.",
      placeholder: "BOOL",
    },
  },
} as const satisfies AgentProgram;
