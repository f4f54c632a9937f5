/** Agent classes of Python's packages, which a site file may name without being wrong. @module */

/** Core classes of Python OCS (spec 7.1); those that we have as well are in `AGENT_TABLE`. */
export const PYTHON_CLASSES: readonly string[] = [
  "AccessDirector",
  "AggregatorAgent",
  "BarebonesAgent",
  "FakeDataAgent",
  "HostManager",
  "InfluxDBAgent",
  "InfluxDBAgentv2",
  "RegistryAgent",
];
