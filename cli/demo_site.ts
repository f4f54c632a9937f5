/** The observatory that needs no site file: `ocs up` runs it where there is none, and `ocs demo` adds pysmurf to it. @module */

/** One agent of it. */
export interface DemoAgent {
  /** Instance id. */
  readonly instanceId: string;
  /** Class as site files name it. */
  readonly agentClass: string;
  /** Its own options. */
  readonly args: readonly string[];
}

/** Its agents, in the order they are started. */
export const DEMO_AGENTS: readonly DemoAgent[] = [
  { instanceId: "registry", agentClass: "RegistryAgent", args: [] },
  {
    instanceId: "faker1",
    agentClass: "FakeDataAgent",
    args: ["--mode", "acq", "--num-channels", "4", "--sample-rate", "4"],
  },
  {
    instanceId: "faker2",
    agentClass: "FakeDataAgent",
    args: ["--mode", "acq", "--num-channels", "2", "--sample-rate", "1"],
  },
  { instanceId: "barebones1", agentClass: "BarebonesAgent", args: ["--mode", "count"] },
];
