/** The programs of this project, each with the least permissions that it runs with. @module */
import { AGENT_TABLE } from "../agents/table.ts";

/** A program that is compiled to one file. */
export interface Program {
  /** Name of the file. */
  readonly name: string;
  /** Path of its main module. */
  readonly entry: string;
  /** Flags of Deno that it needs. */
  readonly permissions: readonly string[];
  /** Flags of V8 that it runs best with. */
  readonly v8Flags?: readonly string[] | undefined;
}

/** Variables that every agent looks at. */
const AGENT_VARIABLES = [
  ...["OCS_CONFIG_DIR", "LOGLEVEL", "INSTANCE_ID", "SITE_HUB", "SITE_HTTP", "SITE_HOST", "CROSSBAR_TIMEOUT"],
  "OCS_STOP_WITH_STDIN",
];

/** Variables of the packages that it is made from (autobahn, ws, yaml), which all may stay unset. */
const PACKAGE_VARIABLES = [
  ...["AUTOBAHN_DEBUG", "AUTOBAHN_TRACE", "LOG_STREAM", "LOG_TOKENS", "WS_NO_BUFFER_UTIL"],
  ...["WS_NO_UTF_8_VALIDATE"],
];

/** What every agent does: reach its router, read its site file, tell its host's name. */
const BASIC_FLAGS = ["--allow-net", "--allow-read"];
const HOST_NAME = "--allow-sys=hostname";

/** The same, and the variables that it looks at. */
function agentFlags(
  { variables = [], further = [HOST_NAME] }: {
    readonly variables?: readonly string[];
    readonly further?: readonly string[];
  } = {},
): string[] {
  return [
    ...BASIC_FLAGS,
    `--allow-env=${[...AGENT_VARIABLES, ...variables].join(",")}`,
    `--ignore-env=${PACKAGE_VARIABLES.join(",")}`,
    ...further,
  ];
}

/** Writes files. */
const WRITER = { further: [HOST_NAME, "--allow-write"] };
/** Keeps what waits below the user's state folder. */
const SPOOLER = { further: ["--allow-sys=hostname,homedir", "--allow-write"] };
/** Looks how much room there is for them, too. */
const RECORDER = { further: ["--allow-sys=hostname,statfs", "--allow-write"] };

/** Flags by class; has an entry for each of `AGENT_TABLE`. */
const AGENT_FLAGS: Readonly<Record<string, readonly string[]>> = {
  AccessDirector: agentFlags(),
  AggregatorAgent: agentFlags(RECORDER),
  BarebonesAgent: agentFlags(),
  FakeDataAgent: agentFlags(),
  // Only that opens /proc of other processes, where it finds the agents again that an earlier one has started.
  HostManager: ["--allow-all"],
  InfluxDBAgent: agentFlags({
    ...SPOOLER,
    variables: ["XDG_STATE_HOME", "INFLUXDB_USERNAME*", "INFLUXDB_PASSWORD*"],
  }),
  InfluxDBAgentv2: agentFlags({ ...SPOOLER, variables: ["XDG_STATE_HOME", "INFLUXDB_V2_*"] }),
  // Its scripts inherit the environment, and may do what they like.
  PysmurfController: [...BASIC_FLAGS, "--allow-env", HOST_NAME, "--allow-run"],
  PysmurfMonitor: agentFlags(WRITER),
  RegistryAgent: agentFlags(),
  SmurfRecorder: agentFlags(RECORDER),
  SmurfFileEmulator: agentFlags(WRITER),
  SmurfStreamSimulator: agentFlags(),
  TimestreamAggregator: agentFlags(RECORDER),
};

/**
 * The `ocs` command, and every agent.
 *
 * @throws {RangeError} If an agent of the table has no permissions.
 */
export function programs(): readonly Program[] {
  return [
    // It starts agents and scripts, whose permissions are theirs.
    { name: "ocs", entry: "cli/main.ts", permissions: ["--allow-all"] },
    ...Object.entries(AGENT_TABLE).map(([agentClass, { file, v8Flags }]) => ({
      name: `ocs-${file.replace(/\.ts$/, "").replaceAll("_", "-")}`,
      entry: `agents/${file}`,
      permissions: permissionsOf(agentClass),
      v8Flags,
    })),
  ];
}

/**
 * The flags of Deno that an agent needs.
 *
 * @throws {RangeError} If it is none of ours.
 */
export function permissionsOf(agentClass: string): readonly string[] {
  const flags = AGENT_FLAGS[agentClass];
  if (flags === undefined) {
    throw new RangeError(
      `Cannot tell the permissions of "${agentClass}": expected one of ${
        Object.keys(AGENT_FLAGS).join(", ")
      }`,
    );
  }
  return flags;
}
