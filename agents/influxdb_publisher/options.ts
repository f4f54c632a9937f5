/** What a program must know of the InfluxDB publishers before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";
import type { OptionSpec } from "../../site/option_specs.ts";

const INITIAL_STATE = {
  type: "string",
  default: "record",
  choices: ["idle", "record"],
  help: "record starts the process record with the agent.",
} as const satisfies OptionSpec;

const PROTOCOL = {
  type: "string",
  default: "line",
  choices: ["json", "line"],
  help: "How exact times are: line keeps what a double has, json rounds to microseconds.",
} as const satisfies OptionSpec;

const GZIP = {
  type: "string",
  default: "False",
  help: "Send points compressed. Any value but False, No, Off, None, 0 and an empty one means yes.",
  placeholder: "BOOL",
} as const satisfies OptionSpec;

const SPOOL = {
  "spool-dir": {
    type: "string",
    default: "",
    help:
      "Folder in which points wait while the database is away. Default: below the state folder of the user; " +
      "none: they wait in memory only.",
    placeholder: "DIR",
  },
  "spool-max-mb": {
    type: "float",
    default: 1000,
    min: 1,
    help: "What may wait on the disk, in MB; of more the oldest is given up, and that is told.",
    placeholder: "MB",
  },
} as const satisfies Record<string, OptionSpec>;

/** Name, purpose and options of the publisher to InfluxDB 1.x (OCS 10.7). */
export const INFLUXDB_PUBLISHER = {
  name: "InfluxDBAgent",
  summary: "Writes all feeds that are meant for it into InfluxDB 1.x.",
  options: {
    "initial-state": INITIAL_STATE,
    "host": { type: "string", default: "influxdb", help: "Host of InfluxDB.", placeholder: "HOST" },
    "port": { type: "int", default: 8086, min: 1, max: 65_535, help: "Port of InfluxDB." },
    "database": {
      type: "string",
      default: "ocs_feeds",
      help: "Database in InfluxDB; made if it is not there.",
      placeholder: "NAME",
    },
    "protocol": PROTOCOL,
    "ssl": {
      type: "string",
      default: "False",
      help: "Speak https. Any value but False, No, Off, None, 0 and an empty one means yes.",
      placeholder: "BOOL",
    },
    "verify-ssl": {
      type: "string",
      default: "False",
      help:
        "Refuse a certificate that cannot be trusted. Any value but False, No, Off, None, 0 and an empty one " +
        "means yes.",
      placeholder: "BOOL",
    },
    "gzip": GZIP,
    ...SPOOL,
  },
} as const satisfies AgentProgram;

/** Name, purpose and options of the publisher to InfluxDB 2 (OCS 10.8). */
export const INFLUXDB_PUBLISHER_V2 = {
  name: "InfluxDBAgentv2",
  summary: "Writes all feeds that are meant for it into a bucket of InfluxDB 2, named by the environment.",
  options: { "initial-state": INITIAL_STATE, "protocol": PROTOCOL, "gzip": GZIP, ...SPOOL },
} as const satisfies AgentProgram;
