/**
 * Our agents' classes, each loaded when it is wanted.
 *
 * The one file of the command that knows the agents' files; see
 * docs/decisions/0004_one_file_of_the_command_loads_the_agents.md. @module
 */
import type { AgentClass } from "../framework/program.ts";

/** Loads an agent's class. */
type Load = () => Promise<AgentClass>;

/** By `agent-class`; has an entry for each of `AGENT_TABLE`. */
export const AGENT_FILES: Readonly<Record<string, Load>> = {
  AccessDirector: async () => anyClass((await import("../agents/access_director.ts")).AccessDirector),
  AggregatorAgent: async () => anyClass((await import("../agents/aggregator.ts")).AggregatorAgent),
  BarebonesAgent: async () => anyClass((await import("../agents/barebones.ts")).BarebonesAgent),
  FakeDataAgent: async () => anyClass((await import("../agents/fake_data.ts")).FakeDataAgent),
  InfluxDBAgent: async () => anyClass((await import("../agents/influxdb_publisher.ts")).InfluxDBAgent),
  InfluxDBAgentv2: async () => anyClass((await import("../agents/influxdb_publisher_v2.ts")).InfluxDBAgentv2),
  HostManager: async () => anyClass((await import("../agents/host_manager.ts")).HostManager),
  PysmurfController: async () =>
    anyClass((await import("../agents/pysmurf_controller.ts")).PysmurfController),
  PysmurfMonitor: async () => anyClass((await import("../agents/pysmurf_monitor.ts")).PysmurfMonitor),
  RegistryAgent: async () => anyClass((await import("../agents/registry.ts")).RegistryAgent),
  SmurfRecorder: async () => anyClass((await import("../agents/smurf_recorder.ts")).SmurfRecorder),
  SmurfFileEmulator: async () =>
    anyClass((await import("../agents/smurf_file_emulator.ts")).SmurfFileEmulator),
  SmurfStreamSimulator: async () =>
    anyClass((await import("../agents/smurf_stream_simulator.ts")).SmurfStreamSimulator),
  TimestreamAggregator: async () =>
    anyClass((await import("../agents/timestream_aggregator.ts")).TimestreamAggregator),
};

/**
 * Loads an agent's class by its name.
 *
 * @throws {RangeError} If it is not one of ours.
 */
export async function loadAgent(name: string): Promise<AgentClass> {
  const load = Object.hasOwn(AGENT_FILES, name) ? AGENT_FILES[name] : undefined;
  if (load === undefined) {
    throw new RangeError(
      `Cannot load agent class "${name}": expected one of ${Object.keys(AGENT_FILES).join(", ")}`,
    );
  }
  return await load();
}

/** A class whose options are its own becomes one of any options: they are parsed by its entry in the table. */
function anyClass(agentClass: unknown): AgentClass {
  if (typeof agentClass !== "function") throw new TypeError("Cannot load agent: its file exports no class");
  // Safe: the callers above pass agents' classes, and hand them the values that their own options make.
  return agentClass as AgentClass;
}
