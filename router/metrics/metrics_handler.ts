/** `/metrics`: what the router and the agents do, for Prometheus. @module */
import type { HttpHandler } from "../http_front.ts";
import type { RouterStatus } from "../info.ts";
import { answerText } from "../text_answer.ts";
import { agentFamilies } from "./agent_families.ts";
import { AgentWatch, type AgentWatchOptions } from "./agent_watch.ts";
import { type MetricFamily, METRICS_CONTENT_TYPE, metricsText } from "./metric_family.ts";
import { routerFamilies } from "./router_families.ts";

/** Answers on their way; Prometheus asks one at a time, and each may have megabytes where agents are many. */
const MOST_UNDER_WAY = 8;
const UNCACHED = { "Cache-Control": "no-store" } as const;

/** What metrics are made of. */
export interface MetricsOptions extends Omit<AgentWatchOptions, "monotonicMs"> {
  /** A snapshot of the router. */
  status(): RouterStatus;
}

/** Listens to heartbeats from now on, and answers GET with everything there is to measure at this moment. */
export function metricsHandler({ status, ...options }: MetricsOptions): HttpHandler {
  const watch = new AgentWatch({ ...options, monotonicMs: () => performance.now() });
  let underWay = 0;
  return (request, response) => {
    if (underWay >= MOST_UNDER_WAY) {
      return answerText(response, 503, "Too many ask for metrics\n", { "Retry-After": "1" });
    }
    underWay++;
    response.on("close", () => underWay--);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return answerText(response, 405, "Use GET\n", { Allow: "GET, HEAD", ...UNCACHED });
    }
    const body = new TextEncoder().encode(metricsText(allFamilies(status(), watch)));
    response.writeHead(200, {
      "Content-Type": METRICS_CONTENT_TYPE,
      "Content-Length": String(body.length),
      ...UNCACHED,
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
}

function allFamilies(status: RouterStatus, watch: AgentWatch): readonly MetricFamily[] {
  return [
    {
      name: "process_resident_memory_bytes",
      help: "Memory of the router's process.",
      type: "gauge",
      samples: [{ value: Deno.memoryUsage().rss }],
    },
    ...routerFamilies(status),
    {
      name: "ocs_router_heartbeats_ignored_total",
      help: "Heartbeats that were none, or of which something is beyond the bounds.",
      type: "counter",
      samples: [{ value: watch.ignored }],
    },
    ...agentFamilies([...watch.agents()]),
  ];
}
