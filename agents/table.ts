/**
 * The agents of this project: their classes as site files name them, where they are and what options they take.
 *
 * Data only: reading it starts nothing and loads no agent.
 *
 * @module
 */
import type { AgentProgram } from "../framework/program.ts";
import { ACCESS_DIRECTOR } from "./access_director/options.ts";
import { AGGREGATOR } from "./aggregator/options.ts";
import { BAREBONES } from "./barebones/options.ts";
import { FAKE_DATA } from "./fake_data/options.ts";
import { INFLUXDB_PUBLISHER, INFLUXDB_PUBLISHER_V2 } from "./influxdb_publisher/options.ts";
import { HOST_MANAGER } from "./host_manager/options.ts";
import { PYSMURF_CONTROLLER } from "./pysmurf_controller/options.ts";
import { PYSMURF_MONITOR } from "./pysmurf_monitor/options.ts";
import { REGISTRY } from "./registry/options.ts";
import { SMURF_FILE_EMULATOR } from "./smurf_file_emulator/options.ts";
import { SMURF_STREAM_SIMULATOR } from "./smurf_stream_simulator/options.ts";
import { SMURF_RECORDER, TIMESTREAM_AGGREGATOR } from "./timestream_aggregator/options.ts";

export type { AgentProgram };

/** One agent. */
export interface AgentEntry extends AgentProgram {
  /** The file beside this one that runs it; it exports the class under its name, and `main`. */
  readonly file: string;
  /** One or two sentences for help and listings. */
  readonly summary: string;
}

/** Every agent by its `agent-class`. */
export const AGENT_TABLE: Readonly<Record<string, AgentEntry>> = {
  [ACCESS_DIRECTOR.name]: { ...ACCESS_DIRECTOR, file: "access_director.ts" },
  [AGGREGATOR.name]: { ...AGGREGATOR, file: "aggregator.ts" },
  [BAREBONES.name]: { ...BAREBONES, file: "barebones.ts" },
  [FAKE_DATA.name]: { ...FAKE_DATA, file: "fake_data.ts" },
  [INFLUXDB_PUBLISHER.name]: { ...INFLUXDB_PUBLISHER, file: "influxdb_publisher.ts" },
  [INFLUXDB_PUBLISHER_V2.name]: { ...INFLUXDB_PUBLISHER_V2, file: "influxdb_publisher_v2.ts" },
  [HOST_MANAGER.name]: { ...HOST_MANAGER, file: "host_manager.ts" },
  [PYSMURF_CONTROLLER.name]: { ...PYSMURF_CONTROLLER, file: "pysmurf_controller.ts" },
  [PYSMURF_MONITOR.name]: { ...PYSMURF_MONITOR, file: "pysmurf_monitor.ts" },
  [REGISTRY.name]: { ...REGISTRY, file: "registry.ts" },
  [SMURF_RECORDER.name]: { ...SMURF_RECORDER, file: "smurf_recorder.ts" },
  [SMURF_FILE_EMULATOR.name]: { ...SMURF_FILE_EMULATOR, file: "smurf_file_emulator.ts" },
  [SMURF_STREAM_SIMULATOR.name]: { ...SMURF_STREAM_SIMULATOR, file: "smurf_stream_simulator.ts" },
  [TIMESTREAM_AGGREGATOR.name]: { ...TIMESTREAM_AGGREGATOR, file: "timestream_aggregator.ts" },
};
