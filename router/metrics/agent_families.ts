/** Metrics of the agents whose heartbeats go through the router. @module */
import { AGENT_TIMEOUT_SECONDS, type WatchedAgent } from "./agent_watch.ts";
import type { MetricFamily, MetricSample } from "./metric_family.ts";

/** Makes the families of all agents. */
export function agentFamilies(agents: readonly WatchedAgent[]): readonly MetricFamily[] {
  const each = (value: (agent: WatchedAgent) => number | undefined): MetricSample[] =>
    agents.flatMap((agent) => {
      const one = value(agent);
      return one === undefined ? [] : [{ labels: { agent: agent.address }, value: one }];
    });
  return [
    {
      name: "ocs_agent_up",
      help: `Whether the agent has sent a heartbeat within the last ${AGENT_TIMEOUT_SECONDS} seconds.`,
      type: "gauge",
      samples: each(({ ageSeconds }) => ageSeconds <= AGENT_TIMEOUT_SECONDS ? 1 : 0),
    },
    {
      name: "ocs_agent_info",
      help: "Class of the agent, as its last heartbeat named it; always 1.",
      type: "gauge",
      samples: agents.map(({ address, agentClass }) => ({
        labels: { agent: address, agent_class: agentClass },
        value: 1,
      })),
    },
    {
      name: "ocs_agent_heartbeat_age_seconds",
      help: "Time since the last heartbeat of the agent.",
      type: "gauge",
      samples: each(({ ageSeconds }) => ageSeconds),
    },
    {
      name: "ocs_agent_heartbeats_total",
      help: "Heartbeats of the agent since the router's start.",
      type: "counter",
      samples: each(({ heartbeats }) => heartbeats),
    },
    {
      name: "ocs_agent_start_time_seconds",
      help: "When the agent's process began, in Unix seconds, by the agent's own clock.",
      type: "gauge",
      samples: each(({ startedSeconds }) => startedSeconds),
    },
    {
      name: "ocs_operation_code",
      help:
        "State of an operation: 1 none, 2 starting, 3 running, 4 stopping, 5 succeeded, 6 failed, 7 expired " +
        "(no heartbeat), 8 degraded.",
      type: "gauge",
      samples: agents.flatMap(({ address, opCodes }) =>
        [...opCodes].map(([operation, value]) => ({ labels: { agent: address, operation }, value }))
      ),
    },
  ];
}
